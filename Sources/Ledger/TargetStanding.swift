import Changes
import GRDB
import StrictJSON
import WhatsAppBusiness

/// What recording a poll of a target has to know before it compares anything, with one statement: each costs more by itself than what it looks up.
struct TargetStanding {
    /// The number of the target's place; `nil` if it has none yet.
    let place: Int64?
    /// What is kept of the target besides its things; `nil` if it was never polled.
    let kept: PersistedTarget?
    private let hasAccount: Bool
    private let number: DatabaseValue
    private let numberID: String?

    init(_ target: PollTarget, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM account WHERE name = ?1), place.id, unit.place IS NOT NULL, asked, unit.digest, confirmed_at,
                    (SELECT document FROM resource
                    WHERE place = (SELECT id FROM place WHERE account = ?1 AND kind = 'phone_number' AND phone_number_id = ?3) AND id = ?3)
                FROM (SELECT 1) LEFT JOIN place ON account = ?1 AND kind = ?2 AND phone_number_id = ?3 LEFT JOIN unit ON unit.place = place.id
                """)
        numberID = target.phoneNumberID
        let names = [target.account, target.kind.rawValue, numberID ?? ""]
        guard let row = try Row.fetchOne(statement, arguments: ColumnCoding.columns(names)) else {
            throw ColumnCoding.damaged("no row of \(target)")
        }
        hasAccount = try row.value(0)
        place = try row.optional(1)
        kept = try row.value(2) ? PersistedTarget(row, at: 3) : nil
        number = row[6]
    }

    /// Whether there is what a poll needs.
    func has(_ needs: Observation.Needs) -> Bool {
        switch needs {
        case .nothing: true
        case .account: hasAccount
        case .number: hasAccount && (numberID == nil || !number.isNull)
        }
    }

    /// The number as people know it, where the target belongs to one.
    var displayNumber: String? { numberID.flatMap { ColumnCoding.document(number, of: $0) }?["display_phone_number"]?.string }
}
