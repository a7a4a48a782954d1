public import StrictJSON
public import WhatsAppBusiness

/// Parameters of `History`.
public struct HistoryParameters: Parameters {
    public typealias Reply = HistoryReply
    public static let method = "History"
    public static let needsMore = true
    /// Changes that come where no limit is given.
    public static let defaultLimit = 1000
    /// Changes that one call may ask for.
    public static let limits = 0...100_000

    /// Which changes are wanted.
    public var filter: Filter?
    /// Only changes behind this place.
    public var after: Cursor?
    /// Only changes observed at or after this moment.
    public var since: Timestamp?
    /// Only changes observed up to this moment.
    public var until: Timestamp?
    /// How many changes at most.
    public var limit: Int?
    /// Whether the newest comes first; the oldest does otherwise.
    public var newestFirst: Bool?

    /// Past changes.
    public init(
        filter: Filter? = nil, after: Cursor? = nil, since: Timestamp? = nil, until: Timestamp? = nil, limit: Int? = nil,
        newestFirst: Bool? = nil
    ) {
        self.filter = filter
        self.after = after
        self.since = since
        self.until = until
        self.limit = limit
        self.newestFirst = newestFirst
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("filter", "after", "since", "until", "limit", "newestFirst")
        filter = try member(optional: "filter", .record(Filter.self))
        after = try member(optional: "after", .place)
        since = try member(optional: "since", .time)
        until = try member(optional: "until", .time)
        limit = try member(optional: "limit", .integer(in: Self.limits))
        newestFirst = try member(optional: "newestFirst", .flag)
    }

    public var json: JSONObject {
        var json = JSONObject()
        json["filter"] = filter.map { .object($0.json) }
        json["after"] = after.map { .string($0.text) }
        json["since"] = since.map { .string($0.description) }
        json["until"] = until.map { .string($0.description) }
        json["limit"] = limit.map { .integer($0) }
        json["newestFirst"] = newestFirst.map { .bool($0) }
        return json
    }
}

/// One reply of `History`.
public struct HistoryReply: Record {
    /// A change; absent where none matches.
    public var change: Change?

    /// A reply.
    public init(change: Change?) { self.change = change }

    public init(json: JSONObject) throws(MemberError) { change = try MemberReader(json)(optional: "change", .record(Change.self)) }

    public var json: JSONObject {
        var json = JSONObject()
        json["change"] = change.map { .object($0.json) }
        return json
    }
}
