public import StrictJSON

/// Where a handler sends the replies before the last one. Sending throws `VarlinkError.expectedMore` where the caller asked for one reply,
/// and `CancellationError` or `ConnectionClosed` when the peer has gone.
public struct Replies: Sendable {
    private let wantsMore: Bool
    private let executor: (any TaskExecutor)?
    /// Where replies can be written without waking the handler's task; `nil` without a socket, and where there is to be one reply.
    public let outlet: ReplyOutlet?
    private let pace: Pace?
    private let write: @Sendable (Frames) async throws -> Void

    /// Replies that go to a closure, for handlers that are called without a socket.
    public init(wantsMore: Bool, write: @escaping @Sendable (Frames) async throws -> Void) {
        self.init(wantsMore: wantsMore, on: nil, outlet: nil, pace: nil, write: write)
    }

    init(
        wantsMore: Bool, on executor: (any TaskExecutor)?, outlet: ReplyOutlet?, pace: Pace?,
        write: @escaping @Sendable (Frames) async throws -> Void
    ) {
        self.wantsMore = wantsMore
        self.executor = executor
        self.outlet = wantsMore ? outlet : nil
        self.pace = pace
        self.write = write
    }

    /// Runs a body on the thread that writes the peer's socket, so that no reply waits for another thread to wake. Everybody's sockets are written there:
    /// for bodies that send often and compute little.
    public func besideTheSocket<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        guard let executor else { return try await body() }
        return try await withTaskExecutorPreference(executor) { try await body() }
    }

    /// What a turn is for. They do not wait for each other.
    public enum Turn: Sendable {
        /// To read what many replies may be made of: for `ServerLimits.readings` callers at a time.
        case reading
        /// To gather what is in memory already: for one caller at a time.
        case gathering
    }

    /// Runs a body that finds what is sent next and encodes about so many bytes of it: when the peer has taken what was sent before, and it is the caller's
    /// turn among all that want the same. So nothing is made for a peer that does not read, and who asks for much holds up nobody who asks for
    /// little. Only what is to be sent may be kept from it.
    public func inTurn<Value>(_ turn: Turn = .reading, _ body: (_ bytes: Int) async throws -> Value) async throws -> Value {
        guard let pace else { return try await body(ServerLimits().turnBytes) }
        return try await pace.inTurn(turn, body)
    }

    /// How many bytes of replies may be left waiting for the peer, besides those that wait.
    public var bytesLeft: Int { pace?.bytesLeft ?? .max }

    /// Sends one reply. Suspends while the peer does not read.
    public func send(_ parameters: JSONObject) async throws {
        var frames = Frames()
        frames.append(parameters)
        try await send(frames: frames)
    }

    /// Sends many replies in one write, without copying them. Suspends while the peer does not read.
    public func send(frames: Frames) async throws {
        guard wantsMore else { throw VarlinkError.expectedMore }
        try Task.checkCancellation()
        if !frames.isEmpty { try await write(frames) }
    }

    /// One reply's message with its NUL.
    public static func frame(_ parameters: JSONObject, continues: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        ReplyMessage.write(continues: continues, into: &bytes) { JSONValue.object(parameters).write(into: &$0) }
        return bytes
    }

    /// Appends one reply's message with its NUL, around parameters that a body appends: one JSON object without a NUL.
    public static func write(continues: Bool, into bytes: inout [UInt8], parameters: (inout [UInt8]) -> Void) {
        ReplyMessage.write(continues: continues, into: &bytes, parameters: parameters)
    }
}

/// The peer has gone.
public struct ConnectionClosed: Error, Sendable, Equatable, CustomStringConvertible {
    /// The peer has gone.
    public init() {}
    public var description: String { "the connection is closed" }
}
