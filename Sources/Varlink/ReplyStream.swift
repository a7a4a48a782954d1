import NIOCore
public import StrictJSON

/// The replies of one call with `more`, the last one included. Leaving it closes its connection.
///
/// Replies are read from the socket as they are taken: a taker that is slow slows the server down and costs `ClientLimits.bufferedBytes`.
/// Throws the `VarlinkError` that ends it, `ConnectionClosed` when the server goes before its last reply, `ConnectionFailed`, or a
/// `ProtocolViolation` of the server.
public struct ReplyStream: AsyncSequence, Sendable {
    public typealias Element = JSONObject
    public typealias Failure = any Error

    let path: String
    let call: CallMessage
    let limits: ClientLimits

    public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let stream: ReplyStream
        private var connection: OwnedConnection?
        private var hasEnded = false

        init(stream: ReplyStream) { self.stream = stream }

        public mutating func next() async throws -> JSONObject? { try await next(isolation: nil) }

        public mutating func next(isolation: isolated (any Actor)?) async throws(any Error) -> JSONObject? {
            guard !hasEnded else { return nil }
            do {
                let connection = try await open(isolation: isolation)
                switch await connection.next() {
                case .success(let message): return try take(message)
                case .failure(let ending):
                    try Task.checkCancellation()
                    if case .violation(let violation) = ending.end { throw violation }
                    throw ConnectionClosed()
                }
            } catch {
                end()
                throw error
            }
        }

        private mutating func open(isolation: isolated (any Actor)?) async throws -> Connection {
            if let connection { return connection.connection }
            let limits = stream.limits.connection
            let opened = try await VarlinkClient.connect(stream.path) { channel, peer in
                let connection = Connection(channel, peer: peer, limits: limits)
                try channel.pipeline.syncOperations.addHandler(ConnectionHandler(connection, halfMessageTime: limits.halfMessageTime))
                return connection
            }
            connection = OwnedConnection(opened)
            try await opened.send(ByteBuffer(bytes: stream.call.frame))
            return opened
        }

        private mutating func take(_ message: ByteBuffer) throws -> JSONObject {
            switch try ReplyMessage(parsing: message.readableBytesView, limits: stream.limits.json).outcome {
            case .continues(let parameters): return parameters
            case .last(let parameters):
                end()
                return parameters
            case .error(let error): throw error
            }
        }

        private mutating func end() {
            hasEnded = true
            connection = nil
        }
    }
}

/// Closes its connection when nobody holds it any more.
private final class OwnedConnection: Sendable {
    let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    deinit { connection.channel.close(promise: nil) }
}
