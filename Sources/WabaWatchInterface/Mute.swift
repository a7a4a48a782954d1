public import StrictJSON
public import WhatsAppBusiness

/// Parameters of `Mute`.
public struct MuteParameters: Parameters {
    public typealias Reply = MuteReply
    public static let method = "Mute"

    /// Which alarms: accounts, ids and numbers. It takes no other member.
    public var filter: Filter
    /// The names of the alarms, such as `quality`; all of them if there are none.
    public var names: Set<String>?
    /// When it ends by itself.
    public var until: Timestamp
    /// Why.
    public var reason: String?

    /// Names that one mute may have at most.
    public static let nameLimit = 100
    /// Bytes of a reason.
    public static let reasonLimit = 1000

    /// Alarms to be muted.
    public init(filter: Filter, names: Set<String>? = nil, until: Timestamp, reason: String? = nil) {
        self.filter = filter
        self.names = names
        self.until = until
        self.reason = reason
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("filter", "names", "until", "reason")
        filter = try member("filter", .record(Filter.self))
        for name in filter.json.names where !["accounts", "ids", "phoneNumberIds"].contains(name) {
            throw MemberError("filter.\(name)", "is nothing that alarms are muted by")
        }
        for (name, elements) in [("accounts", filter.accounts), ("ids", filter.ids), ("phoneNumberIds", filter.phoneNumberIDs)] {
            guard elements?.count ?? 0 <= Self.nameLimit else {
                throw MemberError("filter.\(name)", "has more than \(Self.nameLimit) elements")
            }
        }
        names = try member(optional: "names", .list(.name, atMost: Self.nameLimit)).map { Set($0) }
        until = try member("until", .time)
        reason = try member(optional: "reason", .text(atMost: Self.reasonLimit))
    }

    public var json: JSONObject {
        var json: JSONObject = ["filter": .object(filter.json), "until": .string(until.description)]
        json["names"] = names.map { .list($0.sorted()) }
        json["reason"] = reason.map(JSONValue.string)
        return json
    }
}

/// What `Mute` answers.
public struct MuteReply: Record {
    /// The mute as it is in force.
    public var mute: MuteEntry

    /// A reply.
    public init(mute: MuteEntry) { self.mute = mute }
    public init(json: JSONObject) throws(MemberError) { mute = try MemberReader(json)("mute", .record(MuteEntry.self)) }
    public var json: JSONObject { ["mute": .object(mute.json)] }
}

/// Parameters of `Unmute`.
public struct UnmuteParameters: Parameters {
    public typealias Reply = UnmuteReply
    public static let method = "Unmute"

    /// The mute's id.
    public var id: String

    /// A mute to be ended.
    public init(id: String) { self.id = id }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("id")
        id = try member("id", .name)
    }

    public var json: JSONObject { ["id": .string(id)] }
}

/// What `Unmute` answers: nothing.
public struct UnmuteReply: Record {
    /// A reply.
    public init() {}
    public init(json: JSONObject) throws(MemberError) {}
    public var json: JSONObject { JSONObject() }
}

/// Parameters of `Mutes`: none.
public struct MutesParameters: Parameters {
    public typealias Reply = MutesReply
    public static let method = "Mutes"

    /// No parameters.
    public init() {}
    public init(json: JSONObject) throws(MemberError) { try MemberReader(json).expectOnly() }
    public var json: JSONObject { JSONObject() }
}

/// What `Mutes` answers.
public struct MutesReply: Record {
    /// Every mute that is in force, the oldest first.
    public var mutes: [MuteEntry]

    /// A reply.
    public init(mutes: [MuteEntry]) { self.mutes = mutes }
    public init(json: JSONObject) throws(MemberError) { mutes = try MemberReader(json)("mutes", .list(.record(MuteEntry.self))) }
    public var json: JSONObject { ["mutes": .list(mutes)] }
}
