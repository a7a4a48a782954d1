import Changes
import GRDB
import StrictJSON
import WhatsAppBusiness

/// What the ledger keeps of a unit besides its things.
struct KeptUnit {
    var asked: Set<String>
    /// The sum over all its things.
    var digest: Digest

    /// `nil` if the unit was never looked at.
    init?(_ unit: Unit, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT asked, digest FROM unit
                WHERE place = (SELECT id FROM place WHERE account = ? AND kind = ? AND phone_number_id = ?)
                """)
        let arguments: StatementArguments = [unit.account, unit.kind.rawValue, unit.phoneNumberID ?? ""]
        guard let row = try Row.fetchOne(statement, arguments: arguments) else { return nil }
        asked = Set(try Stored.names(row.value(0)))
        digest = Digest(column: try row.value(1))
        digest -= Digest(of: [row[0]])
    }
}

extension Snapshot {
    /// What is kept of a unit's things. That it is what was written, the digest shows.
    init(of unit: Unit, _ kept: KeptUnit?, in database: Database) throws {
        var sieve: Sieve?
        try self.init(of: unit, kept, &sieve, in: database)
    }

    /// The same without what a sieve takes.
    init(of unit: Unit, _ kept: KeptUnit?, _ sieve: inout Sieve?, in database: Database) throws {
        // A phone number is its own number: the list's things stand under as many numbers as there are.
        let isOfNumbers = unit.kind == .phoneNumber
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, document, misses FROM resource WHERE place IN
                    (SELECT id FROM place WHERE account = ? AND kind = ?\(isOfNumbers ? "" : " AND phone_number_id = ?"))
                """)
        let number = isOfNumbers ? [] : [unit.phoneNumberID ?? ""]
        let rows = try Row.fetchCursor(statement, arguments: StatementArguments([unit.account, unit.kind.rawValue] + number))
        var entries: [String: Snapshot.Entry] = [:]
        var digest = Digest()
        while let row = try rows.next() {
            let (id, document, misses): (String, DatabaseValue, Int) = (try row.value(0), row[1], try row.value(2))
            digest += Digest(of: id, document, misses: misses)
            if sieve?.takes(id, document, misses: misses) == true { continue }
            entries[id] = Snapshot.Entry(document: try Stored.document(document, of: id), misses: misses)
        }
        guard digest == kept?.digest ?? Digest() else { throw Stored.damaged("a thing of \(unit)") }
        self.init(asked: kept?.asked, entries: entries)
    }
}
