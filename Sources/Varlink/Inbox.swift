import Continuations
import NIOCore

/// What has come from a peer and was not taken yet; and how it ends. One taker at a time.
struct Inbox {
    enum End: Equatable {
        case closed
        case violation(ProtocolViolation)
    }

    /// How a connection ended, as an error for whoever takes messages.
    struct Ending: Error, Equatable {
        var end: End
    }

    enum Next: Equatable {
        case message(ByteBuffer)
        case end(End)
        case wait
    }

    private var buffer: MessageBuffer
    private let pipelinedBytes: Int
    private(set) var end: End?
    private(set) var taker: OneShot<Void>?

    init(messageBytes: Int, pipelinedBytes: Int) {
        buffer = MessageBuffer(limit: messageBytes)
        self.pipelinedBytes = pipelinedBytes
    }

    var byteCount: Int { buffer.byteCount }
    /// Whether enough waits that the socket must not be read.
    var isFull: Bool { end != nil || (buffer.hasMessage && buffer.byteCount >= pipelinedBytes) }
    /// The number of the message whose rest is being waited for, if it has begun and nothing is left to do before it.
    var awaited: Int? { end == nil && !buffer.hasMessage && taker != nil && buffer.hasPartial ? buffer.completed : nil }

    /// Takes what was read. The taker that must be woken, if any.
    mutating func append(_ read: ByteBuffer) -> OneShot<Void>? {
        guard end == nil else { return nil }
        do throws(ProtocolViolation) { try buffer.append(read) } catch { end = .violation(error) }
        return end != nil || buffer.hasMessage ? wake() : nil
    }

    /// Nothing more will come. The taker that must be woken, if any.
    mutating func finish(_ end: End) -> OneShot<Void>? {
        if self.end == nil { self.end = end }
        return wake()
    }

    /// The next message; those that came before the end come before the end.
    mutating func next() -> Next {
        if let message = buffer.next() { return .message(message) }
        return end.map(Next.end) ?? .wait
    }

    /// Whether the taker must wait; it is kept until there is something to take.
    mutating func wait(_ taker: OneShot<Void>) -> Bool {
        guard !buffer.hasMessage, end == nil else { return false }
        precondition(self.taker == nil, "messages of one connection are taken by one task")
        self.taker = taker
        return true
    }

    /// Gives up the taker that was cancelled.
    mutating func abandon() -> OneShot<Void>? { wake() }

    private mutating func wake() -> OneShot<Void>? {
        defer { taker = nil }
        return taker
    }
}
