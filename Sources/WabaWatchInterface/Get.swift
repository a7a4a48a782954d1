public import StrictJSON
public import WhatsAppBusiness

/// Parameters of `Get`.
public struct GetParameters: Parameters {
    public typealias Reply = GetReply
    public static let method = "Get"

    /// Which thing.
    public var thing: ThingName

    /// One thing.
    public init(account: String, kind: Kind, id: String, phoneNumberID: String? = nil) {
        thing = ThingName(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID)
    }

    public init(json: JSONObject) throws(MemberError) { thing = try ThingName(json: json) }
    public var json: JSONObject { thing.json }
}

/// What `Get` answers.
public struct GetReply: Record {
    /// The thing.
    public var resource: Resource
    /// The place in the log that this state stands at.
    public var cursor: Cursor

    /// A reply.
    public init(resource: Resource, cursor: Cursor) {
        self.resource = resource
        self.cursor = cursor
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        resource = try member("resource", .record(Resource.self))
        cursor = try member("cursor", .cursor)
    }

    public var json: JSONObject { ["resource": .object(resource.json), "cursor": .string(cursor.text)] }
}
