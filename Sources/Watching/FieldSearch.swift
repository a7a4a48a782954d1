/// Which of the fields that were asked for together Meta refuses, when it refuses them all and says not which. A pure decision.
///
/// The least that can be asked for comes first: where that is refused, the thing is. Then halves, and halves of halves. A refusal may as well be
/// a passing one, and a field that is taken for refused is not asked for any more in this run: so what is found is asked for again, without it and
/// it alone, three times at least and until a dozen answers agree. The first that does not agree ends the search, and nothing is left out.
struct FieldSearch: Sendable, Equatable {
    /// What to do next.
    enum Step: Sendable, Equatable {
        /// Ask for these fields.
        case ask([String])
        /// These fields are refused; none if the whole was refused in passing.
        case found(Set<String>)
        /// The least is refused as well, or each field: it is the thing.
        case thing
        /// Which it is cannot be known: of the answers some do not agree.
        case unknown
    }

    /// An answer to what was asked.
    enum Event: Sendable, Equatable {
        case accepted
        /// Refused by Meta's error of that number, which may name a field.
        case refused(code: Int, field: String?)
    }

    private enum Stage: Sendable, Equatable {
        /// The least is asked for.
        case least
        /// The first of these groups is asked for.
        case halving([[String]])
        /// The first of these is asked for: all that is not refused, or one that is.
        case confirming([Check])
        case over(Step)
    }

    private struct Check: Sendable, Equatable {
        var fields: [String]
        /// The number of the error that has to come; `nil` if none may.
        var code: Int?
    }

    /// Answers that have to agree before anything is left out.
    private static let enough = 12
    /// How often what was found is asked for again at least.
    private static let rounds = 3
    /// No search asks more often.
    static let most = 40

    /// How often was asked.
    private(set) var asked = 0
    private let least: [String]
    private let fields: [String]
    private var stage = Stage.least
    private var accepted: [String] = []
    /// What is refused by itself, with the number of the error.
    private var refused: [(field: String, code: Int)] = []
    /// What errors named.
    private var named: Set<String> = []
    /// The first refusal was the whole list's.
    private var agreed = 1

    /// A search among fields.
    /// - Parameter least: what can always be asked for, if the edge has that; none for what comes unasked.
    init(_ fields: [String], least: [String]) {
        self.least = least
        self.fields = fields.filter { !least.contains($0) }
        if self.fields.isEmpty { stage = .over(.thing) }
    }

    /// What to do next.
    var next: Step {
        switch stage {
        case .least: .ask(least)
        case .halving(let groups): .ask(least + (groups.first ?? []))
        case .confirming(let checks): .ask(least + (checks.first?.fields ?? []))
        case .over(let step): step
        }
    }

    /// Takes the answer.
    mutating func on(_ event: Event) {
        asked += 1
        switch (stage, event) {
        case (.least, .accepted):
            agreed += 1
            stage = .halving(Self.halves(fields))
        case (.least, .refused): return stage = .over(.thing)
        case (.halving(let groups), .accepted):
            agreed += 1
            accepted += groups.first ?? []
            stage = .halving(Array(groups.dropFirst()))
        case (.halving(let groups), .refused(let code, let field)):
            agreed += 1
            stage = .halving(split(groups.first ?? [], code, field) + groups.dropFirst())
        case (.confirming(let checks), .accepted) where checks.first?.code == nil,
            (.confirming(let checks), .refused(_, _)) where checks.first?.code == event.code:
            agreed += 1
            stage = .confirming(Array(checks.dropFirst()))
        case (.confirming, _): return stage = .over(.unknown)
        case (.over, _): preconditionFailure("a search that is over asks nothing")
        }
        settle()
        if case .over = stage { return }
        if asked >= Self.most { stage = .over(.unknown) }
    }

    private mutating func split(_ group: [String], _ code: Int, _ field: String?) -> [[String]] {
        if let field, group.contains(field) {
            named.insert(field)
            let rest = group.filter { $0 != field }
            return rest.isEmpty ? [] : [rest]
        }
        guard group.count == 1 else { return Self.halves(group) }
        refused.append((group[0], code))
        return []
    }

    private mutating func settle() {
        switch stage {
        case .halving(let groups) where groups.isEmpty:
            guard !refused.isEmpty || !named.isEmpty else { return stage = .over(.found([])) }
            // Where each field is refused, the thing is.
            guard !accepted.isEmpty else { return stage = .over(.thing) }
            let round = [Check(fields: accepted, code: nil)] + refused.map { Check(fields: [$0.field], code: $0.code) }
            let missing = max(Self.enough - agreed, 0)
            let rounds = refused.isEmpty ? 0 : max(Self.rounds, (missing + round.count - 1) / round.count)
            stage = .confirming(Array(repeating: round, count: rounds).flatMap(\.self))
            settle()
        case .confirming(let checks) where checks.isEmpty: stage = .over(.found(named.union(refused.map(\.field))))
        default: break
        }
    }

    private static func halves(_ fields: [String]) -> [[String]] {
        let half = (fields.count + 1) / 2
        return [Array(fields[..<half]), Array(fields[half...])].filter { !$0.isEmpty }
    }

    static func == (left: FieldSearch, right: FieldSearch) -> Bool {
        left.next == right.next && left.asked == right.asked && left.stage == right.stage && left.accepted == right.accepted
    }
}

extension FieldSearch.Event {
    fileprivate var code: Int? { if case .refused(let code, _) = self { code } else { nil } }
}
