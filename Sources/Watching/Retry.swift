/// When a poll that failed is tried again.
///
/// What failed in passing comes back with exponential backoff and full jitter: that draws from the whole span below the ceiling, so that a thousand
/// watches that failed together do not come back together. What was refused may have been refused by mistake, or be mended in a minute: it is asked
/// for again at once, then often for two minutes, then with backoff.
public struct Retry: Sendable {
    /// The first ceiling.
    public var first: Duration
    /// No wait is longer.
    public var longest: Duration
    /// No wait of a core kind that failed in passing is longer.
    public var longestOfCore: Duration
    /// No wait is shorter.
    public var shortest: Duration

    /// What was refused once is asked for again before this time is over, so that nobody is told of one refusal.
    static let confirmation = Duration.seconds(10)
    /// What is refused is asked for this often at least, as long as `persistence`.
    static let often = Duration.seconds(15)
    static let persistence = Duration.seconds(120)

    /// 1 s to 15 min, and to 2 min for the core kinds.
    public init(
        first: Duration = .seconds(1), longest: Duration = .seconds(900), longestOfCore: Duration = .seconds(120),
        shortest: Duration = .milliseconds(100)
    ) {
        self.first = first
        self.longest = longest
        self.longestOfCore = min(longestOfCore, longest)
        self.shortest = shortest
    }

    /// How long to wait after that many failures in a row.
    /// - Parameter random: in `0..<1`.
    public func delay(afterFailures failures: Int, random: Double, isCore: Bool = false) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let ceiling = min(first * (1 << doublings), isCore ? longestOfCore : longest)
        return max(ceiling * random, shortest)
    }

    /// How long to wait after a refusal.
    /// - Parameters:
    ///   - isFirst: whether it is the first in a row.
    ///   - time: how long ago the first one was.
    ///   - isAffordable: whether there are calls enough for asking often.
    ///   - random: in `0..<1`.
    public func delay(afterRefusal isFirst: Bool, for time: Duration, isAffordable: Bool = true, random: Double) -> Duration {
        if isFirst { return Self.confirmation * (0.2 + 0.7 * random) }
        if time < Self.persistence, isAffordable { return Self.often * (0.6 + 0.35 * random) }
        // Half as long again as it has lasted: that is exponential, whatever came in between.
        let ceiling = min(max(time / 2, Self.often * (isAffordable ? 2 : 4)), longest)
        return max(ceiling * (0.75 + 0.25 * random), shortest)
    }

    /// How long after the end of an outage one of so many that wait is asked for: spread over some seconds, and not in the moment of a single refusal.
    /// - Parameter random: in `0..<1`.
    public func spread(over count: Int, random: Double) -> Duration {
        .seconds(1) + min(.milliseconds(200) * count, .seconds(7)) * random
    }
}
