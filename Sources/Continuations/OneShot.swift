internal import Dispatch
internal import Synchronization

/// A value that comes once, and the task that waits for it. The only place of the project where a task is suspended by hand: whoever waits here goes on
/// when the value comes or when its task is cancelled, whichever is first.
///
/// Who keeps one for others to find keeps it in a `WaitList`, which ends it when it is closed.
public final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, Never>)
        case fulfilled(Value)
        case taken
    }

    private let state = Mutex(State.idle)

    /// One without a value.
    public init() {}

    /// Hands over the value; `false` if there was one already, or the waiting was given up.
    @discardableResult public func fulfil(_ value: Value) -> Bool {
        let (waiting, isFirst): (CheckedContinuation<Value, Never>?, Bool) = state.withLock { state in
            switch state {
            case .idle:
                state = .fulfilled(value)
                return (nil, true)
            case .waiting(let continuation):
                state = .taken
                return (continuation, true)
            case .fulfilled, .taken: return (nil, false)
            }
        }
        waiting?.resume(returning: value)
        return isFirst
    }

    /// Waits for the value. For one task.
    /// - Parameters:
    ///   - cancelled: the value where the task is cancelled first.
    ///   - grace: how long the value is still waited for after the cancellation: for what is under way and cannot be called back.
    public func value(
        isolation: isolated (any Actor)? = #isolation, whenCancelled cancelled: @autoclosure @escaping @Sendable () -> Value,
        after grace: Duration = .zero
    ) async -> Value {
        await withTaskCancellationHandler(
            operation: {
                await withCheckedContinuation(isolation: isolation) { continuation in
                    let early: Value? = state.withLock { state in
                        switch state {
                        case .idle:
                            state = .waiting(continuation)
                            return nil
                        case .fulfilled(let value):
                            state = .taken
                            return value
                        case .waiting, .taken: preconditionFailure("a value is waited for by one task, once")
                        }
                    }
                    if let early { continuation.resume(returning: early) }
                }
            },
            onCancel: {
                guard grace > .zero else { return _ = fulfil(cancelled()) }
                let (seconds, attoseconds) = grace.components
                let end = DispatchTime.now() + .seconds(Int(seconds)) + .nanoseconds(Int(attoseconds / 1_000_000_000))
                DispatchQueue.global().asyncAfter(deadline: end) { self.fulfil(cancelled()) }
            }, isolation: isolation)
    }
}

extension OneShot where Value == Void {
    /// There is nothing more to wait for.
    @discardableResult public func fulfil() -> Bool { fulfil(()) }

    /// Waits until then, or until the task is cancelled.
    public func wait(isolation: isolated (any Actor)? = #isolation) async { await value(isolation: isolation, whenCancelled: ()) }
}
