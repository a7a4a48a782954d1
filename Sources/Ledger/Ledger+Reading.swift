import Changes
import GRDB
import StrictJSON
public import WhatsAppBusiness

extension Ledger {
    /// Changes after a sequence, oldest first, at most `limit`.
    public func changes(after sequence: Int64, limit: Int = 256) async throws(LedgerError) -> [RecordedChange] {
        try await read { database in
            let sql = "SELECT \(RecordedChange.columns) FROM change WHERE sequence > ? ORDER BY sequence LIMIT ?"
            return try Row.fetchCursor(database, sql: sql, arguments: [sequence, limit]).map(RecordedChange.init(row:)).array
        }
    }

    /// The earliest cursor that can be resumed from.
    public func oldestCursor() async throws(LedgerError) -> LedgerCursor {
        try await read { try self.oldestCursor($0) }
    }

    /// Whether a reader can go on behind that cursor: it is of this ledger, not older than what is kept and not ahead of what there is.
    public func canResume(_ cursor: LedgerCursor) async throws(LedgerError) -> Bool {
        guard cursor.ledger == id, cursor.sequence <= tail.sequence else { return false }
        return try await oldestCursor().sequence <= cursor.sequence
    }

    /// What is kept of the things of these accounts and kinds (`nil` stands for all), in the order of account, kind, number and id, and the
    /// cursor that it is true at.
    public func resources(accounts: [String]? = nil, kinds: [Kind]? = nil, ids: [String]? = nil) async throws(LedgerError)
        -> (resources: [StoredResource], cursor: LedgerCursor)
    {
        let confirmed = confirmedUnits
        return try await read { database in
            let conditions = [("account", accounts), ("kind", kinds?.map(\.rawValue)), ("id", ids)].compactMap { name, values in
                values.map { (sql: "\(name) IN (\(databaseQuestionMarks(count: $0.count)))", values: $0) }
            }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.map(\.sql).joined(separator: " AND ")
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT account, kind, phone_number_id, id, document, changed_at, confirmed_at, misses FROM resource \(filter)
                    ORDER BY account, kind, phone_number_id, id
                    """,
                arguments: StatementArguments(conditions.flatMap(\.values)))
            let resources = try rows.map { try StoredResource(row: $0, confirmed: confirmed) }.array
            let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'change'") ?? 0
            return (resources, LedgerCursor(ledger: self.id, sequence: last))
        }
    }

    /// The ids that Meta knows the accounts by, by their names.
    public func accounts() async throws(LedgerError) -> [String: String] {
        try await read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT name, waba_id FROM account")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as String) })
        }
    }

    /// The last change that an announcer has handed over.
    public func announced(by name: String) async throws(LedgerError) -> Int64 {
        try await read { try Int64.fetchOne($0, sql: "SELECT sequence FROM announcer WHERE name = ?", arguments: [name]) ?? 0 }
    }

    /// Moves an announcer's cursor, once what lies before it was handed over.
    public func setAnnounced(by name: String, to sequence: Int64) async throws(LedgerError) {
        try await write { try $0.execute(sql: "INSERT OR REPLACE INTO announcer VALUES (?, ?)", arguments: [name, sequence]) }
    }

    func oldestCursor(_ database: Database) throws -> LedgerCursor {
        let oldest = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM change")
        return LedgerCursor(ledger: id, sequence: oldest.map { $0 - 1 } ?? tail.sequence)
    }

    static func confirmedUnits(_ database: Database) throws -> [Unit: Timestamp] {
        let rows = try Row.fetchAll(database, sql: "SELECT account, kind, phone_number_id, confirmed_at FROM unit")
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                let number: String = row[2]
                let unit = Unit(account: row[0], kind: try Stored.known(row[1]), phoneNumberID: number.isEmpty ? nil : number)
                return (unit, Timestamp(milliseconds: row[3]))
            })
    }

    static func snapshot(of unit: Unit, in database: Database) throws -> Snapshot {
        let number = unit.phoneNumberID ?? ""
        let asked = try String.fetchOne(
            database, sql: "SELECT asked FROM unit WHERE account = ? AND kind = ? AND phone_number_id = ?",
            arguments: [unit.account, unit.kind.rawValue, number])
        // A phone number is its own number: the list's things stand under as many numbers as there are.
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT id, document, misses FROM resource WHERE account = ? AND kind = ?
                    \(unit.kind == .phoneNumber ? "" : "AND phone_number_id = ?")
                    """),
            arguments: StatementArguments([unit.account, unit.kind.rawValue] + (unit.kind == .phoneNumber ? [] : [number])))
        var entries: [String: Snapshot.Entry] = [:]
        while let row = try rows.next() {
            entries[row[0]] = Snapshot.Entry(document: try Stored.object(row[1]), misses: row[2])
        }
        return Snapshot(asked: try asked.map { Set(try Stored.names($0)) }, entries: entries)
    }

    static func displayNumber(_ id: String, of account: String, in database: Database) throws -> String? {
        try String.fetchOne(
            database,
            sql: """
                SELECT document ->> '$.display_phone_number' FROM resource
                WHERE account = ? AND kind = 'phone_number' AND phone_number_id = ?2 AND id = ?2
                """, arguments: [account, id])
    }
}

extension GRDB.Cursor {
    var array: [Element] { get throws { try Array(self) } }
}

extension StoredResource {
    init(row: Row, confirmed: [Unit: Timestamp]) throws {
        let number: String = row[2]
        resource = ResourceID(account: row[0], kind: try Stored.known(row[1]), id: row[3], phoneNumberID: number.isEmpty ? nil : number)
        document = try Stored.object(row[4])
        changedAt = Timestamp(milliseconds: row[5])
        let misses: Int = row[7]
        let own = Timestamp(milliseconds: row[6])
        let unit = Unit(watch: resource) ?? Unit(resource)
        confirmedAt = misses > 0 ? own : max(own, confirmed[unit] ?? own)
    }
}

extension Unit {
    /// The unit that shows a thing.
    init(_ resource: ResourceID) {
        self.init(
            account: resource.account, kind: resource.kind, phoneNumberID: resource.kind == .phoneNumber ? nil : resource.phoneNumberID)
    }
}
