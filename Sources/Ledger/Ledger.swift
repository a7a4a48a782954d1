import Changes
import GRDB
import Synchronization
import WhatsAppBusiness

/// What was last seen and everything that changed, in one SQLite file: WAL, `synchronous=FULL`.
///
/// A change exists from the moment that its transaction is on disk, together with the snapshot that it leads to; nothing is announced earlier.
/// There is one writer. Readers never block it, nor it them.
public final class Ledger: Sendable {
    let pool: DatabasePool
    let tail: Tail
    /// Complete looks that changed nothing are written down together, later: they cost no transaction of their own.
    let confirmed: Mutex<[Unit: Timestamp]>
    /// The ledger's file.
    public let path: String
    /// What cursors of this ledger begin with.
    public let id: String

    /// Opens the ledger, beginning or migrating it where needed.
    /// - Throws: `newerSchema`, `damaged`, `full` or `failed`.
    public init(path: String) throws(LedgerError) {
        self.path = path
        do {
            var configuration = Configuration()
            configuration.label = "ledger"
            configuration.busyMode = .timeout(5)
            configuration.maximumReaderCount = 4
            pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL with WAL, which may lose the last commits when the power goes.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            guard try pool.read({ try !Schema.migrator.hasBeenSuperseded($0) }) else {
                throw LedgerError(.newerSchema, path: path, cause: "")
            }
            try Schema.migrator.migrate(pool)
            let (id, last, units) = try pool.read { database in
                let id = try String.fetchOne(database, sql: "SELECT id FROM ledger") ?? ""
                let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'change'") ?? 0
                return (id, last, try Self.confirmedUnits(database))
            }
            self.id = id
            tail = Tail(last)
            confirmed = Mutex(units)
        } catch let error as LedgerError {
            throw error
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Where the ledger ends now.
    public var cursor: LedgerCursor { LedgerCursor(ledger: id, sequence: tail.sequence) }

    /// Returns when there is a change after that one, or when the task is cancelled.
    public func waitForChange(after sequence: Int64) async { await tail.wait(after: sequence) }

    /// Writes down what is still only known, and closes the file.
    public func close() throws(LedgerError) {
        do {
            try pool.write { try self.writeConfirmed($0) }
            try pool.close()
        } catch { throw LedgerError(error, path: path) }
    }

    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(LedgerError) -> Value {
        do { return try await pool.read { try body($0) } } catch { throw LedgerError(error, path: path) }
    }

    /// One transaction; those who wait for changes are woken once it is on disk.
    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(LedgerError) -> Value {
        do {
            let (value, last) = try await pool.write { database in
                let value = try body(database)
                return (value, try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'change'") ?? 0)
            }
            if last > tail.sequence { tail.move(to: last) }
            return value
        } catch { throw LedgerError(error, path: path) }
    }
}

extension Ledger {
    /// What SQLite says of a setting of the writing connection.
    func pragma(_ name: String) throws -> String? {
        try pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }
}
