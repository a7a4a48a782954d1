internal import HTTPFront
internal import Logging
internal import Synchronization

/// What is counted and logged of scrapes.
final class ScrapeLog: Sendable {
    private struct State {
        var answers: [Int: Int] = [:]
        var unavailable: PacedCount
        var connections: PacedCount
    }

    private let log: Logger
    private let now: @Sendable () -> Duration
    private let state: Mutex<State>

    /// - Parameter now: a monotonic clock.
    init(_ log: Logger, every interval: Duration, now: @escaping @Sendable () -> Duration) {
        self.log = log
        self.now = now
        state = Mutex(State(unavailable: PacedCount(every: interval), connections: PacedCount(every: interval)))
    }

    /// Answers by their status.
    var answers: [Int: Int] { state.withLock { $0.answers } }

    /// A request was answered.
    func answered(_ status: Int) { state.withLock { $0.answers[status, default: 0] += 1 } }

    /// There were no metrics.
    func unavailable(_ reason: String) {
        guard let count = state.withLock({ $0.unavailable.add(at: now()) }) else { return }
        log.warning("scrapes were answered without metrics", metadata: ["scrapes": "\(count)", "reason": "\(reason)"])
    }

    /// There was no room for another connection.
    func turnedAway() {
        guard let count = state.withLock({ $0.connections.add(at: now()) }) else { return }
        log.warning("connections were turned away, for there are too many", metadata: ["connections": "\(count)"])
    }
}
