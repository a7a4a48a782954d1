import StrictJSON
import Synchronization
import Varlink

/// A stream of replies that is given up when nothing comes for a while.
actor ReplyReader {
    private let socket: String
    private let method: String
    private let parameters: JSONObject
    private var replies: ReplyStream.Iterator?

    init(socket: String, _ method: String, _ parameters: JSONObject) {
        self.socket = socket
        self.method = method
        self.parameters = parameters
    }

    /// The next reply. Throws `ClientError.silent` after the time, and `ConnectionClosed` where the stream ends: one that should go on has no last reply.
    nonisolated func next(within time: Duration, clock: any Clock<Duration>) async throws -> JSONObject {
        let isOver = Flag()
        return try await withThrowingTaskGroup(of: JSONObject?.self) { group in
            // A reply that is here already is taken at once, and needs nobody to watch over it: that is what most of a long replay costs.
            group.addImmediateTask {
                defer { isOver.raise() }
                return try await self.next()
            }
            if !isOver.isRaised {
                group.addTask {
                    try await clock.sleep(for: time)
                    return nil
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let reply = first else {
                throw ClientError(.silent, "nothing came for \(time) from the daemon at \(socket)")
            }
            return reply
        }
    }

    private func next() async throws -> JSONObject {
        var replies =
            if let open = self.replies { open } else {
                try await VarlinkClient.connect(path: socket).stream(method, parameters).makeAsyncIterator()
            }
        defer { self.replies = replies }
        guard let reply = try await replies.next(isolation: self) else { throw ConnectionClosed() }
        return reply
    }
}

/// Something that happens once.
private final class Flag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}
