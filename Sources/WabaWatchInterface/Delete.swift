public import StrictJSON
public import WhatsAppBusiness

/// Parameters of `Delete`.
public struct DeleteParameters: Parameters {
    public typealias Reply = DeleteReply
    public static let method = "Delete"

    /// What is taken away: a QR code, a template, or the subscription of the token's app.
    public var thing: ThingName

    /// A thing to be taken away.
    public init(account: String, kind: Kind, id: String, phoneNumberID: String? = nil) {
        thing = ThingName(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID)
    }

    public init(json: JSONObject) throws(MemberError) { thing = try ThingName(json: json) }
    public var json: JSONObject { thing.json }
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
