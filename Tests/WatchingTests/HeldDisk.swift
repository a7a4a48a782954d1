import Ledger
import Synchronization
import Testing

/// A disk whose writes can be held back: what waits for them waits, until they are let go. It can be full as well.
final class HeldDisk: Sendable {
    private struct State {
        var isHeld = false
        var isFull = false
        var held: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// How many writes are held back.
    var count: Int { state.withLock(\.held.count) }

    /// Whether nothing can be written.
    var isFull: Bool { state.withLock(\.isFull) }

    /// There is no room any more, or there is again.
    func fill(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    /// Holds back what is written from now on.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Lets everything go, in its order.
    func letGo() {
        let held = state.withLock { state in
            defer { state = State() }
            return state.held
        }
        for work in held { work() }
    }

    /// Lets the first that is held back go, if there is one.
    func letGoOne() {
        let first = state.withLock { $0.held.isEmpty ? nil : $0.held.removeFirst() }
        first?()
    }

    /// Has work done now, or when it is let go.
    func does(_ isWriting: Bool, _ work: @escaping @Sendable () -> Void) {
        let isHeld = state.withLock { state in
            guard state.isHeld, isWriting else { return false }
            state.held.append(work)
            return true
        }
        if !isHeld { work() }
    }

    /// Returns when so many writes are held back; a test that waits in vain ends by its time limit.
    func holds(_ count: Int) async {
        while self.count < count, !Task.isCancelled { await Task.yield() }
    }
}

/// Says that a test has come where it must not.
func fail(_ why: Comment, sourceLocation: SourceLocation = #_sourceLocation) { Issue.record(why, sourceLocation: sourceLocation) }
