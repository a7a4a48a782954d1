import Changes
import GRDB
public import StrictJSON
import WhatsAppBusiness

extension Ledger {
    /// What is known of every account's budget, by the accounts' names.
    public func budgets() async throws(LedgerError) -> [String: JSONObject] {
        try await read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT account, document FROM budget")
            var budgets: [String: JSONObject] = [:]
            for row in rows {
                let account: String = try row.value(0)
                let document = ColumnCoding.text(row[1]).flatMap { ColumnCoding.document($0.databaseValue, of: account) }
                if document == nil { self.unreadable.note("the budget of \(account)") }
                budgets[account] = document
            }
            return budgets
        }
    }

    /// Keeps what is known of some accounts' budgets.
    public func save(budgets: [String: JSONObject]) async throws(LedgerError) {
        guard !budgets.isEmpty else { return }
        try await write { database in
            let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO budget VALUES (?, ?)")
            for (account, document) in budgets {
                try statement.execute(arguments: [ColumnCoding.column(account), JSONValue.object(document).description])
            }
        }
    }
}

extension RecordWriter {
    mutating func remove(account: String) throws {
        let row = try Row.fetchOne(database, sql: "SELECT waba_id FROM account WHERE name = ?", arguments: ColumnCoding.columns([account]))
        guard let wabaID = try row.map({ try $0.value(0) as String }) else { return }
        let target = PollTarget(account: account, kind: .account)
        let before = try PersistedThings(of: target, PersistedTarget(target, in: database), in: database).snapshot.entries[wabaID]?.document
        for table in ["resource", "unit", "other_id"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE place IN (SELECT id FROM place WHERE account = ?)",
                arguments: ColumnCoding.columns([account]))
        }
        for table in ["account WHERE name", "budget WHERE account"] {
            try database.execute(sql: "DELETE FROM \(table) = ?", arguments: ColumnCoding.columns([account]))
        }
        let resource = target.resource(wabaID)
        try append(
            DetectedChange(
                resource, .removed, origin: .command, severity: .notice, before: before,
                summary: "\(account): the account \(wabaID) is no longer watched"))
    }

    mutating func remove(numbers: Set<String>, of account: String) throws {
        let target = PollTarget(account: account, kind: .phoneNumber)
        guard let kept = try PersistedTarget(target, in: database) else { return }
        let things = try PersistedThings(of: target, kept, in: database)
        var digest = kept.digest
        for id in numbers.sorted() {
            guard let entry = things.snapshot.entries[id] else { continue }
            let resource = target.resource(id)
            digest -= things.digests[ExactText(id)] ?? RowChecksum()
            try remove(resource, .command)
            let name = entry.document["display_phone_number"]?.string.map { "\($0) (\(id))" } ?? id
            try append(
                DetectedChange(
                    resource, .removed, origin: .command, severity: .notice, before: entry.document,
                    summary: "\(account): phone number \(name) is no longer watched"))
        }
        digest += RowChecksum(of: [kept.askedColumn])
        try database.execute(
            sql:
                "UPDATE unit SET digest = ? WHERE place = (SELECT id FROM place WHERE account = ? AND kind = 'phone_number' AND phone_number_id = '')",
            arguments: [digest.column] + ColumnCoding.columns([account]))
    }
}
