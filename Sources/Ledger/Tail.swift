import Synchronization

/// The ledger's end, and who waits for it to move.
final class Tail: Sendable {
    private struct State {
        var sequence: Int64
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var tickets: UInt64 = 0
    }

    private let state: Mutex<State>

    init(_ sequence: Int64) { state = Mutex(State(sequence: sequence)) }

    /// The last committed change.
    var sequence: Int64 { state.withLock(\.sequence) }

    /// Called after a commit: wakes everybody who waits.
    func move(to sequence: Int64) {
        let woken = state.withLock { state in
            state.sequence = max(state.sequence, sequence)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns when there is a change after that one, or when the task is cancelled.
    func wait(after sequence: Int64) async {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    guard state.sequence <= sequence, !Task.isCancelled else { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
        }
    }
}
