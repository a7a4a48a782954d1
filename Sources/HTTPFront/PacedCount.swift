/// Something that happens often and is told seldom: at once when it was not told lately, and otherwise with what came since, an interval later.
package struct PacedCount: Sendable {
    private let interval: Duration
    private var count = 0
    private var told: Duration?

    /// - Parameter interval: how long it is not told again.
    package init(every interval: Duration) { self.interval = interval }

    /// It happened; how often since it was told last, if it is to be told now.
    /// - Parameter now: a monotonic time.
    package mutating func add(at now: Duration) -> Int? {
        count += 1
        return due(at: now)
    }

    /// How often it happened since it was told last, if that is to be told now.
    package mutating func due(at now: Duration) -> Int? {
        guard count > 0 else { return nil }
        if let told, now - told < interval { return nil }
        return rest(at: now)
    }

    /// What has not been told, whenever that was: for the end.
    package mutating func rest(at now: Duration) -> Int? {
        guard count > 0 else { return nil }
        told = now
        defer { count = 0 }
        return count
    }
}
