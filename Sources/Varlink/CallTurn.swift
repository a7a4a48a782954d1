import Synchronization

/// A call's turn to be read and polled, which is given back when its handler begins, or when it has been refused.
final class CallTurn: Sendable {
    private let turns: Turns
    private let share: PeerShare
    private let isOver = Atomic(false)

    /// Waits for the turn; `nil` if the task was cancelled.
    init?(of connection: ConnectionCosts) async {
        (turns, share) = (connection.common.working, connection.share)
        guard await turns.enter(of: share) else { return nil }
    }

    /// Gives it back, once.
    func leave() {
        if !isOver.exchange(true, ordering: .relaxed) { turns.leave(of: share) }
    }
}
