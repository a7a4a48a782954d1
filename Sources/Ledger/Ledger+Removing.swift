import Changes
import GRDB
public import StrictJSON
import WhatsAppBusiness

extension Ledger {
    /// What is known of every account's budget, by the accounts' names.
    public func budgets() async throws(LedgerError) -> [String: JSONObject] {
        try await read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT account, document FROM budget")
            return Dictionary(try rows.map { (try $0.value(0) as String, try Stored.document($0[1], of: "a budget")) }) { $1 }
        }
    }

    /// Keeps what is known of some accounts' budgets.
    public func save(budgets: [String: JSONObject]) async throws(LedgerError) {
        guard !budgets.isEmpty else { return }
        try await write { database in
            let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO budget VALUES (?, ?)")
            for (account, document) in budgets { try statement.execute(arguments: [account, Stored.document(document, of: account)]) }
        }
    }
}

extension RecordWriter {
    mutating func remove(account: String) throws {
        let wabaID = try String.fetchOne(database, sql: "SELECT waba_id FROM account WHERE name = ?", arguments: [account])
        guard let wabaID else { return }
        let unit = Unit(account: account, kind: .account)
        let before = try Snapshot(of: unit, KeptUnit(unit, in: database), in: database).entries[wabaID]?.document
        for table in ["resource", "unit", "other_id"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE place IN (SELECT id FROM place WHERE account = ?)", arguments: [account])
        }
        for table in ["account WHERE name", "budget WHERE account"] {
            try database.execute(sql: "DELETE FROM \(table) = ?", arguments: [account])
        }
        let resource = unit.resource(wabaID)
        try append(
            Change(
                resource, .removed, origin: .command, severity: .notice, before: before,
                summary: "\(account): the account \(wabaID) is no longer watched"))
    }

    mutating func remove(numbers: Set<String>, of account: String) throws {
        let unit = Unit(account: account, kind: .phoneNumber)
        guard let kept = try KeptUnit(unit, in: database) else { return }
        let snapshot = try Snapshot(of: unit, kept, in: database)
        var digest = kept.digest
        for id in numbers.sorted() {
            guard let entry = snapshot.entries[id] else { continue }
            digest -= Digest(of: id, Stored.document(entry.document, of: id), misses: entry.misses)
            let resource = unit.resource(id)
            try remove(resource)
            let name = entry.document["display_phone_number"]?.string.map { "\($0) (\(id))" } ?? id
            try append(
                Change(
                    resource, .removed, origin: .command, severity: .notice, before: entry.document,
                    summary: "\(account): phone number \(name) is no longer watched"))
        }
        digest += Digest(of: [Stored.text(kept.asked.sorted()).databaseValue])
        try database.execute(
            sql:
                "UPDATE unit SET digest = ? WHERE place = (SELECT id FROM place WHERE account = ? AND kind = 'phone_number' AND phone_number_id = '')",
            arguments: [digest.column, account])
    }
}
