import GRDB
import StrictJSON
import Webhooks
import WhatsAppBusiness

/// Whose phone numbers are whose: webhooks name a number by its digits, the snapshot by its id.
///
/// It is made when a report first names a number, and follows the changes of numbers from then on. It only says where to look: what it finds is looked up in
/// the snapshot before it counts.
struct NumberDirectory: Sendable {
    /// A number of an account.
    struct Number: Sendable, Hashable {
        var account: String
        var id: String
    }

    /// Up to which change it is right.
    private var sequence: Int64 = -1
    private var byDigits: [String: [Number]] = [:]
    private var digits: [String: [String: String]] = [:]

    /// Beyond so many changes it is made anew.
    private static let mostChanges = 1000

    /// The numbers with these digits or that id, in an account or in any.
    func numbers(_ names: ReportNames, of account: String?) -> [Number] {
        let named = names.phoneNumberID.map { id in
            digits.keys.filter { account == nil || $0 == account }.sorted().map { Number(account: $0, id: id) }
                .filter { digits[$0.account]?[$0.id] != nil }
        }
        if let named, !named.isEmpty { return named }
        return names.digits.map { (byDigits[$0] ?? []).filter { account == nil || $0.account == account } } ?? []
    }

    /// Takes in what was recorded since.
    mutating func follow(_ database: Database) throws {
        let last = try Ledger.last(database)
        defer { sequence = last }
        guard sequence >= 0, sequence <= last else { return try read(database) }
        let statement = try database.cachedStatement(
            sql: """
                SELECT account, kind, change.id, operation FROM change JOIN place ON place.id = change.place
                WHERE sequence > ? AND kind IN ('phone_number', 'account') AND operation <> 'reported' LIMIT ?
                """)
        let rows = try Row.fetchAll(statement, arguments: [sequence, Self.mostChanges + 1])
        var numbers: Set<Number> = []
        for row in rows {
            let (account, kind, id, operation): (String, String, String, String) =
                (try row.value(0), try row.value(1), try row.value(2), try row.value(3))
            if operation == "baseline" || (kind == "account" && operation == "removed") || rows.count > Self.mostChanges {
                return try read(database)
            }
            if kind == "phone_number" { numbers.insert(Number(account: account, id: id)) }
        }
        for number in numbers {
            forget(number)
            if let display = try Self.display(of: number, in: database) { learn(number, display) }
        }
    }

    /// The number as people know it; `nil` if the snapshot has no such number.
    static func display(of number: Number, in database: Database) throws -> String? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT document FROM resource WHERE id = ?2
                AND place = (SELECT id FROM place WHERE account = ?1 AND kind = 'phone_number' AND phone_number_id = ?2)
                """)
        let row = try Row.fetchOne(statement, arguments: ColumnCoding.columns([number.account, number.id]))
        return row.map { ColumnCoding.document($0[0], of: number.id)?["display_phone_number"]?.string ?? "" }
    }

    private mutating func read(_ database: Database) throws {
        (byDigits, digits) = ([:], [:])
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT account, resource.id, document FROM place JOIN resource ON resource.place = place.id WHERE kind = 'phone_number'")
        while let row = try rows.next() {
            let number = Number(account: try row.value(0), id: try row.value(1))
            learn(number, ColumnCoding.document(row[2], of: number.id)?["display_phone_number"]?.string ?? "")
        }
    }

    private mutating func learn(_ number: Number, _ display: String) {
        let found = ReportNames.digits(of: display) ?? ""
        digits[number.account, default: [:]][number.id] = found
        if !found.isEmpty { byDigits[found, default: []].append(number) }
    }

    private mutating func forget(_ number: Number) {
        guard let found = digits[number.account]?.removeValue(forKey: number.id) else { return }
        byDigits[found]?.removeAll { $0 == number }
        if byDigits[found]?.isEmpty == true { byDigits[found] = nil }
    }
}
