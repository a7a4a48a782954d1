import Synchronization

/// The ledger's end, and who waits for it to move.
final class Tail: Sendable {
    /// Takes what was committed: the first of its changes, and the last sequence.
    typealias Follower = @Sendable (_ changes: [RecordedChange], _ last: Int64) -> Void

    private struct State {
        var sequence: Int64
        var follower: Follower?
        /// Written in a transaction that has not ended, oldest first.
        var written: [RecordedChange] = []
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var tickets: UInt64 = 0
    }

    private let state: Mutex<State>

    init(_ sequence: Int64) { state = Mutex(State(sequence: sequence)) }

    /// The last committed change.
    var sequence: Int64 { state.withLock(\.sequence) }

    /// A transaction's first so many changes are handed on; who wants more reads the ledger.
    static let longest = 16_384

    /// Hands every commit on from now on. For one follower.
    func follow(_ follower: @escaping Follower) { state.withLock { $0.follower = follower } }

    /// A change was written. It counts when `move` says so: a transaction that is tried again writes the same sequences again.
    func add(_ change: RecordedChange) {
        state.withLock { state in
            guard state.follower != nil else { return }
            while let last = state.written.last, last.sequence >= change.sequence { state.written.removeLast() }
            if state.written.count < Self.longest { state.written.append(change) }
        }
    }

    /// Called after a commit: hands it on, and wakes everybody who waits.
    func move(to sequence: Int64) {
        let (follower, written, woken) = state.withLock { state in
            let written = state.written.filter { $0.sequence > state.sequence && $0.sequence <= sequence }
            state.sequence = max(state.sequence, sequence)
            defer { (state.waiting, state.written) = ([:], []) }
            return (state.follower, written, state.waiting.values)
        }
        follower?(written, sequence)
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
