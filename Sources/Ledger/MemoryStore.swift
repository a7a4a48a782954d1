package import Changes
import GRDB
import GRDBSQLite
import WhatsAppBusiness

/// When a ledger reaches its database.
enum Access: Sendable {
    /// By GRDB's own queues, at once.
    case ofItsOwn
    /// Whoever gave the ledger says when, on which thread, and whether at all: everything else is the same.
    case handed(@Sendable (_ writes: Bool, _ work: @escaping @Sendable (_ refusal: (any Error)?) -> Void) -> Void)
}

/// A ledger's database that lives in memory and longer than the ledgers over it, as a file does: for a simulation in which processes end and begin.
package final class MemoryStore: Sendable {
    fileprivate let queue: DatabaseQueue

    /// An empty one.
    package init() throws(LedgerError) {
        do { queue = try DatabaseQueue(configuration: Ledger.guarded) } catch { throw LedgerError(opening: error, path: Self.path) }
    }

    /// Why an access may be refused: the process that asked has ended, or the disk is full.
    package enum Refusal: Sendable { case ended, full }

    fileprivate static let path = ":memory:"

    /// Bytes that SQLite has taken in this process.
    package static var bytes: Int { Int(sqlite3_memory_used()) }

    /// Another with what this one holds now, as a copy of a ledger's file that is put back later.
    package func copy() throws -> MemoryStore {
        let copy = try MemoryStore()
        try queue.backup(to: copy.queue)
        return copy
    }

    /// The changes after a sequence, as they are stored.
    package func changes(after sequence: Int64) throws -> [RecordedChange] {
        try queue.writeWithoutTransaction { database in
            let statement = try database.cachedStatement(sql: RecordedChange.select + " WHERE sequence > ? ORDER BY sequence")
            let epochs = try Epochs(in: database, after: Ledger.last(database))
            return try Ledger.page(try Row.fetchCursor(statement, arguments: [sequence]), epochs, UnreadableRows())
        }
    }

    /// Everything that is stored of the things of all targets, or of one.
    package func resources(of target: PollTarget? = nil) throws -> [StoredResource] {
        try queue.writeWithoutTransaction { database in
            let places = try Place.matching(target.map { [$0.account] }, target.map { [$0.kind] }, nil, in: database)
            var resources: [StoredResource] = []
            var confirmed = ConfirmedTimes()
            for place in places where target == nil || target?.kind == .phoneNumber || place.phoneNumberID == target?.phoneNumberID {
                let statement = try database.cachedStatement(sql: StoredResource.select + " WHERE place = ? ORDER BY id")
                let rows = try Row.fetchCursor(statement, arguments: [place.number])
                while let row = try rows.next() {
                    if let resource = try StoredResource(row: row, in: place, &confirmed, in: database) { resources.append(resource) }
                }
            }
            return resources
        }
    }
}

extension Ledger {
    /// A ledger over a database in memory.
    /// - Parameter access: is handed every access to the database and calls it once, with a refusal if it is not to be.
    package convenience init(
        memory: MemoryStore,
        access: @escaping @Sendable (_ writes: Bool, _ work: @escaping @Sendable (MemoryStore.Refusal?) -> Void) -> Void
    ) throws(LedgerError) {
        try self.init(
            memory.queue, path: MemoryStore.path, lock: nil, access: .handed { writes, work in access(writes) { work($0?.error) } })
    }
}

extension MemoryStore.Refusal {
    fileprivate var error: DatabaseError {
        switch self {
        case .ended: DatabaseError(resultCode: .SQLITE_INTERRUPT)
        case .full: DatabaseError(resultCode: .SQLITE_FULL)
        }
    }
}
