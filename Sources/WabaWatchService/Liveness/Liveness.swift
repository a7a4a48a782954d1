import Watching

/// Whether the daemon is alive as a whole: it is once every part has given a sign of life since the last time that the manager was told. A pure decision.
struct Liveness: Sendable, Equatable {
    /// What must move.
    enum Part: String, Sendable, CaseIterable {
        case schedule
        case ledger
        case announcer
        case socket
    }

    /// What happens.
    enum Event: Sendable, Equatable {
        /// A part that was asked has answered.
        case sign(Part, at: Moment)
        /// Time has passed.
        case look(at: Moment)
    }

    /// What is to be done.
    enum Action: Sendable, Equatable {
        /// Every part has moved: the manager may know.
        case tell
        /// A part is silent for so long; said once until it moves again.
        case complain(Part, silentFor: Duration)
        /// A part that was complained of moves again.
        case recovered(Part, silentFor: Duration)
    }

    private var missing: Set<Part>
    private var last: [Part: Moment]
    private var complained: Set<Part> = []
    private let parts: Set<Part>
    private let timeout: Duration

    /// - Parameters:
    ///   - timeout: a part that is silent for longer is complained of.
    ///   - now: the beginning; no part is silent before it.
    init(of parts: Set<Part> = Set(Part.allCases), timeout: Duration, since now: Moment) {
        self.parts = parts
        self.timeout = timeout
        missing = parts
        last = Dictionary(uniqueKeysWithValues: parts.map { ($0, now) })
    }

    /// Takes an event; what follows from it, in the order in which it is to be done.
    mutating func on(_ event: Event) -> [Action] {
        switch event {
        case .sign(let part, let moment):
            guard parts.contains(part) else { return [] }
            let silence = moment - (last[part] ?? moment)
            last[part] = moment
            missing.remove(part)
            var actions: [Action] = complained.remove(part) == nil ? [] : [.recovered(part, silentFor: silence)]
            if missing.isEmpty {
                missing = parts
                actions.append(.tell)
            }
            return actions
        case .look(let moment):
            let silent = Part.allCases.filter { part in last[part].map { moment - $0 > timeout } ?? false }
            return silent.filter { complained.insert($0).inserted }
                .map { .complain($0, silentFor: moment - (last[$0] ?? moment)) }
        }
    }
}
