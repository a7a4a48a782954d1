import Changes
import Ledger
import StrictJSON
import TestTools
import WabaWatchInterface
import WhatsAppBusiness

/// Commits that are made up, so that what a reader must be told of them is known: change `n` has the sequence `n + 1`.
struct RandomHistory: Sendable {
    /// What is recorded together.
    private(set) var commits: [[DetectedChange]] = []
    /// All changes.
    private(set) var changes: [DetectedChange] = []
    /// The state of all things behind every commit, by the sequence that it ends with.
    private(set) var states: [Int64: [ResourceID: JSONObject]] = [0: [:]]

    static let things: [ResourceID] = (0..<24).map { index in
        let kinds: [Kind] = [.phoneNumber, .businessProfile, .qrCode, .messageTemplate]
        let kind = kinds[index % kinds.count]
        return ResourceID(
            account: index % 3 == 0 ? "acme" : "globex", kind: kind, id: "\(1000 + index)",
            phoneNumberID: kind == .messageTemplate ? nil : "\(10 + index % 5)")
    }

    init(seed: UInt64, commits count: Int) {
        var random = SeededGenerator(state: seed)
        var state: [ResourceID: JSONObject] = [:]
        for _ in 0..<count {
            var commit: [DetectedChange] = []
            let size = Bool.random(using: &random) ? 1 : Int.random(in: 2...Self.things.count, using: &random)
            for thing in Self.things.shuffled(using: &random).prefix(size) {
                let member = ["status", "about", "rating"].randomElement(using: &random) ?? ""
                let before = state[thing]
                var after = before ?? [:]
                after[member] = .string("\(changes.count + commit.count) \u{e9}\"\\")
                let change = DetectedChange(
                    thing, before == nil ? .added : .changed, severity: Severity.allCases.randomElement(using: &random) ?? .info,
                    fields: before == nil ? [] : [JSONPointer([member])], before: before, after: after, summary: "\(thing.id) changed")
                state[thing] = after
                commit.append(change)
            }
            changes += commit
            commits.append(commit)
            states[Int64(changes.count)] = state
        }
    }

    var last: Int64 { Int64(changes.count) }

    /// The notes that record a commit.
    static func notes(_ commit: [DetectedChange]) -> [WatchNote] {
        commit.map { WatchNote(watch: $0.resource, document: $0.after ?? [:], change: $0) }
    }

    /// What such a reader must have been told between two places.
    func expected(_ filter: Filter?, after: Int64, through: Int64) -> [Int64] {
        guard after < through else { return [] }
        return ((after + 1)...through).filter { sequence in
            guard let filter else { return true }
            let change = changes[Int(sequence) - 1]
            return filter.matches(change.resource) && filter.matches(operation: change.operation, severity: change.severity)
                && filter.touches(change.fields)
        }
    }
}
