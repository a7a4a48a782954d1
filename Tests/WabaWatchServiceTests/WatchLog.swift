import Changes
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// The nine properties of etcd's watch (its tests/robustness/validate/watch.go), as they read here.
enum WatchProperty: CaseIterable {
    /// Sequences grow.
    case ordered
    /// No change comes twice.
    case unique
    /// Between two changes that came, every one that is wanted came.
    case reliable
    /// A commit is in a snapshot whole or not at all.
    case atomic
    /// Behind a cursor it goes on with the very next change.
    case resumable
    /// A heartbeat tells that everything up to it has come.
    case bookmarkable
    /// `before` is what the thing was.
    case previousValue
    /// What was not there is `added`, and nothing else is.
    case isCreate
    /// What is not wanted does not come.
    case filtered
}

/// What one reader was told over all its connections.
struct WatchLog: Sendable {
    enum Event: Sendable {
        /// It subscribed behind this place.
        case resumed(Int64)
        /// It subscribed with a snapshot, which was this.
        case snapshot([Resource])
        case ready(Int64)
        case change(Change)
        case heartbeat(Int64)
    }

    let filter: Filter?
    var events: [Event] = []

    /// Which properties this breaks, for a history that it has followed to its end.
    func broken(by history: RandomHistory) -> Set<WatchProperty> {
        var broken: Set<WatchProperty> = []
        var told: Set<Int64> = []
        // Everything up to here must have been told.
        var position: Int64 = 0
        var resumedAt: Int64?
        var snapshot: [Resource]?
        for event in events {
            switch event {
            case .resumed(let place): (resumedAt, snapshot) = (place, nil)
            case .snapshot(let resources): (resumedAt, snapshot) = (nil, resources)
            case .ready(let place):
                if let resumedAt, resumedAt != place { broken.insert(.resumable) }
                if let snapshot, !isState(snapshot, at: place, of: history) { broken.insert(.atomic) }
                position = place
            case .heartbeat(let place):
                if place < position { broken.insert(.ordered) }
                if !history.expected(filter, after: position, through: place).isEmpty { broken.insert(.bookmarkable) }
                position = max(position, place)
            case .change(let change):
                let sequence = Int64(change.sequence)
                if !told.insert(sequence).inserted {
                    broken.insert(.unique)
                } else if sequence <= position {
                    broken.insert(.ordered)
                } else if !history.expected(filter, after: position, through: sequence - 1).isEmpty {
                    broken.insert(position == resumedAt ? .resumable : .reliable)
                }
                broken.formUnion(self.broken(by: change, of: history))
                position = max(position, sequence)
            }
        }
        if !history.expected(filter, after: position, through: history.last).isEmpty { broken.insert(.reliable) }
        return broken
    }

    private func broken(by change: Change, of history: RandomHistory) -> Set<WatchProperty> {
        var broken: Set<WatchProperty> = []
        let recorded = history.changes[change.sequence - 1]
        if history.expected(filter, after: Int64(change.sequence) - 1, through: Int64(change.sequence)).isEmpty { broken.insert(.filtered) }
        if change.resourceID != recorded.resource || change.before != recorded.before || change.after != recorded.after {
            broken.insert(.previousValue)
        }
        if change.operation != recorded.operation || (change.operation == .added) != (change.before == nil) { broken.insert(.isCreate) }
        return broken
    }

    private func isState(_ resources: [Resource], at place: Int64, of history: RandomHistory) -> Bool {
        guard let state = history.states[place] else { return false }
        let expected = state.filter { filter?.matches($0.key) ?? true }
        return resources.count == expected.count && resources.allSatisfy { expected[$0.resourceID] == $0.document }
    }
}
