import Glibc
import NIOCore

/// Cuts the bytes that come from a socket into messages, however they were split.
///
/// Bytes stay as they came until a message is taken: an empty message costs the byte that ends it, and no more.
struct MessageBuffer {
    private var bytes = ByteBuffer()
    private let limit: Int
    /// Bytes behind the last message that has ended.
    private var begunBytes = 0
    /// Complete messages that are held.
    private(set) var count = 0
    /// How many messages have been completed so far.
    private(set) var completed = 0

    /// Messages of at most `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// Bytes that are held, complete messages and the begun one, with the bytes that end them.
    var byteCount: Int { bytes.readableBytes }
    /// What they take in memory.
    var footprint: Int { bytes.readableBytes == 0 ? 0 : bytes.storageCapacity }
    /// Whether a complete message is held.
    var hasMessage: Bool { count > 0 }
    /// Whether a message has begun and not ended.
    var hasPartial: Bool { begunBytes > 0 }

    /// Takes what was read. Throws when a message is too large; the messages before it stay.
    mutating func append(_ read: ByteBuffer) throws(ProtocolViolation) {
        let (start, ended, isTooLarge) = ends(in: read)
        count += ended
        completed += ended
        if ended > 0 { begunBytes = 0 }
        if isTooLarge || begunBytes + read.readableBytes - start > limit {
            add(read.getSlice(at: read.readerIndex, length: start) ?? ByteBuffer())
            throw .messageTooLarge(limit)
        }
        begunBytes += read.readableBytes - start
        add(read)
    }

    /// Where the last message that ends in these bytes ends, how many do, and whether the one behind it that ends there too is too large.
    private func ends(in read: ByteBuffer) -> (start: Int, ended: Int, isTooLarge: Bool) {
        read.withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return (0, 0, false) }
            var (start, ended, begun) = (0, 0, begunBytes)
            while let found = memchr(base + start, 0, bytes.count - start) {
                let end = UnsafeRawPointer(found) - base
                if begun + end - start > limit { return (start, ended, true) }
                (start, begun) = (end + 1, 0)
                ended += 1
            }
            return (start, ended, false)
        }
    }

    /// The next complete message, without its NUL.
    mutating func next() -> ByteBuffer? {
        guard count > 0, let length = Self.distanceToNUL(in: bytes, from: 0), let message = bytes.readSlice(length: length) else {
            return nil
        }
        bytes.moveReaderIndex(forwardBy: 1)
        count -= 1
        // What is left must not keep the memory of what was taken.
        if count == 0 { bytes = Self.copy(bytes) }
        return message
    }

    /// Lets go of everything.
    mutating func clear() { (bytes, begunBytes, count) = (ByteBuffer(), 0, 0) }

    private mutating func add(_ read: ByteBuffer) {
        guard read.readableBytes > 0 else { return }
        if bytes.readableBytes == 0 {
            bytes = count > 0 ? read : Self.copy(read)
        } else {
            if bytes.readerIndex > bytes.readableBytes { bytes = Self.copy(bytes) }
            bytes.writeImmutableBuffer(read)
        }
    }

    private static func copy(_ bytes: ByteBuffer) -> ByteBuffer {
        guard bytes.readableBytes > 0 else { return ByteBuffer() }
        var copy = ByteBufferAllocator().buffer(capacity: bytes.readableBytes)
        copy.writeImmutableBuffer(bytes)
        return copy
    }

    private static func distanceToNUL(in buffer: ByteBuffer, from offset: Int) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            guard offset < bytes.count, let start = bytes.baseAddress?.advanced(by: offset) else { return nil }
            return memchr(start, 0, bytes.count - offset).map { UnsafeRawPointer($0) - start }
        }
    }
}
