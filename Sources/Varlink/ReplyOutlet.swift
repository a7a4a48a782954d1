import NIOCore

/// Where replies before the last are written at once, on whatever thread has them, without waking the handler's task.
///
/// Replies come in the order in which they are written: who writes here sees to it that the handler's task does not send meanwhile.
public final class ReplyOutlet: Sendable {
    private let connection: Connection
    private let fits: (@Sendable (Frames) -> Bool)?

    init(_ connection: Connection, fits: (@Sendable (Frames) -> Bool)?) { (self.connection, self.fits) = (connection, fits) }

    /// Runs a body later, on the thread that moves the bytes of many connections. It must be quick.
    public func perform(_ body: @escaping @Sendable () -> Void) { connection.channel.eventLoop.execute(body) }

    /// Writes replies, without waiting. `false` if they were not taken, because enough waits for the peer or it has gone.
    public func offer(_ frames: Frames) -> Bool {
        // One that does not fit is refused, and reported when the handler sends it.
        if let fits, !fits(frames) { return false }
        return connection.offer(frames.buffer)
    }
}
