import Glibc
import NIOCore

/// Cuts the bytes that come from a socket into messages, however they were split. Bytes are copied once at most.
struct MessageBuffer {
    private var messages = CircularBuffer<ByteBuffer>()
    private var partial = ByteBuffer()
    private let limit: Int
    /// Bytes that are held, complete messages and the begun one.
    private(set) var byteCount = 0
    /// How many messages have been completed so far.
    private(set) var completed = 0

    /// Messages of at most `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// Whether a complete message is held.
    var hasMessage: Bool { !messages.isEmpty }
    /// Whether a message has begun and not ended.
    var hasPartial: Bool { partial.readableBytes > 0 }

    /// Takes what was read. Throws when a message is too large; the messages before it stay.
    mutating func append(_ read: ByteBuffer) throws(ProtocolViolation) {
        var read = read
        while let length = Self.distanceToNUL(in: read) {
            guard partial.readableBytes + length <= limit else { throw .messageTooLarge(limit) }
            var message = read.readSlice(length: length) ?? ByteBuffer()
            read.moveReaderIndex(forwardBy: 1)
            if partial.readableBytes > 0 {
                partial.writeBuffer(&message)
                message = partial
                partial = ByteBuffer()
                byteCount += length
            } else {
                byteCount += length
            }
            messages.append(message)
            completed += 1
        }
        guard partial.readableBytes + read.readableBytes <= limit else { throw .messageTooLarge(limit) }
        byteCount += read.readableBytes
        partial.writeBuffer(&read)
    }

    /// The next complete message, without its NUL.
    mutating func next() -> ByteBuffer? {
        guard let message = messages.popFirst() else { return nil }
        byteCount -= message.readableBytes
        return message
    }

    private static func distanceToNUL(in buffer: ByteBuffer) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress, let found = memchr(start, 0, bytes.count) else { return nil }
            return UnsafeRawPointer(found) - start
        }
    }
}
