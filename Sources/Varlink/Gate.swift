import Continuations
import Synchronization

/// Opens once. Whoever waits goes on when it opens or when their task is cancelled.
final class Gate: Sendable {
    private let state = Mutex(false)
    private let waiters = WaitList<Int, Void>()

    var isOpen: Bool { state.withLock(\.self) }

    func open() {
        state.withLock { $0 = true }
        waiters.close(with: ())
    }

    func wait() async { await waiters.wait(for: 0, whenCancelled: ()) }
}
