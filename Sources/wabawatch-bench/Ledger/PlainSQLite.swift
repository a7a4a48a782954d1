import GRDBSQLite

/// SQLite and nothing else, as durable as the ledger: WAL, `synchronous=FULL`. What it needs for the same rows is the limit.
final class PlainSQLite {
    private var database: OpaquePointer?
    private var snapshot: OpaquePointer?
    private var change: OpaquePointer?

    /// Opens or makes a file.
    init(path: String) throws {
        guard sqlite3_open(path, &database) == SQLITE_OK else { throw failure() }
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = FULL")
    }

    deinit {
        sqlite3_finalize(snapshot)
        sqlite3_finalize(change)
        sqlite3_close(database)
    }

    /// Makes the tables that `write` fills.
    func prepareToWrite() throws {
        try execute(
            """
            CREATE TABLE resource (
                account TEXT NOT NULL, kind TEXT NOT NULL, phone_number_id TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL,
                changed_at INTEGER NOT NULL, PRIMARY KEY (account, kind, phone_number_id, id)) WITHOUT ROWID;
            CREATE TABLE change (
                sequence INTEGER PRIMARY KEY AUTOINCREMENT, observed_at INTEGER NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL,
                phone_number_id TEXT NOT NULL, id TEXT NOT NULL, operation TEXT NOT NULL, origin TEXT NOT NULL, severity TEXT NOT NULL,
                fields TEXT NOT NULL, before TEXT, after TEXT, summary TEXT NOT NULL);
            """)
        snapshot = try prepare("INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?, ?, ?)")
        change = try prepare(
            """
            INSERT INTO change (observed_at, account, kind, phone_number_id, id, operation, origin, severity, fields, before, after, summary)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
    }

    /// Writes a snapshot row and a change row for each number in one transaction. All texts were made before.
    func write(_ rows: [Row]) throws {
        try execute("BEGIN IMMEDIATE")
        for row in rows {
            try run(snapshot, row.snapshot, integer: row.time, at: 6)
            try run(change, row.change, integer: row.time, at: 1)
        }
        try execute("COMMIT")
    }

    /// What is written of one change.
    struct Row {
        var time: Int64
        /// Texts for the columns that are not the time, in their order.
        var snapshot: [String]
        var change: [String]
    }

    /// The first column of the first row that a statement gives.
    func integer(_ sql: String) throws -> Int64 {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        guard sqlite3_step(statement) == SQLITE_ROW else { throw failure() }
        return sqlite3_column_int64(statement, 0)
    }

    /// Goes through all rows, takes every column as text, and returns how many rows there were.
    func readAll(_ sql: String) throws -> Int {
        let statement = try prepare(sql)
        defer { sqlite3_finalize(statement) }
        var rows = 0
        while sqlite3_step(statement) == SQLITE_ROW {
            for column in 0..<sqlite3_column_count(statement) {
                if let text = sqlite3_column_text(statement, column) { withExtendedLifetime(String(cString: text)) {} }
            }
            rows += 1
        }
        return rows
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    private func prepare(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else { throw failure() }
        return statement
    }

    private func run(_ statement: OpaquePointer?, _ texts: [String], integer: Int64, at place: Int32) throws {
        // SQLITE_TRANSIENT, which Swift cannot import.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_int64(statement, place, integer)
        var column: Int32 = place == 1 ? 2 : 1
        for text in texts {
            sqlite3_bind_text(statement, column, text, -1, copied)
            column += 1
        }
        guard sqlite3_step(statement) == SQLITE_DONE, sqlite3_reset(statement) == SQLITE_OK else { throw failure() }
    }

    private func failure() -> Failure { Failure("SQLite: \(database.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory")") }
}
