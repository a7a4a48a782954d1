/// How long to wait before the next attempt: exponential with full jitter, so that a thousand readers do not come back at once.
public struct Backoff: Sendable {
    /// The longest first wait.
    public var shortest: Duration
    /// The longest wait at all.
    public var longest: Duration
    private var ceiling: Duration

    /// Waits of at most `shortest`, then twice that, up to `longest`.
    public init(from shortest: Duration = .milliseconds(100), to longest: Duration = .seconds(30)) {
        precondition(shortest > .zero && longest >= shortest, "a wait is longer than nothing, and the longest is no shorter than the first")
        self.shortest = shortest
        self.longest = longest
        ceiling = shortest
    }

    /// The next wait; `random` is from 0 to 1.
    public mutating func next(random: Double) -> Duration {
        let wait = ceiling * min(max(random, 0), 1)
        ceiling = min(ceiling * 2, longest)
        return wait
    }

    /// An attempt succeeded: the next wait is a first one again.
    public mutating func reset() { ceiling = shortest }
}
