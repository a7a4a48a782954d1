import Continuations
import NIOCore

/// What is to be written to a peer and was not yet: a bounded amount, and the senders that wait for room.
///
/// Under one lock with the socket that bytes may be written to directly, so that none overtake others.
struct Outbox {
    enum Offer: Equatable {
        /// Accepted; `drain` tells whether the channel's loop must be told.
        case accepted(drain: Bool)
        case full
        case closed
    }

    /// What may go on when something has been written.
    struct Progress {
        var written: [ByteBuffer] = []
        var senders: [OneShot<Void>] = []
    }

    private var pending: [ByteBuffer] = []
    private var pendingBytes = 0
    private let limit: Int
    /// What the channel was given each time and has not written yet, oldest first.
    private var handedOn = CircularBuffer<[ByteBuffer]>()
    private var handedOnBytes = 0
    private var isDrainDue = false
    private var isClosed = false
    /// Nobody else keeps it: it is closed with this.
    private var socket: DirectSocket?
    private var senders: [Int: OneShot<Void>] = [:]

    init(limit: Int, socket: DirectSocket? = nil) { (self.limit, self.socket) = (limit, socket) }

    var isEmpty: Bool { pending.isEmpty }
    /// Whether nothing waits, not even in the channel.
    var isIdle: Bool { pending.isEmpty && handedOn.isEmpty }
    /// The socket while nothing waits to be written before what is written to it now.
    var idleSocket: DirectSocket? { isIdle ? socket : nil }

    /// Whether more may be taken: little is waiting, or nothing where that has to be.
    func hasRoom(isTight: @autoclosure () -> Bool) -> Bool {
        isIdle || (pendingBytes < limit && handedOnBytes <= 2 * limit && !isTight())
    }

    /// Takes bytes if there is room, however many they are.
    mutating func offer(_ bytes: ByteBuffer, isTight: @autoclosure () -> Bool = false) -> Offer {
        if isClosed { return .closed }
        guard hasRoom(isTight: isTight()) else { return .full }
        pending.append(bytes)
        pendingBytes += bytes.readableBytes
        defer { isDrainDue = true }
        return .accepted(drain: !isDrainDue)
    }

    /// Keeps a sender until there is room; `false` if it need not wait.
    mutating func wait(_ sender: Int, _ room: OneShot<Void>, isTight: @autoclosure () -> Bool = false) -> Bool {
        guard !isClosed, !hasRoom(isTight: isTight()) else { return false }
        senders[sender] = room
        return true
    }

    /// Gives up a sender that was cancelled.
    mutating func abandon(_ sender: Int) -> OneShot<Void>? { senders.removeValue(forKey: sender) }

    /// Everything that waits, for a channel that can take it and says when it has written it; and the senders that may try again.
    mutating func drain() -> (bytes: [ByteBuffer], senders: [OneShot<Void>]) {
        defer { (pending, pendingBytes, isDrainDue) = ([], 0, false) }
        if !pending.isEmpty {
            handedOn.append(pending)
            handedOnBytes += pendingBytes
        }
        return (pending, handedOnBytes <= 2 * limit ? takeSenders() : [])
    }

    /// The channel has written what one `drain` gave it, or never will.
    mutating func wrote() -> Progress {
        guard let written = handedOn.popFirst() else { return Progress() }
        handedOnBytes -= written.reduce(0) { $0 + $1.readableBytes }
        return Progress(written: written, senders: takeSenders())
    }

    /// Nothing can be written any more. The senders that must be woken.
    mutating func close() -> [OneShot<Void>] {
        isClosed = true
        socket = nil
        (pending, pendingBytes, isDrainDue) = ([], 0, false)
        (handedOn, handedOnBytes) = ([], 0)
        return takeSenders()
    }

    private mutating func takeSenders() -> [OneShot<Void>] {
        defer { senders = [:] }
        return Array(senders.values)
    }
}
