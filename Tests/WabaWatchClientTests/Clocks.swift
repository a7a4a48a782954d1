import Synchronization

/// A clock whose short waits are over at once; the long ones, which nobody waits for here, last until they are cancelled.
struct ImmediateClock: Clock {
    typealias Instant = ContinuousClock.Instant
    var now: Instant { ContinuousClock.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        guard deadline - now > .seconds(30) else { return }
        for await _ in AsyncStream<Void>.makeStream().stream { break }
        try Task.checkCancellation()
    }
}

/// A clock whose waits last until they are ended by hand.
final class ManualClock: Clock, Sendable {
    typealias Instant = ContinuousClock.Instant
    typealias Sleep = (length: Duration, end: AsyncStream<Void>.Continuation)
    private let instant = ContinuousClock.now
    private let begun = AsyncStream<Sleep>.makeStream()

    var now: Instant { instant }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let (stream, end) = AsyncStream<Void>.makeStream()
        begun.continuation.yield((deadline - instant, end))
        for await _ in stream { break }
        try Task.checkCancellation()
    }

    /// Ends the next sleeps as they begin; those that were cancelled meanwhile count, too.
    func finish(_ count: Int) async {
        var rest = count
        for await sleep in begun.stream {
            sleep.end.finish()
            rest -= 1
            if rest == 0 { return }
        }
    }
}
