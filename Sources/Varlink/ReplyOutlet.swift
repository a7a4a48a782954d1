import NIOCore

/// Where replies before the last are written at once, on the thread that writes the peer's socket, without waking the handler's task.
public final class ReplyOutlet: Sendable {
    private let loop: any EventLoop
    /// Outlets that have this in common have their thread in common.
    public let thread: ObjectIdentifier
    private let take: @Sendable (Frames) -> Bool

    init(_ loop: any EventLoop, take: @escaping @Sendable (Frames) -> Bool) {
        self.loop = loop
        thread = ObjectIdentifier(loop)
        self.take = take
    }

    /// Runs a body on the thread. It must be quick.
    public func perform(_ body: @escaping @Sendable () -> Void) { loop.execute(body) }

    /// Writes replies, on the thread. `false` if they were not taken, because enough waits for the peer or it has gone.
    public func offer(_ frames: Frames) -> Bool {
        loop.preconditionInEventLoop()
        return take(frames)
    }
}
