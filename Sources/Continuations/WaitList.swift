internal import Synchronization

/// The tasks that wait for something of their owner's, each under a key: it answers them, and closes the list when it ends, after which nobody waits. A
/// task that is cancelled waits no longer.
public final class WaitList<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var last: UInt64 = 0
        var waiting: [Key: [UInt64: OneShot<Value>]] = [:]
        /// What everybody gets once the list is closed.
        var closed: Value?
    }

    private let state = Mutex(State())

    /// One that nobody waits in.
    public init() {}

    /// Whether anybody waits under a key.
    public func isAwaited(_ key: Key) -> Bool { state.withLock { $0.waiting[key] != nil } }

    /// How many wait.
    public var count: Int { state.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } } }

    /// Waits for an answer.
    /// - Parameters:
    ///   - cancelled: what is returned when the task is cancelled.
    ///   - entered: called when the list has the task, so that no answer is missed from then on; what it returns is the answer at once.
    public func wait(
        for key: Key, isolation: isolated (any Actor)? = #isolation, whenCancelled cancelled: @autoclosure @escaping @Sendable () -> Value,
        entered: () -> Value? = { nil }
    ) async -> Value {
        let asker = OneShot<Value>()
        let ticket: UInt64? = state.withLock { state in
            if let value = state.closed {
                asker.fulfil(value)
                return nil
            }
            state.last += 1
            state.waiting[key, default: [:]][state.last] = asker
            return state.last
        }
        defer { if let ticket { leave(key, ticket) } }
        if ticket != nil, let value = entered() { asker.fulfil(value) }
        return await asker.value(isolation: isolation, whenCancelled: cancelled())
    }

    /// Takes out those who wait under a key, for an answer that is given later.
    public func take(_ key: Key) -> [OneShot<Value>] {
        state.withLock { state in state.waiting.removeValue(forKey: key).map { Array($0.values) } ?? [] }
    }

    /// Answers everybody who waits under a key.
    public func answer(_ key: Key, with value: Value) { for asker in take(key) { asker.fulfil(value) } }

    /// Answers everybody.
    public func answerAll(with value: Value) {
        let askers = state.withLock { state in
            defer { state.waiting = [:] }
            // A generic type's key path is made anew each time, which costs more than the list.
            return state.waiting.values.flatMap { $0.values }
        }
        for asker in askers { asker.fulfil(value) }
    }

    /// Answers everybody, now and from now on.
    public func close(with value: Value) {
        state.withLock { $0.closed = value }
        answerAll(with: value)
    }

    private func leave(_ key: Key, _ ticket: UInt64) {
        state.withLock { state in
            state.waiting[key]?[ticket] = nil
            if state.waiting[key]?.isEmpty == true { state.waiting[key] = nil }
        }
    }
}
