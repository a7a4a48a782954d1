import NIOCore
import StrictJSON

/// What peers may cost a server at most: each connection, each peer (`PeerShare`) and all of them together.
///
/// What can be counted is counted before it is held. A peer that is over its share is served in smaller pieces and read more slowly, and who has held
/// most of it for long without going on is closed; nobody pays for another's.
public struct ServerLimits: Sendable {
    // MARK: One call

    /// Bytes of one call. A larger one closes its connection.
    public var messageBytes = 5 << 18
    /// Values in one call, so that `[0,0,0…` cannot cost many times its size.
    public var messageValues = 100_000
    /// Bytes of one text or number in a call.
    public var textBytes = 64 << 10
    /// Arrays and objects inside each other in a call.
    public var depth = 32
    /// Bytes of a text that came from the peer and goes back to it in an error of `org.varlink.service`.
    public var echoedBytes = 256
    /// Bytes of any one text in an error.
    public var errorTextBytes = 4 << 10

    /// Calls that may be larger than these; none unless set.
    public var largeCalls: LargeCalls?

    // MARK: Connections

    /// Connections in all. Further ones are closed as they come, unless another peer has more: then its newest is closed instead.
    public var connections = 4096
    /// Connections of one peer's share.
    public var connectionsPerUser = 1024

    // MARK: What has come and was not taken

    /// Bytes of calls that wait behind the one being answered; then the connection is not read until calls have been answered.
    public var pipelinedBytes = 64 << 10
    /// Calls that wait behind the one being answered, likewise.
    public var pipelinedCalls = 1024
    /// Bytes that any connection may hold, however much its peer holds already.
    public var smallBytes = 16 << 10
    /// Bytes of unanswered and unfinished calls that one peer's connections hold together. Above it, those that hold more than `smallBytes` are not
    /// read, and those that began a call long ago (`timeout`) and have not ended it are closed.
    public var bufferedBytesPerPeer = 16 << 20
    /// The same for all peers together.
    public var bufferedBytes = 32 << 20
    /// How long a call that was begun may take to arrive.
    public var halfMessageTime = Duration.seconds(30)

    // MARK: Calls under way

    /// A call whose values take no more bytes than this is begun without being counted.
    public var smallCallBytes = 8 << 10
    /// Bytes that the values of one peer's calls under way take, filters included; further calls wait.
    public var callBytesPerPeer = 24 << 20
    /// The same for all peers together.
    public var callBytes = 48 << 20
    /// How long a call waits for that; then its connection is closed.
    public var callWait = Duration.seconds(10)
    /// Calls that are read and polled at the same time, half of them of one peer.
    public var calls = max(2, System.coreCount)
    /// Handlers that read something at the same time for replies that come in many (`Replies.inTurn`); all others wait for their turn.
    public var readings = max(1, min(3, System.coreCount / 2))

    // MARK: Replies that were not taken

    /// Bytes of replies that wait for a peer that does not read; then senders are suspended. One reply, however large, always fits.
    public var outgoingBytes = 64 << 10
    /// Bytes of replies that wait for one peer. The nearer it comes, the less is encoded at a time; above it, only where nothing waits.
    public var outgoingBytesPerPeer = 16 << 20
    /// Bytes of replies that wait for all peers. Above it, who has not read for long (`timeout`) is closed, beginning with the peer that holds most.
    public var outgoingBytesOfAll = 48 << 20
    /// Bytes that are encoded at a time for one connection.
    public var turnBytes = 1 << 20
    /// The same while others wait for their turn.
    public var shortTurnBytes = 32 << 10
    /// How long a peer may stand still before others' need closes it.
    public var timeout = Duration.seconds(5)
    /// How long replies that are still to be written may hold up the end of a connection.
    public var flushTime = Duration.seconds(2)

    /// Threads that move bytes.
    public var threads = 1
    /// Threads that read calls and run handlers, whatever many peers ask for: the process's other work, on Swift's own threads, never waits behind them.
    public var workers = max(1, min(4, System.coreCount / 2))

    /// The defaults.
    public init() {}

    var json: JSONLimits { JSONLimits(bytes: messageBytes, depth: depth, values: messageValues, string: textBytes) }
}

// MARK: Descriptors

extension ServerLimits {
    /// Descriptors of one connection: the channel's own, and one that any thread may write to.
    public static let descriptorsPerConnection = 2
    /// Descriptors that are left for everything else: files, sockets to other services.
    public static let reservedDescriptors = 192

    /// Takes back `connections` to what a limit of descriptors allows.
    /// - Parameter limit: how many descriptors the process may have (`RLIMIT_NOFILE`, getrlimit(2)).
    /// - Returns: how many connections were wanted, if that was more.
    public mutating func fit(descriptors limit: Int) -> Int? {
        let wanted = connections
        // Where there is little, half of it.
        let reserved = min(Self.reservedDescriptors, limit / 2)
        connections = min(wanted, max(1, (limit - reserved) / Self.descriptorsPerConnection))
        connectionsPerUser = min(connectionsPerUser, max(1, connections * 3 / 4))
        return connections < wanted ? wanted : nil
    }
}
