import Glibc
import NIOCore
import NIOPosix
public import StrictJSON

/// Calls methods of a service on a Unix socket.
///
/// Calls share one connection and may be made at the same time: they are answered in order. Each stream has a connection of its own, so that it
/// holds up no call, and leaving it early closes nothing else (a client leaves a call with `more` by closing).
public final class VarlinkClient: Sendable {
    private let path: String
    private let limits: ClientLimits
    private let calls: CallQueue
    /// The process that serves, as the kernel knows it.
    public let peer: Peer

    private init(path: String, limits: ClientLimits, calls: CallQueue, peer: Peer) {
        self.path = path
        self.limits = limits
        self.calls = calls
        self.peer = peer
    }

    /// Connects. Throws `ConnectionFailed`.
    public static func connect(path: String, limits: ClientLimits = ClientLimits()) async throws -> VarlinkClient {
        try await connect(path: path, limits: limits, timeout: timeout)
    }

    static func connect(path: String, limits: ClientLimits = ClientLimits(), timeout: Duration) async throws -> VarlinkClient {
        let (queue, peer) = try await connect(path, timeout) { channel, peer in
            let queue = CallQueue(channel, limits: limits)
            try channel.pipeline.syncOperations.addHandler(CallHandler(queue))
            return (queue, peer)
        }
        return VarlinkClient(path: path, limits: limits, calls: queue, peer: peer)
    }

    /// Calls a method and returns its reply. Throws the reply's `VarlinkError`, `ConnectionClosed`, or a `ProtocolViolation` of the server.
    /// A task that is cancelled gives the reply up; other calls go on.
    public func call(_ method: String, _ parameters: JSONObject = [:]) async throws -> JSONObject {
        let message = try await calls.exchange(ByteBuffer(bytes: CallMessage(method, parameters).frame))
        let reply = try ReplyMessage(parsing: message.readableBytesView, limits: limits.json)
        switch reply.outcome {
        case .last(let parameters): return parameters
        case .error(let error): throw error
        case .continues:
            await close()
            throw ProtocolViolation.unexpectedReply
        }
    }

    /// Calls a method that gives no reply. Returns when the call has been written.
    public func send(oneway method: String, _ parameters: JSONObject = [:]) async throws {
        try await calls.send(ByteBuffer(bytes: CallMessage(method, parameters, .oneway).frame))
    }

    /// Calls a method for many replies. Nothing happens before the first is asked for.
    public func stream(_ method: String, _ parameters: JSONObject = [:]) -> ReplyStream {
        ReplyStream(path: path, call: CallMessage(method, parameters, .more), limits: limits)
    }

    /// The description of an interface that the service offers.
    public func describe(_ interface: String) async throws -> InterfaceDescription {
        let reply = try await call("org.varlink.service.GetInterfaceDescription", ["interface": .string(interface)])
        return try InterfaceDescription(parsing: reply["description"]?.string ?? "")
    }

    /// Closes the connection. Calls that wait throw `ConnectionClosed`; streams go on.
    public func close() async { await calls.close() }

    deinit { calls.abandon() }

    static func connect<Value: Sendable>(
        _ path: String, _ timeout: Duration = timeout, _ setUp: @escaping @Sendable (any Channel, Peer) throws -> Value
    ) async throws -> Value {
        let descriptor = try await NIOThreadPool.singleton.runIfActive { try connected(path, timeout) }
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .withConnectedSocket(descriptor).get()
            return try await Varlink.peer(of: channel).flatMapThrowing { peer in
                let value = try setUp(channel, peer)
                _ = channel.setOption(.autoRead, value: true)
                return value
            }.get()
        } catch let error as IOError {
            throw ConnectionFailed(path: path, number: error.errnoCode)
        }
    }

    /// How long it waits for a place in the queue of a socket that very many connect to.
    static let timeout = Duration.seconds(10)

    /// A descriptor that is connected. Blocks while the socket's queue is full: who does not wait in it is refused (connect(2), EAGAIN).
    private static func connected(_ path: String, _ timeout: Duration) throws(ConnectionFailed) -> Int32 {
        guard let address = try? UnixSocketAddress(path) else { throw ConnectionFailed(path: path, number: ENAMETOOLONG) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ConnectionFailed(path: path, number: errno) }
        let (seconds, attoseconds) = timeout.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
        var result: Int32
        repeat { result = address.with { Glibc.connect(descriptor, $0, $1) } } while result != 0 && errno == EINTR
        guard result == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            let number = errno
            _ = Glibc.close(descriptor)
            throw ConnectionFailed(path: path, number: number)
        }
        return descriptor
    }
}

/// Nobody could be reached on a socket.
public struct ConnectionFailed: Error, Sendable, Equatable, CustomStringConvertible {
    /// The socket.
    public let path: String
    /// The system's error number: ENOENT, ECONNREFUSED, EACCES …
    public let number: Int32

    public var description: String { "cannot connect to \(path) (error number \(number))" }
}
