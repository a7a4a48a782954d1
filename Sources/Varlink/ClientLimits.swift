import StrictJSON

/// What a server may cost a client at most.
public struct ClientLimits: Sendable {
    /// Bytes of one reply.
    public var messageBytes = 16 << 20
    /// Values in one reply.
    public var messageValues = 1_000_000
    /// Bytes of a stream's replies that wait to be taken; then the socket is not read.
    public var bufferedBytes = 256 << 10
    /// How long a stream's reply that was begun may take to arrive.
    public var halfMessageTime = Duration.seconds(30)

    /// The defaults.
    public init() {}

    var json: JSONLimits { JSONLimits(bytes: messageBytes, depth: 64, values: messageValues, string: messageBytes) }

    /// The limits of a stream's connection.
    var connection: ServerLimits {
        var limits = ServerLimits()
        limits.messageBytes = messageBytes
        limits.pipelinedBytes = bufferedBytes
        limits.halfMessageTime = halfMessageTime
        limits.smallBytes = .max
        limits.pipelinedCalls = .max
        return limits
    }
}
