import Continuations
import Synchronization

/// Wakes a loop, and lets others ask it for a sign of life: who asks waits until the loop has come round.
final class LivenessLatch: Sendable {
    private let isAway = Mutex(false)
    private let asking = WaitList<Int, Void>()
    private let continuation: AsyncStream<Void>.Continuation
    /// One value for any number of rings since the last; for one loop. It ends when the loop's task is cancelled.
    let rings: AsyncStream<Void>

    init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    deinit { close() }

    /// Has the loop come round.
    func ring() { continuation.yield() }

    /// Has the loop come round, and returns when it has, when it has ended, or when the asking task is cancelled.
    func ask() async {
        await asking.wait(for: 0, whenCancelled: ()) {
            if isAway.withLock(\.self) { return () }
            ring()
            return nil
        }
    }

    /// The loop has come round.
    func answer() { asking.answerAll(with: ()) }

    /// While the loop waits for another part, which is asked by itself, it need not answer.
    func away<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        isAway.withLock { $0 = true }
        defer { isAway.withLock { $0 = false } }
        answer()
        return try await body()
    }

    /// The loop has ended: nobody need wait for it.
    func close() { asking.close(with: ()) }
}
