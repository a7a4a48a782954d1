import StrictJSON

/// What peers may cost a server at most.
public struct ServerLimits: Sendable {
    /// Bytes of one call. A larger one closes its connection.
    public var messageBytes = 16 << 20
    /// Values in one call, so that `[0,0,0…` cannot cost many times its size.
    public var messageValues = 250_000
    /// Connections in all. Further ones are closed as they come.
    public var connections = 4096
    /// Connections of one user.
    public var connectionsPerUser = 1024
    /// Bytes of calls that wait behind the one being answered; then the connection is not read until calls have been answered.
    public var pipelinedBytes = 64 << 10
    /// Bytes of unanswered and unfinished calls that all connections hold together. Above it, connections that hold more than
    /// `pipelinedBytes` are closed as they send more.
    public var bufferedBytes = 128 << 20
    /// Bytes of replies that wait for a peer that does not read; then senders are suspended. One reply, however large, always fits.
    public var outgoingBytes = 64 << 10
    /// How long a call that was begun may take to arrive.
    public var halfMessageTime = Duration.seconds(30)
    /// How long replies that are still to be written may hold up the end of a connection.
    public var flushTime = Duration.seconds(2)
    /// Threads that move bytes. Handlers run on Swift's own threads.
    public var threads = 1

    /// The defaults.
    public init() {}

    var json: JSONLimits { JSONLimits(bytes: messageBytes, depth: 64, values: messageValues) }
}
