import Synchronization

/// Whether the ledger can be written to, and what to tell of it.
final class Health: Sendable {
    private let state: Mutex<LedgerError?>
    private let continuation: AsyncStream<LedgerError?>.Continuation
    /// What is the matter, whenever that changes; `nil` when all is well again.
    let changes: AsyncStream<LedgerError?>

    init() {
        state = Mutex(nil)
        (changes, continuation) = AsyncStream.makeStream()
    }

    /// What is the matter now.
    var trouble: LedgerError? { state.withLock { $0 } }

    /// A write succeeded. A damaged ledger stays one.
    func wrote() {
        let better = state.withLock { state in
            guard let trouble = state, trouble.code != .damaged else { return false }
            state = nil
            return true
        }
        if better { continuation.yield(nil) }
    }

    /// A write failed, or a read met damage.
    func failed(_ error: LedgerError) {
        guard error.code != .cancelled else { return }
        let news = state.withLock { state in
            guard state?.code != .damaged, state?.code != error.code else { return false }
            state = error
            return true
        }
        if news { continuation.yield(error) }
    }
}
