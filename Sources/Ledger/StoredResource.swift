import Changes
import GRDB
public import StrictJSON
public import WhatsAppBusiness

/// A thing as it was last seen.
public struct StoredResource: Sendable, Equatable {
    /// What it is told apart by.
    public var resource: ResourceID
    /// When an answer last showed it.
    public var confirmedAt: Timestamp
    /// When its last change was observed.
    public var changedAt: Timestamp
    /// Its document in the compared form.
    public var document: JSONObject
}

/// What things have in common but their id, and its number in the ledger.
struct Place: Sendable {
    var number: Int64
    var account: String
    var kind: Kind
    var phoneNumberID: String?

    static let select = "SELECT id, account, kind, phone_number_id FROM place"

    init(row: Row) throws {
        number = row[0]
        account = row[1]
        kind = try Stored.known(row[2])
        let phoneNumber: String = row[3]
        phoneNumberID = phoneNumber.isEmpty ? nil : phoneNumber
    }

    func resource(_ id: String) -> ResourceID { ResourceID(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID) }
}

extension StoredResource {
    static let select = "SELECT id, document, changed_at, confirmed_at, misses FROM resource"

    /// - Parameter confirmed: when units were last looked at completely.
    init(row: Row, in place: Place, confirmed: [Unit: Timestamp]) throws {
        let id: String = row[0]
        resource = place.resource(id)
        document = try Stored.document(row[1], of: id)
        changedAt = Timestamp(milliseconds: row[2])
        let own = (row[3] as Int64?).map(Timestamp.init(milliseconds:))
        let unit = Unit(watch: resource) ?? Unit(resource)
        if let own, row[4] as Int > 0 {
            confirmedAt = own
        } else {
            confirmedAt = max(own ?? changedAt, confirmed[unit] ?? own ?? changedAt)
        }
    }
}

extension Unit {
    /// The unit that shows a thing.
    init(_ resource: ResourceID) {
        self.init(
            account: resource.account, kind: resource.kind, phoneNumberID: resource.kind == .phoneNumber ? nil : resource.phoneNumberID)
    }
}
