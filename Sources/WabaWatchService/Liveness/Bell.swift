import Synchronization

/// Wakes a loop, and lets others ask it for a sign of life: who asks waits until the loop has come round.
final class Bell: Sendable {
    private struct State {
        var isClosed = false
        var isAway = false
        var asking: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let continuation: AsyncStream<Void>.Continuation
    /// One value for any number of rings since the last; for one loop. It ends when the loop's task is cancelled.
    let rings: AsyncStream<Void>

    init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Has the loop come round.
    func ring() { continuation.yield() }

    /// Has the loop come round, and returns when it has, or when it has ended.
    func ask() async {
        await withCheckedContinuation { asker in
            let isAnswered = state.withLock { state in
                if state.isClosed || state.isAway { return true }
                state.asking.append(asker)
                return false
            }
            if isAnswered { asker.resume() } else { ring() }
        }
    }

    /// The loop has come round.
    func answer() { for asker in state.withLock({ state in take(&state) }) { asker.resume() } }

    /// While the loop waits for another part, which is asked by itself, it need not answer.
    func away<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        state.withLock { $0.isAway = true }
        defer { state.withLock { $0.isAway = false } }
        answer()
        return try await body()
    }

    /// The loop has ended: nobody need wait for it.
    func close() {
        let asking = state.withLock { state in
            state.isClosed = true
            return take(&state)
        }
        for asker in asking { asker.resume() }
    }

    private func take(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        defer { state.asking = [] }
        return state.asking
    }
}
