public import WabaWatchInterface

extension WabaWatch {
    /// Gives every change to handlers, until one of them throws or the task is cancelled. `passed` is told each cursor that is behind everything that
    /// was handled: keep it, and begin there the next time. A history that is lost is thrown as `ClientError` with `.service(.historyLost)`.
    public func handle(
        _ handlers: ChangeHandlers, from start: ChangeStart = .now, filter: Filter? = nil,
        passed: (Cursor) async throws -> Void = { _ in }
    ) async throws {
        // Inside a snapshot no cursor is passed: whoever began there would miss the rest of it.
        var isComplete = true
        for try await event in changes(from: start, filter: filter) {
            switch event {
            case .snapshotBegins: isComplete = false
            case .change(let change):
                try await handlers.handle(change)
                try await passed(change.cursor)
            case .ready(let cursor):
                isComplete = true
                try await passed(cursor)
            case .heartbeat(let cursor): if isComplete { try await passed(cursor) }
            case .historyLost(let oldest, let current):
                let lost = WabaWatchError.historyLost(oldestCursor: oldest, currentCursor: current)
                throw ClientError(.service(lost), lost.description)
            case .unreadable(_, let error): throw ClientError(error, socket: socket)
            case .resource, .disconnected: break
            }
        }
    }
}
