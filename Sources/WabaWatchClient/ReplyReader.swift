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

    /// The next reply; `nil` behind the last one. Throws `ClientError.silent` after the time.
    nonisolated func next(within time: Duration, clock: any Clock<Duration>) async throws -> JSONObject? {
        let isOver = Flag()
        return try await withThrowingTaskGroup(of: Taken?.self) { group in
            // A reply that is here already is taken at once, and needs nobody to watch over it: that is what most of a long replay costs.
            group.addImmediateTask {
                defer { isOver.raise() }
                return Taken(reply: try await self.next())
            }
            if !isOver.isRaised {
                group.addTask {
                    try await Self.pass(time, clock)
                    return nil
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let taken = first else {
                throw ClientError(.silent, "nothing came for \(time.components.seconds) s from the daemon at \(socket)")
            }
            return taken.reply
        }
    }

    /// Lets the time pass, a twentieth of a second first, then twice as much at once, and so on: a sleep that is given up stays in memory until it would have
    /// ended, and there is one for every reply that has to be waited for.
    private static func pass<Watch: Clock<Duration>>(_ time: Duration, _ clock: Watch) async throws {
        let end = clock.now.advanced(by: time)
        var part = Duration.milliseconds(50)
        while case let left = clock.now.duration(to: end), left > .zero {
            try await clock.sleep(for: min(part, left))
            part *= 2
        }
    }

    /// What came in time, be it that nothing comes any more.
    private struct Taken: Sendable {
        let reply: JSONObject?
    }

    private func next() async throws -> JSONObject? {
        var replies =
            if let open = self.replies { open } else {
                try await VarlinkClient.connect(path: socket).stream(method, parameters).makeAsyncIterator()
            }
        defer { self.replies = replies }
        return try await replies.next(isolation: self)
    }
}

/// Something that happens once.
private final class Flag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}
