import NIOCore

/// What is to be written to a peer and has not gone to the channel yet: a bounded amount, and the senders that wait for room.
struct Outbox {
    enum Offer: Equatable {
        /// Accepted; `drain` tells whether the channel's loop must be told.
        case accepted(drain: Bool)
        case full
        case closed
    }

    private var pending: [ByteBuffer] = []
    private var byteCount = 0
    private let limit: Int
    private var isDrainDue = false
    private var isClosed = false
    private var senders: [Int: CheckedContinuation<Void, Never>] = [:]

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { pending.isEmpty }
    /// Whether bytes may pass by: nothing waits, and none has been closed out.
    var isIdle: Bool { pending.isEmpty && !isClosed }

    /// Takes bytes if there is room, however many they are.
    mutating func offer(_ bytes: ByteBuffer) -> Offer {
        if isClosed { return .closed }
        guard byteCount < limit else { return .full }
        pending.append(bytes)
        byteCount += bytes.readableBytes
        defer { isDrainDue = true }
        return .accepted(drain: !isDrainDue)
    }

    /// Keeps a sender until there is room; `false` if it need not wait.
    mutating func wait(_ sender: Int, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        guard !isClosed, byteCount >= limit else { return false }
        senders[sender] = continuation
        return true
    }

    /// Gives up a sender that was cancelled.
    mutating func abandon(_ sender: Int) -> CheckedContinuation<Void, Never>? { senders.removeValue(forKey: sender) }

    /// Everything that waits, for a channel that can take it, and the senders that must be woken.
    mutating func drain() -> (bytes: [ByteBuffer], senders: [CheckedContinuation<Void, Never>]) {
        defer {
            pending = []
            byteCount = 0
            isDrainDue = false
            senders = [:]
        }
        return (pending, Array(senders.values))
    }

    /// Nothing can be written any more. The senders that must be woken.
    mutating func close() -> [CheckedContinuation<Void, Never>] {
        isClosed = true
        return drain().senders
    }
}
