public import NIOCore
public import StrictJSON

/// Replies encoded once, to be sent to any number of peers: complete messages with `continues`, one behind the other.
///
/// Copies share their bytes, and so do the connections that a copy was sent to, until the bytes have been written.
public struct Frames: Sendable {
    private(set) var buffer: ByteBuffer
    /// How many replies there are.
    public private(set) var count = 0

    /// No replies yet; room for so many bytes.
    public init(capacity: Int = 0) { buffer = ByteBufferAllocator().buffer(capacity: capacity) }

    /// Messages that `Replies` wrote, with `continues`, one behind the other.
    public init(encoded: ByteBuffer) {
        buffer = encoded
        count = encoded.readableBytesView.count { $0 == 0 }
    }

    /// So many messages that `Replies` wrote, with `continues`, one behind the other.
    public init(encoded: ByteBuffer, count: Int) {
        buffer = encoded
        self.count = count
    }

    /// Adds a reply.
    public mutating func append(_ parameters: JSONObject) { append(frame: Replies.frame(parameters, continues: true)) }

    /// Adds one message that `Replies.frame(_:continues:)` made, with `continues`.
    public mutating func append(frame: [UInt8]) {
        buffer.writeBytes(frame)
        count += 1
    }

    /// The messages, each with its NUL.
    public var bytes: [UInt8] { Array(buffer.readableBytesView) }
    /// Bytes of all replies.
    public var byteCount: Int { buffer.readableBytes }
    /// Whether there are none.
    public var isEmpty: Bool { buffer.readableBytes == 0 }
}
