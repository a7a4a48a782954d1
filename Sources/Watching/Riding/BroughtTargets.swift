import Changes

/// The targets that a host's last answer brought as they were, in the order in which they came.
struct BroughtTargets: Sendable {
    /// The targets, each with the ride that it came by.
    private(set) var all: [(key: RideKey, target: PollTarget)] = []
    private var members: [RideKey: Set<PollTarget>] = [:]

    /// Some more, by one ride.
    mutating func add(_ targets: [PollTarget], by key: RideKey) {
        all += targets.map { (key, $0) }
        members[key, default: []].formUnion(targets)
    }

    /// Whether a target came by a ride.
    func contains(_ target: PollTarget, by key: RideKey) -> Bool { members[key]?.contains(target) ?? false }

    /// Those that came by a ride.
    func targets(by key: RideKey) -> [PollTarget] { all.filter { $0.key == key }.map(\.target) }
}
