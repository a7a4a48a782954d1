import Continuations
import NIOCore

/// What is to be written to a peer and has not gone to the channel yet: a bounded amount, and the senders that wait for room.
///
/// Under one lock with the socket that bytes may be written to directly, so that none overtake others.
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
    /// How often the channel was given bytes that it has not written yet.
    private var handedOn = 0
    private var isDrainDue = false
    private var isClosed = false
    /// Nobody else keeps it: it is closed with this.
    private var socket: DirectSocket?
    private var senders: [Int: OneShot<Void>] = [:]

    init(limit: Int, socket: DirectSocket? = nil) { (self.limit, self.socket) = (limit, socket) }

    var isEmpty: Bool { pending.isEmpty }
    /// The socket while nothing waits to be written before what is written to it now.
    var idleSocket: DirectSocket? { pending.isEmpty && handedOn == 0 ? socket : nil }

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
    mutating func wait(_ sender: Int, _ room: OneShot<Void>) -> Bool {
        guard !isClosed, byteCount >= limit else { return false }
        senders[sender] = room
        return true
    }

    /// Gives up a sender that was cancelled.
    mutating func abandon(_ sender: Int) -> OneShot<Void>? { senders.removeValue(forKey: sender) }

    /// Everything that waits, for a channel that can take it and says when it has written it; and the senders that must be woken.
    mutating func drain() -> (bytes: [ByteBuffer], senders: [OneShot<Void>]) {
        if !pending.isEmpty { handedOn += 1 }
        return empty()
    }

    /// The channel has written what one `drain` gave it, or never will.
    mutating func wrote() { handedOn -= 1 }

    /// Nothing can be written any more. The senders that must be woken.
    mutating func close() -> [OneShot<Void>] {
        isClosed = true
        socket = nil
        return empty().senders
    }

    private mutating func empty() -> (bytes: [ByteBuffer], senders: [OneShot<Void>]) {
        defer { (pending, byteCount, isDrainDue, senders) = ([], 0, false, [:]) }
        return (pending, Array(senders.values))
    }
}
