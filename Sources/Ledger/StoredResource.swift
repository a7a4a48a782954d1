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
    var kind: OpenEnum<Kind>
    var phoneNumberID: String?

    static let select = "SELECT id, account, kind, phone_number_id, digest FROM place"

    init(row: Row) throws {
        guard RowChecksum(of: [row[0], row[1], row[2], row[3]]).column == (try row.value(4)) else { throw ColumnCoding.damaged("a place") }
        number = try row.value(0)
        account = try row.value(1)
        kind = OpenEnum(rawValue: try row.value(2))
        let phoneNumber: String = try row.value(3)
        phoneNumberID = phoneNumber.isEmpty ? nil : phoneNumber
    }

    func resource(_ id: String) -> ResourceID { ResourceID(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID) }
}

extension StoredResource {
    static let select = "SELECT id, document, changed_at, confirmed_at, misses FROM resource"

    /// `nil` for a thing whose document cannot be read.
    init?(row: Row, in place: Place, _ confirmed: inout ConfirmedTimes, in database: Database) throws {
        let id: String = try row.value(0)
        guard let document = ColumnCoding.document(row[1], of: id) else { return nil }
        resource = place.resource(id)
        self.document = document
        changedAt = Timestamp(milliseconds: try row.value(2))
        let own = (try row.optional(3) as Int64?).map(Timestamp.init(milliseconds:))
        if let own, try row.value(4) != 0 {
            confirmedAt = own
        } else {
            let target = PollTarget(watch: resource) ?? PollTarget(resource)
            let looked = try target.flatMap { try confirmed.time(of: $0, in: database) }
            confirmedAt = max(own ?? changedAt, looked ?? own ?? changedAt)
        }
    }
}

extension PollTarget {
    /// The target that shows a thing; `nil` if nobody here polls things of its kind.
    init?(_ resource: ResourceID) {
        guard let kind = resource.kind.known else { return nil }
        self.init(account: resource.account, kind: kind, phoneNumberID: kind == .phoneNumber ? nil : resource.phoneNumberID)
    }
}
