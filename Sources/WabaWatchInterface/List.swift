public import StrictJSON

/// Parameters of `List`. With `more` every match comes, without it the first alone.
public struct ListParameters: Parameters {
    public typealias Reply = ListReply
    public static let method = "List"

    /// Which things are wanted.
    public var filter: Filter?

    /// Things that match.
    public init(filter: Filter? = nil) { self.filter = filter }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("filter")
        filter = try member(optional: "filter", .record(Filter.self))
    }

    public var json: JSONObject {
        var json = JSONObject()
        json["filter"] = filter.map { .object($0.json) }
        return json
    }
}

/// One reply of `List`.
public struct ListReply: Record {
    /// A thing that matches; absent where none does.
    public var resource: Resource?
    /// The place in the log that the snapshot stands at.
    public var cursor: Cursor

    /// A reply.
    public init(resource: Resource?, cursor: Cursor) {
        self.resource = resource
        self.cursor = cursor
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        resource = try member(optional: "resource", .record(Resource.self))
        cursor = try member("cursor", .cursor)
    }

    public var json: JSONObject {
        var json: JSONObject = ["cursor": .string(cursor.text)]
        json["resource"] = resource.map { .object($0.json) }
        return json
    }
}
