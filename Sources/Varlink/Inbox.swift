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
    private let smallBytes: Int
    private let pipelinedCalls: Int
    private(set) var end: End?
    private(set) var taker: OneShot<Void>?
    /// Bytes of the message that was taken last, until its call has been read.
    private var takenBytes = 0
    /// Whether the socket is not read because of what is held.
    private var isPaused = false

    init(messageBytes: Int, pipelinedBytes: Int, smallBytes: Int, pipelinedCalls: Int = .max) {
        buffer = MessageBuffer(limit: messageBytes)
        (self.pipelinedBytes, self.smallBytes, self.pipelinedCalls) = (pipelinedBytes, smallBytes, pipelinedCalls)
    }

    /// What is held, in memory.
    var footprint: Int { buffer.footprint + takenBytes }
    /// Whether enough waits behind a call that the socket must not be read.
    var isFull: Bool { end != nil || (buffer.hasMessage && (buffer.byteCount >= pipelinedBytes || buffer.count >= pipelinedCalls)) }
    /// Whether more is held than is anybody's right.
    var isLarge: Bool { footprint > smallBytes }
    /// Whether a message has begun and not ended.
    var isBegun: Bool { end == nil && buffer.hasPartial }
    /// The number of the message whose rest is being waited for, if it has begun and the socket is read, whatever else there is to do.
    var awaited: Int? { isBegun && !isFull ? buffer.completed : nil }

    /// Takes what was read. The taker that must be woken, if any.
    mutating func append(_ read: ByteBuffer) -> OneShot<Void>? {
        guard end == nil else { return nil }
        do throws(ProtocolViolation) { try buffer.append(read) } catch { end = .violation(error) }
        return end != nil || buffer.hasMessage ? wake() : nil
    }

    /// Whether the socket may be read; otherwise somebody has to ask again.
    mutating func mayRead(isTight: () -> Bool) -> Bool {
        isPaused = isFull || (isLarge && isTight())
        return !isPaused
    }

    /// Whether the socket was not read and somebody has to ask again now.
    mutating func resume() -> Bool {
        guard isPaused, !isFull else { return false }
        isPaused = false
        return true
    }

    /// Nothing more will come. The taker that must be woken, if any.
    mutating func finish(_ end: End) -> OneShot<Void>? {
        if self.end == nil { self.end = end }
        return wake()
    }

    /// Nothing more will be taken.
    mutating func clear() {
        buffer.clear()
        takenBytes = 0
    }

    /// The next message; those that came before the end come before the end.
    mutating func next() -> Next {
        if let message = buffer.next() {
            takenBytes = message.readableBytes
            return .message(message)
        }
        return end.map(Next.end) ?? .wait
    }

    /// The message that was taken last has been read and let go.
    mutating func letGo() { takenBytes = 0 }

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
