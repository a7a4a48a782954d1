import Continuations
import NIOCore
import Synchronization

/// A queue for turns, for tasks.
final class Turns: Sendable {
    /// Somebody who waits.
    private struct Waiting {
        var turn: OneShot<Bool>
        var weight: Int
        var share: PeerShare
    }

    private struct State {
        var queue: TurnQueue
        var last = 0
        var waiting: [TurnQueue.Ticket: Waiting] = [:]

        mutating func take(_ tickets: [TurnQueue.Ticket]) -> [Waiting] { tickets.compactMap { waiting.removeValue(forKey: $0) } }
    }

    private let state: Mutex<State>

    init(limit: Int, perShare: Int) { state = Mutex(State(queue: TurnQueue(limit: limit, perShare: perShare))) }

    /// How many wait.
    var waiting: Int { state.withLock { $0.queue.waiting } }

    /// Waits for a turn. `false` if the task was cancelled or the time is over; otherwise `leave` has to follow.
    func enter(weight: Int = 1, of share: PeerShare, within time: (Duration, any EventLoop)? = nil) async -> Bool {
        guard !Task.isCancelled else { return false }
        let turn = OneShot<Bool>()
        let (ticket, isWaiting, granted) = state.withLock { state in
            state.last += 1
            let ticket = state.last
            state.waiting[ticket] = Waiting(turn: turn, weight: weight, share: share)
            let granted = state.take(state.queue.enter(ticket, weight: weight, of: share))
            return (ticket, state.waiting[ticket] != nil, granted)
        }
        give(granted)
        if isWaiting, let (span, loop) = time {
            loop.scheduleTask(in: TimeAmount(span)) { [weak self] in self?.abandon(ticket, of: share) }
        }
        let hasTurn = await turn.value(whenCancelled: false)
        if !hasTurn { abandon(ticket, of: share) }
        return hasTurn
    }

    /// Ends a turn.
    func leave(weight: Int = 1, of share: PeerShare) {
        give(
            state.withLock { state in
                let granted = state.queue.leave(weight: weight, of: share)
                return state.take(granted)
            })
    }

    private func give(_ granted: [Waiting]) {
        // Who was cancelled just before does not take its turn.
        for next in granted where !next.turn.fulfil(true) { leave(weight: next.weight, of: next.share) }
    }

    private func abandon(_ ticket: TurnQueue.Ticket, of share: PeerShare) {
        let (given, next) = state.withLock { state -> (Waiting?, [Waiting]) in
            guard let granted = state.queue.abandon(ticket, of: share) else { return (nil, []) }
            return (state.waiting.removeValue(forKey: ticket), state.take(granted))
        }
        given?.turn.fulfil(false)
        give(next)
    }
}
