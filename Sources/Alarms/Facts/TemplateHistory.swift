public import WhatsAppBusiness

/// Which of an account's templates were taken away lately: approved ones that may not be sent any more, and those that Meta moved to a dearer category.
///
/// It follows the changes of templates, and can be made anew from the changes of the last seven days.
public struct TemplateHistory: Sendable, Equatable {
    /// One such template.
    public struct Loss: Sendable, Equatable {
        /// The template's name, its language beside it where that is known.
        public var name: String
        /// `is PAUSED`, `moved from UTILITY to MARKETING`.
        public var what: String
        /// When that was.
        public var since: Timestamp
        /// Whether it is one of category: it is sent, and costs more.
        public var isOfCategory: Bool

        func named(_ name: String) -> Loss { Loss(name: name, what: what, since: since, isOfCategory: isOfCategory) }
    }

    /// Those that were taken away, by their ids.
    public private(set) var losses: [String: Loss] = [:]

    /// How long one is told of.
    public static let memory = Duration.seconds(7 * 86_400)

    /// Most that are kept of an account: it has 6,000 templates at most.
    static let most = 6000

    /// No template was taken away.
    public init() {}

    /// Takes a change of a template: the members before and after that differ.
    /// - Parameter name: what the template is called.
    public mutating func on(
        _ id: String, name: String, before: (status: String?, category: String?), after: (status: String?, category: String?),
        at now: Timestamp
    ) {
        let (was, status) = (before.status?.uppercased(), after.status?.uppercased())
        if let status, status != was {
            if Self.gone.contains(status) {
                // Paused and then disabled: it was approved before all of it, and is told of since the first.
                if was == "APPROVED" || losses[id].map({ !$0.isOfCategory }) ?? false {
                    lose(id, Loss(name: name, what: "is \(status)", since: losses[id]?.since ?? now, isOfCategory: false))
                }
            } else if status == "APPROVED" {
                losses[id] = nil
            }
        }
        let (old, new) = (before.category?.uppercased(), after.category?.uppercased())
        if old == "UTILITY", new == "MARKETING", losses[id] == nil {
            lose(id, Loss(name: name, what: "moved from UTILITY to MARKETING", since: now, isOfCategory: true))
        } else if old == "MARKETING", new != nil, new != old, losses[id]?.isOfCategory == true {
            losses[id] = nil
        }
    }

    /// Says what those templates are called that are told of; one that is not among the account's any more was deleted.
    public mutating func name(_ names: [String: String]) {
        for id in losses.keys { losses[id] = names[id].flatMap { name in losses[id].map { $0.named(name) } } }
    }

    /// A template was deleted.
    public mutating func delete(_ id: String) { losses[id] = nil }

    /// Those that are told of now.
    func current(at now: Timestamp) -> [(id: String, loss: Loss)] {
        losses.filter { $0.value.since.advanced(by: Self.memory) > now }.map { (id: $0.key, loss: $0.value) }
            .sorted { ($0.loss.name, $0.id) < ($1.loss.name, $1.id) }
    }

    /// Forgets what is not told of any more.
    public mutating func forget(at now: Timestamp) { losses = losses.filter { $0.value.since.advanced(by: Self.memory) > now } }

    private mutating func lose(_ id: String, _ loss: Loss) {
        if losses[id] == nil, losses.count >= Self.most,
            let oldest = losses.min(by: { ($0.value.since, $0.key) < ($1.value.since, $1.key) })
        {
            losses[oldest.key] = nil
        }
        losses[id] = loss
    }

    /// What an approved template becomes that may not be sent.
    private static let gone: Set<String> = ["REJECTED", "PAUSED", "DISABLED", "ARCHIVED"]
}
