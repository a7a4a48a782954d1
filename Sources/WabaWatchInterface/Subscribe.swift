public import StrictJSON

/// Parameters of `Subscribe`.
public struct SubscribeParameters: Parameters {
    public typealias Reply = SubscribeReply
    public static let method = "Subscribe"
    public static let needsMore = true
    /// Seconds between heartbeats where none are given.
    public static let defaultHeartbeatSeconds = 30
    /// Seconds between heartbeats that may be asked for.
    public static let heartbeats = 1...86_400

    /// Which things and changes are wanted.
    public var filter: Filter?
    /// Resume behind this place.
    public var after: Cursor?
    /// Whether every thing that matches comes first.
    public var snapshot: Bool?
    /// Seconds between heartbeats.
    public var heartbeatSeconds: Int?

    /// A subscription. `after` and `snapshot` cannot go together.
    public init(filter: Filter? = nil, after: Cursor? = nil, snapshot: Bool? = nil, heartbeatSeconds: Int? = nil) {
        self.filter = filter
        self.after = after
        self.snapshot = snapshot
        self.heartbeatSeconds = heartbeatSeconds
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("filter", "after", "snapshot", "heartbeatSeconds")
        filter = try member(optional: "filter", .record(Filter.self))
        after = try member(optional: "after", .place)
        snapshot = try member(optional: "snapshot", .flag)
        heartbeatSeconds = try member(optional: "heartbeatSeconds", .integer(in: Self.heartbeats))
        if after != nil, snapshot == true { throw MemberError("snapshot", "cannot go with \"after\"") }
    }

    public var json: JSONObject {
        var json = JSONObject()
        json["filter"] = filter.map { .object($0.json) }
        json["after"] = after.map { .string($0.text) }
        json["snapshot"] = snapshot.map { .bool($0) }
        json["heartbeatSeconds"] = heartbeatSeconds.map { .integer($0) }
        return json
    }
}

/// One reply of `Subscribe`.
public enum SubscribeReply: Record {
    /// A thing of the snapshot.
    case resource(Resource)
    /// The snapshot, if one was asked for, is complete; the stream stands here.
    case ready(Cursor)
    /// A change.
    case change(Change)
    /// Every change up to here that matches has been sent.
    case heartbeat(Cursor)

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        if let resource = try member(optional: "resource", .record(Resource.self)) {
            self = .resource(resource)
        } else if let change = try member(optional: "change", .record(Change.self)) {
            self = .change(change)
        } else if try member(optional: "ready", .flag) == true {
            self = .ready(try member("cursor", .cursor))
        } else {
            self = .heartbeat(try member("cursor", .cursor))
        }
    }

    public var json: JSONObject {
        switch self {
        case .resource(let resource): ["resource": .object(resource.json)]
        case .ready(let cursor): ["ready": true, "cursor": .string(cursor.text)]
        case .change(let change): ["change": .object(change.json)]
        case .heartbeat(let cursor): ["cursor": .string(cursor.text)]
        }
    }
}
