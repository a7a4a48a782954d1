public import StrictJSON
public import WhatsAppBusiness

/// The present state of one thing.
public struct Resource: Record {
    /// The account's name in the configuration.
    public var account: String
    /// What kind of thing it is.
    public var kind: OpenEnum<Kind>
    /// Meta's id of it.
    public var id: String
    /// The number that it belongs to; a phone number belongs to itself.
    public var phoneNumberID: String?
    /// When an answer last showed it.
    public var confirmedAt: Timestamp
    /// When its last change was observed.
    public var changedAt: Timestamp
    /// What it looks like, in the form that is compared.
    public var document: JSONObject

    /// The state of one thing.
    public init(_ id: ResourceID, confirmedAt: Timestamp, changedAt: Timestamp, document: JSONObject) {
        account = id.account
        kind = id.kind
        self.id = id.id
        phoneNumberID = id.phoneNumberID
        self.confirmedAt = confirmedAt
        self.changedAt = changedAt
        self.document = document
    }

    /// What it is told apart by.
    public var resourceID: ResourceID { ResourceID(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID) }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        account = try member("account", .text)
        kind = try member("kind", .open(Kind.self))
        id = try member("id", .text)
        phoneNumberID = try member(optional: "phoneNumberId", .text)
        confirmedAt = try member("confirmedAt", .time)
        changedAt = try member("changedAt", .time)
        document = try member("document", .object)
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "account": .string(account), "kind": .string(kind.rawValue), "id": .string(id),
            "confirmedAt": .string(confirmedAt.description), "changedAt": .string(changedAt.description), "document": .object(document),
        ]
        json["phoneNumberId"] = phoneNumberID.map(JSONValue.string)
        return json
    }
}
