/// When a look that failed is tried again: exponential backoff with full jitter.
///
/// Full jitter draws from the whole span below the ceiling, so that a thousand watches that failed together do not come back together.
public struct Retry: Sendable {
    /// The first ceiling.
    public var first: Duration
    /// No wait is longer.
    public var longest: Duration
    /// No wait is shorter.
    public var shortest: Duration

    /// 1 s to 15 min, as `polling.md` says.
    public init(first: Duration = .seconds(1), longest: Duration = .seconds(900), shortest: Duration = .milliseconds(100)) {
        self.first = first
        self.longest = longest
        self.shortest = shortest
    }

    /// How long to wait after that many failures in a row.
    /// - Parameter random: in `0..<1`.
    public func delay(afterFailures failures: Int, random: Double) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let ceiling = min(first * (1 << doublings), longest)
        return max(ceiling * random, shortest)
    }
}
