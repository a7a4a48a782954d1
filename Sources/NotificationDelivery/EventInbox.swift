import Continuations
import Synchronization
import WabaWatchClient

/// What the daemon has sent and the route has not taken: a few events, then the daemon waits. Also how a route is told to stop.
package final class EventInbox: Sendable {
    private enum Side { case putter, taker, stop }

    private struct State {
        var events: [ChangeEvent] = []
        var isStopped = false
    }

    /// Events that lie here at most.
    static let most = 64

    private let state = Mutex(State())
    private let waiting = WaitList<Side, Void>()

    package init() {}

    /// Whether the route is to stop.
    var isStopped: Bool { state.withLock(\.isStopped) }

    /// Tells the route to stop when the delivery under way has ended.
    package func stop() {
        state.withLock { $0.isStopped = true }
        waiting.close(with: ())
    }

    /// Forgets what lies here: it is read anew.
    func clear() { state.withLock { $0.events = [] } }

    /// Hands over an event; waits for room, or until the task is cancelled.
    func put(_ event: ChangeEvent) async {
        while !Task.isCancelled && !isStopped {
            let isIn = state.withLock { state in
                guard state.events.count < Self.most else { return false }
                state.events.append(event)
                return true
            }
            if isIn { return waiting.answer(.taker, with: ()) }
            await waiting.wait(for: .putter, whenCancelled: ()) { state.withLock { $0.events.count < Self.most ? () : nil } }
        }
    }

    /// Takes everything that is here; waits for it, for so long at most, or until the route is to stop.
    func take(within time: Duration?, _ clock: NotifyTime) async -> [ChangeEvent] {
        if state.withLock({ $0.events.isEmpty && !$0.isStopped }) {
            await pass(time, clock) { [self] in
                await waiting.wait(for: .taker, whenCancelled: ()) { state.withLock { $0.events.isEmpty && !$0.isStopped ? nil : () } }
            }
        }
        let events = state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
        if !events.isEmpty { waiting.answer(.putter, with: ()) }
        return events
    }

    /// Lets time pass, or returns when the route is to stop.
    func pause(for time: Duration?, _ clock: NotifyTime) async {
        await pass(time, clock) { [self] in await waiting.wait(for: .stop, whenCancelled: ()) }
    }

    private func pass(_ time: Duration?, _ clock: NotifyTime, _ body: @escaping @Sendable () async -> Void) async {
        guard let time else { return await body() }
        guard time > .zero else { return }
        _ = await clock.within(time, body)
    }
}
