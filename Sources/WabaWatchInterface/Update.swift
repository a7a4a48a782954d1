public import StrictJSON
public import WhatsAppBusiness

/// Parameters of `Update`.
public struct UpdateParameters: Parameters {
    public typealias Reply = UpdateReply
    public static let method = "Update"

    /// The account's name in the configuration.
    public var account: String
    /// What is set.
    public var kind: Kind
    /// Which, where there are several; a QR code without an id is created.
    public var id: String?
    /// The number that it belongs to.
    public var phoneNumberID: String?
    /// The members that are set, as Meta names them.
    public var document: JSONObject

    /// Members to be set.
    public init(account: String, kind: Kind, id: String? = nil, phoneNumberID: String? = nil, document: JSONObject) {
        self.account = account
        self.kind = kind
        self.id = id
        self.phoneNumberID = phoneNumberID
        self.document = document
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("account", "kind", "id", "phoneNumberId", "document")
        account = try member("account", .name)
        kind = try member("kind", .choice(Kind.self))
        id = try member(optional: "id", .name)
        phoneNumberID = try member(optional: "phoneNumberId", .name)
        document = try member("document", .object)
    }

    public var json: JSONObject {
        var json: JSONObject = ["account": .string(account), "kind": .string(kind.rawValue), "document": .object(document)]
        json["id"] = id.map(JSONValue.string)
        json["phoneNumberId"] = phoneNumberID.map(JSONValue.string)
        return json
    }
}

/// What `Update` answers.
public struct UpdateReply: Record {
    /// Whether Meta said that it worked.
    public var success: Bool
    /// The code of a QR code that was created.
    public var id: String?
    /// The place behind what was recorded.
    public var cursor: Cursor
    /// How many changes the look afterwards recorded.
    public var changes: Int

    /// A reply.
    public init(success: Bool, id: String? = nil, cursor: Cursor, changes: Int) {
        self.success = success
        self.id = id
        self.cursor = cursor
        self.changes = changes
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        success = try member("success", .flag)
        id = try member(optional: "id", .text)
        cursor = try member("cursor", .cursor)
        changes = try member("changes", .integer)
    }

    public var json: JSONObject {
        var json: JSONObject = ["success": .bool(success), "cursor": .string(cursor.text), "changes": .integer(changes)]
        json["id"] = id.map(JSONValue.string)
        return json
    }
}
