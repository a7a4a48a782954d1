public import StrictJSON
public import WhatsAppBusiness

/// Parameters of `Poll`.
public struct PollParameters: Parameters {
    public typealias Reply = PollReply
    public static let method = "Poll"

    /// The account's name in the configuration.
    public var account: String
    /// One kind alone; every kind otherwise.
    public var kind: Kind?
    /// One number alone; every number otherwise.
    public var phoneNumberID: String?

    /// A poll that is taken now.
    public init(account: String, kind: Kind? = nil, phoneNumberID: String? = nil) {
        self.account = account
        self.kind = kind
        self.phoneNumberID = phoneNumberID
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("account", "kind", "phoneNumberId")
        account = try member("account", .name)
        kind = try member(optional: "kind", .choice(Kind.self))
        phoneNumberID = try member(optional: "phoneNumberId", .name)
    }

    public var json: JSONObject {
        var json: JSONObject = ["account": .string(account)]
        json["kind"] = kind.map { .string($0.rawValue) }
        json["phoneNumberId"] = phoneNumberID.map(JSONValue.string)
        return json
    }
}

/// What `Poll` answers.
public struct PollReply: Record {
    /// The place in the log behind what was recorded.
    public var cursor: Cursor
    /// Changes that were recorded, baselines included.
    public var changes: Int

    /// A reply.
    public init(cursor: Cursor, changes: Int) {
        self.cursor = cursor
        self.changes = changes
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        cursor = try member("cursor", .cursor)
        changes = try member("changes", .integer)
    }

    public var json: JSONObject { ["cursor": .string(cursor.text), "changes": .integer(changes)] }
}
