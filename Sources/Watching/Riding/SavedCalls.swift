/// Calls of the last hour that were not needed, because another answer brought what they were for. Counted by minutes.
///
/// What is brought more often than it would have been polled has saved no more calls than that: each time counts as the part of its interval that has
/// passed since it was last seen.
struct SavedCalls: Sendable {
    private var minutes: [(minute: Int64, calls: Double)] = []

    /// So many calls were not needed.
    mutating func add(_ calls: Double, now: Moment) {
        minutes.removeAll { $0.minute <= now.minute - 60 }
        if minutes.last?.minute != now.minute { minutes.append((now.minute, 0)) }
        minutes[minutes.count - 1].calls += max(0, calls)
    }

    /// Those of the last hour.
    func lastHour(_ now: Moment) -> Double { minutes.lazy.filter { $0.minute > now.minute - 60 }.map(\.calls).reduce(0, +) }
}
