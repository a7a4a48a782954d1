import Changes

/// Who is polled, and by how many places: polls that began together have one place, which is free when the last of them has ended.
struct SharedPlaces: Sendable {
    /// So many polls have one place at most.
    static let most = 50

    /// The places that are taken.
    private(set) var taken = 0
    /// What is polled together with others, with the place that they share; and how many of a place are still polled. What is polled alone is not in it.
    private var shared: [PollTarget: UInt64] = [:]
    private var sharers: [UInt64: Int] = [:]
    private var last: UInt64 = 0

    /// A place is taken by one poll, or by the first of several.
    mutating func take() { taken += 1 }

    /// Polls that began together have one place, which the first of them took.
    mutating func share(_ turn: [PollTarget]) {
        guard turn.count > 1 else { return }
        last += 1
        sharers[last] = turn.count
        for target in turn { shared[target] = last }
    }

    /// A target is polled no longer: its place is free, unless others of it still are.
    mutating func leave(_ target: PollTarget) {
        if let place = shared.removeValue(forKey: target) {
            let left = (sharers[place] ?? 1) - 1
            sharers[place] = left > 0 ? left : nil
            guard left == 0 else { return }
        }
        taken -= 1
    }
}
