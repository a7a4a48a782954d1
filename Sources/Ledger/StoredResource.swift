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

    static let select = "SELECT id, account, kind, phone_number_id, digest FROM place"

    init(row: Row) throws {
        guard Digest(of: [row[0], row[1], row[2], row[3]]).column == (try row.value(4)) else { throw Stored.damaged("a place") }
        number = try row.value(0)
        account = try row.value(1)
        kind = try Stored.known(row.value(2))
        let phoneNumber: String = try row.value(3)
        phoneNumberID = phoneNumber.isEmpty ? nil : phoneNumber
    }

    func resource(_ id: String) -> ResourceID { ResourceID(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID) }
}

extension StoredResource {
    static let select = "SELECT id, document, changed_at, confirmed_at, misses FROM resource"

    init(row: Row, in place: Place, _ confirmed: inout ConfirmedTimes, in database: Database) throws {
        let id: String = try row.value(0)
        resource = place.resource(id)
        document = try Stored.document(row[1], of: id)
        changedAt = Timestamp(milliseconds: try row.value(2))
        let own = (try row.optional(3) as Int64?).map(Timestamp.init(milliseconds:))
        let unit = Unit(watch: resource) ?? Unit(resource)
        if let own, try row.value(4) != 0 {
            confirmedAt = own
        } else {
            confirmedAt = max(own ?? changedAt, try confirmed.time(of: unit, in: database) ?? own ?? changedAt)
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
