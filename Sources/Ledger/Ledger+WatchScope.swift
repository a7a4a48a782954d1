public import Changes
import GRDB
import Synchronization
public import WhatsAppBusiness

/// What is to be watched, as far as it decides what is kept.
public struct WatchScope: Sendable {
    /// The accounts' ids at Meta, by their names.
    public var accounts: [String: String]
    /// Whether a number of an account is.
    public var watchesNumber: @Sendable (_ id: String, _ account: String) -> Bool
    /// Whether a target is, given the numbers that the account showed last.
    public var watchesTarget: @Sendable (_ target: PollTarget, _ numbers: Set<String>) -> Bool

    public init(
        accounts: [String: String], watchesNumber: @escaping @Sendable (_ id: String, _ account: String) -> Bool,
        watchesTarget: @escaping @Sendable (_ target: PollTarget, _ numbers: Set<String>) -> Bool
    ) {
        self.accounts = accounts
        self.watchesNumber = watchesNumber
        self.watchesTarget = watchesTarget
    }
}

extension Ledger {
    /// Takes what is no longer to be watched out of the snapshot, and writes down which account has which id, in one transaction: all of it or nothing.
    ///
    /// An account goes with everything that belongs to it, and is one change; one that has another id now begins anew. A number likewise. Watches over
    /// what is no longer polled go without a word: it was asked for.
    /// - Returns: the numbers and the watches that are left, by the accounts' names.
    public func keep(_ scope: WatchScope, at now: Timestamp) async throws(LedgerError) -> [String: PersistedWatches] {
        let unsaved = confirmed.withLock(\.unsaved)
        let (left, goneAccounts, goneNumbers) = try await write { database in
            var writer = self.writer(database, at: now)
            let known = try Self.accounts(in: database)
            let goneAccounts = Set(known.filter { scope.accounts[$0.key] != $0.value }.keys)
            for name in goneAccounts.sorted() { try writer.remove(account: name) }
            for (name, id) in scope.accounts where known[name] != id {
                try database.execute(sql: "INSERT OR REPLACE INTO account VALUES (?, ?)", arguments: ColumnCoding.columns([name, id]))
            }
            let places = try Place.matching(nil, [.phoneNumber, .watch], nil, in: database)
            var left = try Self.numbers(in: places, database).mapValues { PersistedWatches(numbers: $0) }
            var goneNumbers: [String: Set<String>] = [:]
            for (account, kept) in left.sorted(by: { $0.key < $1.key }) {
                let gone = kept.numbers.filter { !scope.watchesNumber($0, account) }
                guard !gone.isEmpty else { continue }
                goneNumbers[account] = gone
                left[account]?.numbers.subtract(gone)
                try writer.remove(numbers: gone, of: account)
            }
            var watches = WatchReader(confirmed: ConfirmedTimes(unsaved))
            for place in places where place.kind == .watch {
                for watch in try watches.read(in: place, database) {
                    if scope.watchesTarget(watch.target, left[place.account]?.numbers ?? []) {
                        left[place.account, default: PersistedWatches()].watches.append(watch)
                    } else {
                        try writer.remove(watch.target.watch)
                    }
                }
            }
            return (left, goneAccounts, goneNumbers)
        }
        self.confirmed.withLock { confirmed in
            confirmed.forget { goneAccounts.contains($0.account) || goneNumbers[$0.account]?.contains($0.phoneNumberID ?? "") ?? false }
        }
        return left
    }

    /// The ids of the numbers that the accounts showed last. There may be very many: none of their documents is read.
    private static func numbers(in places: [Place], _ database: Database) throws -> [String: Set<String>] {
        let statement = try database.makeStatement(sql: "SELECT id FROM resource WHERE place = ?")
        var numbers: [String: Set<String>] = [:]
        for place in places where place.kind == .phoneNumber {
            let rows = try Row.fetchCursor(statement, arguments: [place.number])
            while let row = try rows.next() { numbers[place.account, default: []].insert(try row.value(0)) }
        }
        return numbers
    }

    static func accounts(in database: Database) throws -> [String: String] {
        let rows = try Row.fetchAll(database, sql: "SELECT name, waba_id FROM account")
        return Dictionary(try rows.map { (try $0.value(0) as String, try $0.value(1) as String) }) { $1 }
    }
}
