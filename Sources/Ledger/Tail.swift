import Continuations
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
        var tally = ChangeTally()
    }

    private let state: Mutex<State>
    private let waiting = WaitList<Int, Void>()

    init(_ sequence: Int64) { state = Mutex(State(sequence: sequence)) }

    /// How many changes were committed since the process began, by kind and operation.
    var changeCounts: [ChangeTally.Class: Int] { state.withLock(\.tally.counts) }

    /// The last committed change.
    var sequence: Int64 { state.withLock(\.sequence) }

    /// A transaction's first so many changes are handed on; who wants more reads the ledger.
    static let longest = 16_384

    /// Hands every commit on from now on. For one follower.
    func follow(_ follower: @escaping Follower) { state.withLock { $0.follower = follower } }

    /// A change was written. It counts when `move` says so: a transaction that is tried again writes the same sequences again.
    func add(_ change: RecordedChange) {
        state.withLock { state in
            state.tally.wrote(change.sequence, ChangeTally.Class(change.change))
            guard state.follower != nil else { return }
            while let last = state.written.last, last.sequence >= change.sequence { state.written.removeLast() }
            if state.written.count < Self.longest { state.written.append(change) }
        }
    }

    /// Called after a commit: hands it on, and wakes everybody who waits.
    func move(to sequence: Int64) {
        let (follower, written) = state.withLock { state in
            let written = state.written.filter { $0.sequence > state.sequence && $0.sequence <= sequence }
            state.tally.committed(after: state.sequence, upTo: sequence)
            state.sequence = max(state.sequence, sequence)
            defer { state.written = [] }
            return (state.follower, written)
        }
        follower?(written, sequence)
        waiting.answerAll(with: ())
    }

    /// Returns when there is a change after that one, when the task is cancelled, or when the ledger is closed.
    func wait(after sequence: Int64) async {
        await waiting.wait(for: 0, whenCancelled: ()) { self.sequence > sequence ? () : nil }
    }

    /// Nothing is committed any more.
    func close() { waiting.close(with: ()) }
}
