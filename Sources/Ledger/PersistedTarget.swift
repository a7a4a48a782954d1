import Changes
import GRDB
import GRDBSQLite
import StrictJSON
import WhatsAppBusiness

/// What the ledger keeps of a target besides its things.
struct PersistedTarget {
    var asked: Set<String>
    /// The same as it stands in the column.
    var askedColumn: DatabaseValue
    /// When the last complete poll was that is written down.
    var confirmedAt: Timestamp
    /// The sum over all its things.
    var digest: RowChecksum

    private static let place = "place = (SELECT id FROM place WHERE account = ? AND kind = ? AND phone_number_id = ?)"

    /// `nil` if the target was never polled.
    init?(_ target: PollTarget, in database: Database) throws {
        let statement = try database.cachedStatement(sql: "SELECT asked, digest, confirmed_at FROM unit WHERE \(Self.place)")
        guard let row = try Row.fetchOne(statement, arguments: Self.arguments(target)) else { return nil }
        try self.init(row, at: 0)
    }

    /// From the columns `asked`, `digest` and `confirmed_at` of a row.
    /// - Parameter index: the first of them.
    init(_ row: Row, at index: Int) throws {
        askedColumn = row[index]
        // Where it cannot be read, everything that is asked for is asked for anew.
        asked = Set(ColumnCoding.text(askedColumn).flatMap(ColumnCoding.names) ?? [])
        digest = RowChecksum(column: try row.value(index + 1))
        confirmedAt = Timestamp(milliseconds: try row.value(index + 2))
        digest -= RowChecksum(of: [askedColumn])
    }

    /// When the last complete poll of a target was that is written down.
    static func confirmed(_ target: PollTarget, in database: Database) throws -> Timestamp? {
        let statement = try database.cachedStatement(sql: "SELECT confirmed_at FROM unit WHERE \(place)")
        return try Row.fetchOne(statement, arguments: arguments(target)).map { Timestamp(milliseconds: try $0.value(0)) }
    }

    private static func arguments(_ target: PollTarget) -> StatementArguments {
        ColumnCoding.columns([target.account, target.kind.rawValue, target.phoneNumberID ?? ""])
    }
}

/// What is kept of a target's things. That it is what was written, the digest shows.
struct PersistedThings {
    /// The things, but those whose document cannot be read.
    let snapshot: Snapshot
    /// Of each thing's row, also of those.
    let digests: [ExactText: RowChecksum]

    /// All of them.
    init(of target: PollTarget, _ kept: PersistedTarget?, in database: Database) throws {
        var sieve = UnchangedIDFilter([])
        try self.init(of: target, kept, &sieve, in: database)
    }

    /// Those that a sieve does not take.
    init(of target: PollTarget, _ kept: PersistedTarget?, _ sieve: inout UnchangedIDFilter, in database: Database) throws {
        // A phone number is its own number: the list's things stand under as many numbers as there are.
        let isOfNumbers = target.kind == .phoneNumber
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, document, misses FROM resource WHERE place \(isOfNumbers ? "IN" : "=")
                    (SELECT id FROM place WHERE account = ? AND kind = ?\(isOfNumbers ? "" : " AND phone_number_id = ?"))
                """)
        let number = isOfNumbers ? [] : [target.phoneNumberID ?? ""]
        try statement.setArguments(ColumnCoding.columns([target.account, target.kind.rawValue] + number))
        var entries: [String: Snapshot.Entry] = [:]
        var digests: [ExactText: RowChecksum] = [:]
        var digest = RowChecksum()
        var others = 0
        try statement.forEachRow { row in
            if let taken = sieve.take(row) {
                digest += taken
                others += 1
                return
            }
            let (column, document) = (DatabaseValue(sqliteStatement: row, index: 0), DatabaseValue(sqliteStatement: row, index: 1))
            let misses = DatabaseValue(sqliteStatement: row, index: 2)
            let own = RowChecksum(of: [column, document, misses])
            digest += own
            guard let id = ColumnCoding.text(column), let count = Int.fromDatabaseValue(misses) else {
                throw ColumnCoding.damaged("a thing of \(target)")
            }
            digests[ExactText(id)] = own
            entries[id] = ColumnCoding.document(document, of: id).map { Snapshot.Entry(document: $0, misses: count) }
        }
        guard digest == kept?.digest ?? RowChecksum() else { throw ColumnCoding.damaged("a thing of \(target)") }
        self.digests = digests
        snapshot = Snapshot(asked: kept?.asked, entries: entries, others: others)
    }
}

extension Statement {
    /// Every row, at which the statement stands then. GRDB's rows cost more than what long lists need of them.
    func forEachRow(_ body: (SQLiteStatement) throws -> Void) throws {
        defer { sqlite3_reset(sqliteStatement) }
        while true {
            switch sqlite3_step(sqliteStatement) {
            case SQLITE_ROW: try body(sqliteStatement)
            case SQLITE_DONE: return
            case let code:
                let message = sqlite3_errmsg(sqlite3_db_handle(sqliteStatement)).map { String(cString: $0) }
                throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
            }
        }
    }
}
