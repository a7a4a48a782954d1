import Changes
import GRDB
import Synchronization
public import WhatsAppBusiness

extension Ledger {
    /// A page of rows ends when it has this many bytes, whatever its limit.
    public static let longestPage = 1 << 20

    /// Changes after a sequence, oldest first, at most `limit`, and fewer where they are large.
    /// - Throws: `historyLost` where the change after that sequence is not kept any more.
    public func changes(after sequence: Int64, limit: Int = 256) async throws(LedgerError) -> [RecordedChange] {
        let (changes, lost) = try await read { database in
            let statement = try database.cachedStatement(sql: RecordedChange.select + " WHERE sequence > ? ORDER BY sequence LIMIT ?")
            let changes = try self.page(try Row.fetchCursor(statement, arguments: [sequence, limit]))
            let next = try changes.first?.sequence ?? (Self.last(database) + 1)
            return (changes, limit > 0 && next > sequence + 1)
        }
        if lost { throw LedgerError(.historyLost, path: path, cause: "the change after \(sequence)") }
        return changes
    }

    /// Has every commit handed on from now on, as soon as it is on disk and before anybody else hears of it: its changes, only the first of them where
    /// there are very many, and the last sequence there is. Called on the thread that writes, so it must be quick. For one follower.
    public func follow(_ follower: @escaping @Sendable (_ changes: [RecordedChange], _ last: Int64) -> Void) { tail.follow(follower) }

    func page(_ rows: RowCursor, atMost longest: Int = Ledger.longestPage) throws -> [RecordedChange] {
        try Self.page(rows, epochs.withLock { $0 }, unreadable, atMost: longest)
    }

    static func page(
        _ rows: RowCursor, _ epochs: Epochs, _ unreadable: UnreadableRows, atMost longest: Int = longestPage
    ) throws -> [RecordedChange] {
        var changes: [RecordedChange] = []
        var bytes = 0
        while bytes < longest, let row = try rows.next() {
            changes.append(try RecordedChange(row: row, bytes: &bytes, epochs, unreadable))
        }
        return changes
    }

    /// The cursor behind a change that there is, or was.
    public func cursor(at sequence: Int64) -> LedgerCursor {
        LedgerCursor(ledger: id, epoch: epochs.withLock { $0.id(of: sequence) }, sequence: sequence)
    }

    /// The earliest cursor that can be resumed from.
    public func oldestCursor() async throws(LedgerError) -> LedgerCursor {
        let oldest = try await read { database in
            try Int64.fetchOne(database, sql: "SELECT min(sequence) - 1 FROM change") ?? Self.last(database)
        }
        return cursor(at: oldest)
    }

    /// Whether a reader can go on behind that cursor: it is of this ledger, not older than what is kept and not ahead of what there is, and the change
    /// that it names is the one that it was given for, not another that was recorded after the ledger was put back from a copy.
    public func canResume(_ cursor: LedgerCursor) async throws(LedgerError) -> Bool {
        guard cursor.ledger == id, cursor.sequence <= tail.sequence, cursor == self.cursor(at: cursor.sequence) else { return false }
        return try await oldestCursor().sequence <= cursor.sequence
    }

    /// What is kept of the things of these accounts and kinds (`nil` stands for all), all at once: for few things. `ResourceWalk` is for many.
    public func resources(accounts: [String]? = nil, kinds: [Kind]? = nil, ids: [String]? = nil) async throws(LedgerError)
        -> (resources: [StoredResource], cursor: LedgerCursor)
    {
        var walk = try await ResourceWalk(
            over: self, ResourceQuery(accounts: accounts.map { Set($0) }, kinds: kinds.map { Set($0) }, ids: ids.map { Set($0) }))
        var resources: [StoredResource] = []
        while let page = try await walk.next() { resources += page }
        return (resources, walk.cursor)
    }

    /// The ids that Meta knows the accounts by, by their names.
    public func accounts() async throws(LedgerError) -> [String: String] {
        try await read { try Self.accounts(in: $0) }
    }

    /// The last change that an announcer has handed over.
    public func announced(by name: String) async throws(LedgerError) -> Int64 {
        try await read { try Int64.fetchOne($0, sql: "SELECT sequence FROM announcer WHERE name = ?", arguments: [name]) ?? 0 }
    }

    /// Moves an announcer's cursor, once what lies before it was handed over.
    public func setAnnounced(by name: String, to sequence: Int64) async throws(LedgerError) {
        try await write { try $0.execute(sql: "INSERT OR REPLACE INTO announcer VALUES (?, ?)", arguments: [name, sequence]) }
    }

    /// Every target that was polled.
    static func forEachTarget(in database: Database, _ body: (PollTarget) throws -> Void) throws {
        let statement = try database.makeStatement(sql: "SELECT confirmed_at FROM unit WHERE place = ?")
        for place in try Place.matching(nil, nil, nil, in: database) {
            guard let row = try Row.fetchOne(statement, arguments: [place.number]) else { continue }
            _ = try row.value(0) as Int64
            // What only a later release looks at is for that one to check.
            guard let kind = place.kind.known else { continue }
            try body(PollTarget(account: place.account, kind: kind, phoneNumberID: place.phoneNumberID))
        }
    }
}
