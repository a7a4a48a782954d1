import NIOCore
import Synchronization

/// What peers cost a server, for all threads: the book, and the turns that they take.
final class Costs: Sendable {
    private struct State {
        var book: CostBook
        var connections: [CostBook.ID: WeakConnection] = [:]
    }

    /// Memory for calls under way.
    let calls: Turns
    /// Calls that are read and polled.
    let working: Turns
    /// Threads that read a large call.
    let parsing: Turns
    /// Handlers that read something for replies that come in many.
    let readings: Turns
    /// Handlers that gather something large for one reply.
    let gatherings: Turns
    private let state: Mutex<State>

    init(limits: ServerLimits) {
        calls = Turns(limit: limits.callBytes, perShare: limits.callBytesPerPeer)
        working = Turns(limit: limits.calls, perShare: max(1, limits.calls / 2))
        parsing = Turns(limit: 1, perShare: 1)
        readings = Turns(limit: limits.readings, perShare: limits.readings)
        gatherings = Turns(limit: 1, perShare: 1)
        state = Mutex(State(book: CostBook(limits: limits)))
    }

    /// Counts a connection of that peer in, or tells which limit it met. Closes the one whose place it has.
    func admit(_ peer: Peer) -> Result<ConnectionCosts, ConnectionRefusal> {
        let share = PeerShare(of: peer)
        let (admission, displaced) = state.withLock { state in
            let admission = state.book.admit(share)
            let displaced = try? admission.get().displaced
            return (admission, displaced.flatMap { state.connections[$0]?.connection })
        }
        if let displaced { close(displaced, for: .displaced) }
        return admission.map { ConnectionCosts($0.id, share, self) }
    }

    /// One that was displaced before it was known is closed now.
    fileprivate func enter(_ connection: Connection, as id: CostBook.ID) {
        let isDisplaced = state.withLock { state in
            state.connections[id] = WeakConnection(connection)
            return state.book.isDisplaced(id)
        }
        if isDisplaced { close(connection, for: .displaced) }
    }

    /// Later: who asks may hold a lock of it.
    private func close(_ connection: Connection, for violation: ProtocolViolation) {
        connection.channel.eventLoop.execute { connection.close(for: violation) }
    }

    fileprivate func leave(_ id: CostBook.ID) {
        state.withLock { state in
            state.book.release(id)
            state.connections[id] = nil
        }
    }

    fileprivate func book<Value: Sendable>(_ body: (inout CostBook) -> Value) -> Value { state.withLock { body(&$0.book) } }

    /// Closes those that have to go.
    fileprivate func closeOverdue(_ purse: CostBook.Purse) {
        let overdue = state.withLock { state in
            state.book.overdue(purse, at: .now()).compactMap { state.connections[$0]?.connection }
        }
        for connection in overdue { close(connection, for: purse == .unread ? .buffersFull : .repliesNotTaken) }
    }
}

private struct WeakConnection: Sendable {
    weak let connection: Connection?

    init(_ connection: Connection) { self.connection = connection }
}

/// What one connection costs. It is counted out by `leave`.
final class ConnectionCosts: Sendable {
    /// What is kept of a reply besides its bytes.
    private static let perReply = 512
    /// Whose share it is of.
    let share: PeerShare
    let common: Costs
    private let id: CostBook.ID

    fileprivate init(_ id: CostBook.ID, _ share: PeerShare, _ common: Costs) { (self.id, self.share, self.common) = (id, share, common) }

    /// This is the connection, which may be closed if others need what it holds.
    func enter(_ connection: Connection) { common.enter(connection, as: id) }
    /// The connection has ended, and its calls have.
    func leave() { common.leave(id) }

    /// So many bytes of calls are held of it now.
    func set(unread bytes: Int, isBegun: Bool) { common.book { $0.set(unread: bytes, isBegun: isBegun, of: id, at: .now()) } }
    /// Replies wait for its peer.
    func queue(_ bytes: ByteBuffer) {
        common.book { $0.queue(bytes.storage, bytes: bytes.storageCapacity + Self.perReply, for: id, at: .now()) }
    }
    /// Replies have been written.
    func wrote(_ written: [ByteBuffer]) { common.book { for bytes in written { $0.wrote(bytes.storage, for: id, at: .now()) } } }
    /// No more replies will be written.
    func dropReplies() { common.book { $0.dropReplies(of: id) } }

    /// Whether no more than a little may be held of it. Closes others that have to go.
    func isTight(_ purse: CostBook.Purse) -> Bool {
        guard common.book({ $0.isTight(purse, id) }) else { return false }
        common.closeOverdue(purse)
        return true
    }

    /// How many bytes may be encoded next.
    func turnBytes(whileWaiting others: Int) -> Int { common.book { $0.turnBytes(id, whileWaiting: others) } }
    /// How many bytes of replies its peer may leave with the server besides those that it does.
    var replyBytesLeft: Int { common.book { $0.replyBytesLeft(id) } }
}

extension ByteBuffer {
    /// The memory that the bytes lie in.
    fileprivate var storage: ObjectIdentifier {
        withUnsafeReadableBytesWithStorageManagement { ObjectIdentifier($1.takeUnretainedValue()) }
    }
}
