public import WabaWatchInterface

/// Thrown by a handler: no handler after this one is asked.
public struct StopHandling: Error {
    /// The end of the chain.
    public init() {}
}

/// Thrown by a handler: the next one is asked.
public struct ContinueHandling: Error {
    /// The chain goes on.
    public init() {}
}

/// Handlers with priorities. Every change is given to those whose topic it is, the highest priority first, among equals the first registered.
public struct ChangeHandlers: Sendable {
    /// What happens after a handler that just returns.
    public enum Default: Sendable {
        case stop
        case proceed
    }

    private struct Handler: Sendable {
        let priority: Int
        /// Whether the change was its topic.
        let handle: @Sendable (Change) async throws -> Bool
    }

    /// What happens after a handler that just returns; one that throws `StopHandling` or `ContinueHandling` decides itself.
    public var afterReturn: Default
    private var handlers: [Handler] = []

    /// No handlers.
    public init(afterReturn: Default = .proceed) { self.afterReturn = afterReturn }

    /// Adds a handler.
    public mutating func on<Subject>(
        _ topic: Topic<Subject>, priority: Int = 0, _ handle: @escaping @Sendable (Subject) async throws -> Void
    ) {
        let index = handlers.firstIndex { $0.priority < priority } ?? handlers.endIndex
        let handler = Handler(priority: priority) { change in
            guard let subject = topic.subject(change) else { return false }
            try await handle(subject)
            return true
        }
        handlers.insert(handler, at: index)
    }

    /// Gives a change to the handlers. Throws what one of them throws, the two words to the chain aside.
    /// Whether any handler was asked.
    @discardableResult
    public func handle(_ change: Change) async throws -> Bool {
        var wasHandled = false
        for handler in handlers {
            do {
                guard try await handler.handle(change) else { continue }
                wasHandled = true
                if case .stop = afterReturn { return true }
            } catch is ContinueHandling {
                wasHandled = true
            } catch is StopHandling { return true }
        }
        return wasHandled
    }
}
