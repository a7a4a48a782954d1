public import Changes
import GRDB
import Synchronization
public import WhatsAppBusiness

/// What is to be watched, as far as it decides what is kept.
public struct Selection: Sendable {
    /// The accounts' ids at Meta, by their names.
    public var accounts: [String: String]
    /// Whether a number of an account is.
    public var watchesNumber: @Sendable (_ id: String, _ account: String) -> Bool
    /// Whether a unit is, given the numbers that the account showed last.
    public var watchesUnit: @Sendable (_ unit: Unit, _ numbers: Set<String>) -> Bool

    public init(
        accounts: [String: String], watchesNumber: @escaping @Sendable (_ id: String, _ account: String) -> Bool,
        watchesUnit: @escaping @Sendable (_ unit: Unit, _ numbers: Set<String>) -> Bool
    ) {
        self.accounts = accounts
        self.watchesNumber = watchesNumber
        self.watchesUnit = watchesUnit
    }
}

extension Ledger {
    /// Takes what is no longer to be watched out of the snapshot, and writes down which account has which id, in one transaction: all of it or nothing.
    ///
    /// An account goes with everything that belongs to it, and is one change; one that has another id now begins anew. A number likewise. Watches over
    /// what is no longer looked at go without a word: it was asked for.
    /// - Returns: the numbers and the watches that are left.
    public func keep(_ selection: Selection, at now: Timestamp) async throws(LedgerError) -> [StoredResource] {
        let confirmed = confirmedUnits
        let (left, goneAccounts, goneNumbers) = try await write { database in
            var writer = RecordWriter(database: database, now: now, tail: self.tail)
            let known = try Self.accounts(in: database)
            let goneAccounts = Set(known.filter { selection.accounts[$0.key] != $0.value }.keys)
            for name in goneAccounts.sorted() { try writer.remove(account: name) }
            for (name, id) in selection.accounts where known[name] != id {
                try database.execute(sql: "INSERT OR REPLACE INTO account VALUES (?, ?)", arguments: [name, id])
            }
            let stored = try Self.stored([.phoneNumber, .watch], confirmed, in: database)
            let numbers = Dictionary(grouping: stored.map(\.resource).filter { $0.kind == .phoneNumber }, by: \.account)
                .mapValues { Set($0.map(\.id)) }
            var goneNumbers: [String: Set<String>] = [:]
            for (account, ids) in numbers.sorted(by: { $0.key < $1.key }) {
                let gone = ids.filter { !selection.watchesNumber($0, account) }
                guard !gone.isEmpty else { continue }
                goneNumbers[account] = gone
                try writer.remove(numbers: gone, of: account)
            }
            let left = try stored.filter { stored in
                let resource = stored.resource
                if let number = resource.phoneNumberID, goneNumbers[resource.account]?.contains(number) == true { return false }
                guard let unit = Unit(watch: resource) else { return true }
                let known = numbers[resource.account, default: []].subtracting(goneNumbers[resource.account] ?? [])
                if selection.watchesUnit(unit, known) { return true }
                try writer.remove(resource)
                return false
            }
            return (left, goneAccounts, goneNumbers)
        }
        self.confirmed.withLock { confirmed in
            confirmed.forget { goneAccounts.contains($0.account) || goneNumbers[$0.account]?.contains($0.phoneNumberID ?? "") ?? false }
        }
        return left
    }

    static func accounts(in database: Database) throws -> [String: String] {
        let rows = try Row.fetchAll(database, sql: "SELECT name, waba_id FROM account")
        return Dictionary(try rows.map { (try $0.value(0) as String, try $0.value(1) as String) }) { $1 }
    }

    /// What is kept of these kinds, of which there are few things.
    private static func stored(_ kinds: Set<Kind>, _ confirmed: [Unit: Timestamp], in database: Database) throws -> [StoredResource] {
        let statement = try database.makeStatement(sql: StoredResource.select + " WHERE place = ?")
        var stored: [StoredResource] = []
        for place in try Place.matching(nil, kinds, nil, in: database) {
            let rows = try Row.fetchCursor(statement, arguments: [place.number])
            while let row = try rows.next() { stored.append(try StoredResource(row: row, in: place, confirmed: confirmed)) }
        }
        return stored
    }
}
