import Synchronization

/// Whether the ledger can be written to, and what to tell of it.
///
/// A write that succeeds does not end the trouble: where a little room is left, small writes succeed while large ones fail, and what
/// is told would go to and fro. Only `recovered` does, which asks for more room each time that there was too little of it.
final class Health: Sendable {
    private struct State {
        var trouble: LedgerError?
        /// So many bytes must be free before all is well again.
        var room = Health.leastRoom
    }

    static let leastRoom = 1 << 20
    static let mostRoom = 64 << 20

    private let state = Mutex(State())
    private let continuation: AsyncStream<LedgerError?>.Continuation
    /// What is the matter, when that begins, and `nil` when all is well again.
    let changes: AsyncStream<LedgerError?>

    init() { (changes, continuation) = AsyncStream.makeStream() }

    /// What is the matter now.
    var trouble: LedgerError? { state.withLock(\.trouble) }

    /// Bytes that must be free on the disk before all is well again.
    var room: Int { state.withLock(\.room) }

    /// A write succeeded, and there is room for more. A damaged ledger stays one.
    func recovered() {
        let better = state.withLock { state in
            guard let trouble = state.trouble, trouble.code != .damaged else { return false }
            state.trouble = nil
            state.room = min(2 * state.room, Self.mostRoom)
            return true
        }
        if better { continuation.yield(nil) }
    }

    /// A write failed, or a read met damage. That the trouble is another than before is news only where it is damage.
    func failed(_ error: LedgerError) {
        guard error.code != .cancelled else { return }
        let news = state.withLock { state in
            if state.trouble?.code == .damaged { return false }
            defer { state.trouble = error }
            return state.trouble == nil || error.code == .damaged
        }
        if news { continuation.yield(error) }
    }
}
