public import StrictJSON
public import WhatsAppBusiness

/// Which one thing is meant: the parameters that `Get` and `Delete` have.
public struct ThingName: Record {
    /// The account's name in the configuration.
    public var account: String
    /// What kind of thing it is.
    public var kind: Kind
    /// Meta's id of it.
    public var id: String
    /// The number that it belongs to; needed only where the id alone fits several things.
    public var phoneNumberID: String?

    /// One thing.
    public init(account: String, kind: Kind, id: String, phoneNumberID: String? = nil) {
        self.account = account
        self.kind = kind
        self.id = id
        self.phoneNumberID = phoneNumberID
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("account", "kind", "id", "phoneNumberId")
        account = try member("account", .name)
        kind = try member("kind", .choice(Kind.self))
        id = try member("id", .name)
        phoneNumberID = try member(optional: "phoneNumberId", .name)
    }

    public var json: JSONObject {
        var json: JSONObject = ["account": .string(account), "kind": .string(kind.rawValue), "id": .string(id)]
        json["phoneNumberId"] = phoneNumberID.map(JSONValue.string)
        return json
    }
}
