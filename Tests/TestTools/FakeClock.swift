import Synchronization

/// A monotonic clock and a wall clock that stand still until a test moves them.
package final class FakeClock: Clock, Sendable {
    /// A moment of the monotonic clock.
    package struct Instant: InstantProtocol {
        /// How long the clock has been running.
        package var running: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(running: running + duration) }
        package func duration(to other: Instant) -> Duration { other.running - running }
        package static func < (left: Instant, right: Instant) -> Bool { left.running < right.running }
    }

    private struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Instant
        var wallClockAhead: Duration
        var wallClockSet = Duration.zero
        var sleepers: [UInt64: Sleeper] = [:]
        var tickets: UInt64 = 0
    }

    private let state: Mutex<State>
    /// Every sleep that is begun, also one that has ended since.
    private let begun = AsyncStream<(ticket: UInt64, deadline: Instant)>.makeStream()
    private let atOnce: Duration

    /// - Parameters:
    ///   - running: what the monotonic clock shows at first.
    ///   - wallClock: what the wall clock shows at first, milliseconds since 1970.
    ///   - atOnce: sleeps of at most that long are over at once, and move the clock.
    package init(running: Duration = .seconds(5000), wallClock: Int64 = 1_760_000_000_000, sleepsAtOnce atOnce: Duration = .zero) {
        state = Mutex(State(now: Instant(running: running), wallClockAhead: .milliseconds(wallClock) - running))
        self.atOnce = atOnce
    }

    package var now: Instant { state.withLock(\.now) }
    package var minimumResolution: Duration { .zero }

    /// What the monotonic clock shows, in nanoseconds.
    package var nanoseconds: Int64 { Int64(now.running / .nanoseconds(1)) }

    /// What the wall clock shows, in milliseconds since 1970.
    package var wallClock: Int64 {
        let (seconds, attoseconds) = state.withLock { $0.now.running + $0.wallClockAhead + $0.wallClockSet }.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// Moves both clocks on, and ends the sleeps that are due.
    package func advance(by duration: Duration) { advance(to: now.advanced(by: duration)) }

    /// Moves both clocks on to a moment unless it has passed, and ends the sleeps that are due.
    package func advance(to moment: Instant) {
        let due = state.withLock { state in
            state.now = max(state.now, moment)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for ticket in due.keys { state.sleepers[ticket] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
        }
        for sleeper in due { sleeper.value.continuation.resume() }
    }

    /// Sets the wall clock, and it alone, to so much more than it would show had it never been set.
    package func setWallClock(ahead: Duration) { state.withLock { $0.wallClockSet = ahead } }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try Task.checkCancellation()
        guard deadline.running - now.running > atOnce else {
            advance(to: deadline)
            await Task.yield()
            return
        }
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isDue = state.withLock { state in
                    guard deadline > state.now, !Task.isCancelled else { return true }
                    state.sleepers[ticket] = Sleeper(deadline: deadline, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() }
                begun.continuation.yield((ticket, deadline))
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: ticket) }?.continuation.resume(throwing: CancellationError())
        }
        try Task.checkCancellation()
    }

    /// Ends the next sleeps as they begin, and moves the clock to the end of each; those that were cancelled meanwhile count, too. One at a time may.
    package func passSleeps(_ count: Int = .max) async {
        var rest = count
        for await sleep in begun.stream {
            advance(to: sleep.deadline)
            rest -= 1
            if rest == 0 { return }
        }
    }
}
