import CSQLite
import Changes
import Continuations
import GRDB
import GRDBSQLite
import Synchronization
import WhatsAppBusiness

/// What was last seen and everything that changed, in one SQLite file: WAL, `synchronous=FULL`.
///
/// A change exists from the moment that its transaction is on disk, together with the snapshot that it leads to; nothing is announced earlier.
/// There is one writer, and one process. Readers never block it, nor it them; none holds a transaction while somebody else is slow.
public final class Ledger: Sendable {
    let pool: any DatabaseWriter
    let tail: Tail
    let health: Health
    /// `nil` where no other process can have the ledger.
    private let lock: LedgerLock?
    private let access: Access
    let commits: Commits
    private let isGivenUp = Atomic(false)
    /// Complete polls that changed nothing are written down together, later: they cost no transaction of their own.
    let confirmed = Mutex(PendingConfirmations())
    /// What is known of actions and could not be written down yet.
    let actionMarks = Mutex<[Int64: ActionMarks]>([:])
    /// Which opening recorded what.
    let epochs: Mutex<Epochs>
    /// Whose phone numbers are whose, as far as reports have asked.
    let numbers = Mutex(NumberDirectory())
    /// What of the file this release cannot read.
    let unreadable = UnreadableRows()
    /// The ledger's file.
    public let path: String
    /// What cursors of this ledger begin with.
    public let id: String

    /// The write-ahead log is cut back to this many bytes when its contents are in the file.
    static let longestLog = 4 << 20

    /// So many bytes of the file does the writer keep, and each of the readers, which go through it once; what they do not keep, the system does.
    private static let (writerCache, readerCache) = (1 << 20, 256 << 10)

    /// Opens the ledger, beginning or migrating it where needed.
    /// - Throws: `inUse`, `newerSchema`, `damaged`, `full` or `failed`.
    public convenience init(path: String) throws(LedgerError) {
        try self.init(path: path, lock: try LedgerLock(ledger: path))
    }

    convenience init(path: String, lock: LedgerLock) throws(LedgerError) {
        LedgerFiles.keepPrivate(path)
        let pool: DatabasePool
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration)
            // GRDB sets NORMAL with WAL, which may lose the last commits when the power goes.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch { throw LedgerError(opening: error, path: path) }
        try self.init(pool, path: path, lock: lock, access: .ofItsOwn)
    }

    init(_ pool: any DatabaseWriter, path: String, lock: LedgerLock?, access: Access) throws(LedgerError) {
        self.pool = pool
        self.path = path
        self.lock = lock
        self.access = access
        do {
            guard try pool.read({ try !Schema.migrator.hasBeenSuperseded($0) }) else {
                throw LedgerError(.newerSchema, path: path, cause: "")
            }
            try Schema.migrator.migrate(pool)
            let (id, last, epochs) = try pool.read { database in
                guard let id = try String.fetchOne(database, sql: "SELECT id FROM ledger"), id.utf8.count == 16 else {
                    throw ColumnCoding.damaged("the ledger's id")
                }
                let last = try Self.last(database)
                let newest = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM change")
                guard newest == nil || newest == last else { throw ColumnCoding.damaged("the last sequence") }
                // Whether all places and targets can be read.
                try Self.forEachTarget(in: database) { _ in }
                return (id, last, try Epochs(in: database, after: last))
            }
            self.id = id
            self.epochs = Mutex(epochs)
            let (tail, health) = (Tail(last), Health())
            self.tail = tail
            self.health = health
            commits = Commits(path: path) { result in
                switch result {
                case .success(let last): if last > tail.sequence { tail.move(to: last) }
                case .failure(let error): health.failed(error)
                }
            }
        } catch let error as LedgerError {
            throw error
        } catch {
            throw LedgerError(opening: error, path: path)
        }
    }

    /// What every connection to a ledger has: the file may come from anywhere, so its schema calls no function that could do harm, and no statement
    /// spoils the file itself.
    static var guarded: Configuration {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            guard let connection = database.sqliteConnection, csqlite_defend(UnsafeMutableRawPointer(connection)) == SQLITE_OK else {
                throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "SQLite has no defensive mode")
            }
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    private static var configuration: Configuration {
        var configuration = guarded
        configuration.label = "ledger"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA cache_size = -\((database.configuration.readonly ? Self.readerCache : Self.writerCache) >> 10)")
            guard !database.configuration.readonly else { return }
            // Only a file without a page can still be made one that shrinks.
            if try Int.fetchOne(database, sql: "PRAGMA page_count") == 0 { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
            try database.execute(sql: "PRAGMA journal_size_limit = \(Self.longestLog)")
        }
        return configuration
    }

    /// Where the ledger ends now.
    public var cursor: LedgerCursor { cursor(at: tail.sequence) }

    /// How many changes were recorded since the process began, by kind and operation.
    public var changeCounts: [ChangeTally.Class: Int] { tail.changeCounts }

    /// What of the file this release cannot read, each row once: it is left out. For one reader.
    public var unreadableRows: AsyncStream<String> { unreadable.found }

    /// Why changes cannot be recorded, or not all of them, if that is so.
    public var trouble: LedgerError? { health.trouble }

    /// Why changes cannot be recorded, when that begins, and `nil` when all is well again. For one reader.
    public var troubles: AsyncStream<LedgerError?> { health.changes }

    /// Returns when there is a change after that one, or when the task is cancelled.
    public func waitForChange(after sequence: Int64) async { await tail.wait(after: sequence) }

    /// Writes down what is still only known, and closes the file.
    ///
    /// What was recorded is safe in the log. That it cannot be moved to the file now, because somebody reads or the disk is full, is nothing to
    /// tell, nor is it that complete polls which changed nothing are made again.
    public func close() throws(LedgerError) {
        defer { lock?.release() }
        tail.close()
        do {
            do {
                let unsaved = confirmed.withLock(\.unsaved)
                let marks = actionMarks.withLock(\.self)
                try pool.write { database in
                    try Self.write(unsaved, database)
                    try Self.write(marks, database)
                }
                try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            } catch let error as DatabaseError where LedgerError(error, path: path).code != .damaged {}
            try pool.close()
        } catch { throw LedgerError(error, path: path) }
    }

    /// Closes the file as it is.
    public func abandon() {
        tail.close()
        // What cannot be closed any more is closed by the end of the last reference to it.
        try? pool.close()
        lock?.release()
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(LedgerError) -> Value {
        do {
            switch access {
            case .ofItsOwn: return try await pool.read { try body($0) }
            case .handed(let hand):
                let found = OneShot<Result<Value, any Error>>()
                hand(false) { refusal in found.fulfil(Result { try self.reading(body, refusal) }) }
                return try await found.value(whenCancelled: .failure(CancellationError()), after: grace).get()
            }
        } catch {
            let error = LedgerError(error, path: path)
            if error.code == .damaged { health.failed(error) }
            throw error
        }
    }

    /// Returns once the work is on disk, in a transaction with whatever else came at the same time; those who wait for changes are woken by then.
    /// - Parameter body: may be called a second time after a transaction that failed.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(LedgerError) -> Value {
        if Task.isCancelled { throw LedgerError(.cancelled, path: path, cause: "") }
        if isGivenUp.load(ordering: .relaxed) { throw LedgerError(.cancelled, path: path, cause: "") }
        if let trouble, trouble.code == .damaged { throw trouble }
        let written = OneShot<Result<Value, LedgerError>>()
        commits.add(
            Commits.Entry(
                work: { database in
                    let value = try body(database)
                    return { written.fulfil(.success(value)) }
                }, failed: { written.fulfil(.failure($0)) }))
        switch access {
        case .ofItsOwn: pool.asyncWriteWithoutTransaction { self.commits.run($0) }
        case .handed(let hand): hand(true) { self.commit($0) }
        }
        return try await written.value(whenCancelled: .failure(self.giveUp()), after: grace).get()
    }

    /// How long a write that is under way is waited for after its task was cancelled. Whoever hands a ledger its accesses sees to the end of each.
    private var grace: Duration {
        switch access {
        case .ofItsOwn: .seconds(1)
        case .handed: .seconds(60)
        }
    }

    /// A transaction hangs at the disk, and its task was told to end: nothing more is begun, so that nobody acts on what may or may not be there.
    private func giveUp() -> LedgerError {
        isGivenUp.store(true, ordering: .relaxed)
        return LedgerError(.cancelled, path: path, cause: "")
    }

    /// Writes inside one transaction.
    func writer(_ database: Database, at now: Timestamp) -> RecordWriter {
        RecordWriter(database: database, now: now, tail: tail, epoch: epochs.withLock(\.current))
    }

    private func reading<Value>(_ body: (Database) throws -> Value, _ refusal: (any Error)?) throws -> Value {
        if let refusal { throw refusal }
        // There is one connection, so that nothing can be written in between; a transaction would be compiled anew each time.
        return try pool.writeWithoutTransaction(body)
    }

    private func commit(_ refusal: (any Error)?) {
        if let refusal { return commits.refuse(refusal) }
        pool.writeWithoutTransaction { commits.run($0) }
    }

    /// The last sequence that was ever given.
    static func last(_ database: Database) throws -> Int64 {
        let statement = try database.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'change'")
        return try Int64.fetchOne(statement) ?? 0
    }
}

extension Ledger {
    /// What SQLite says of a setting of the writing connection.
    func pragma(_ name: String) throws -> String? {
        try pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
    }
}
