public import StrictJSON
public import WhatsAppBusiness

/// Parameters of `Delete`.
public struct DeleteParameters: Parameters {
    public typealias Reply = DeleteReply
    public static let method = "Delete"

    /// The account's name in the configuration.
    public var account: String
    /// What is taken away: a QR code, a template, or the subscription of the token's app.
    public var kind: Kind
    /// Its id.
    public var id: String
    /// The number that it belongs to.
    public var phoneNumberID: String?

    /// A thing to be taken away.
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

/// What `Delete` answers.
public struct DeleteReply: Record {
    /// Whether Meta said that it worked.
    public var success: Bool
    /// The place behind what was recorded.
    public var cursor: Cursor
    /// How many changes the look afterwards recorded.
    public var changes: Int

    /// A reply.
    public init(success: Bool, cursor: Cursor, changes: Int) {
        self.success = success
        self.cursor = cursor
        self.changes = changes
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        success = try member("success", .flag)
        cursor = try member("cursor", .cursor)
        changes = try member("changes", .integer)
    }

    public var json: JSONObject { ["success": .bool(success), "cursor": .string(cursor.text), "changes": .integer(changes)] }
}
