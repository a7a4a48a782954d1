public import StrictJSON
public import WhatsAppBusiness

/// A mute: which alarms are kept and shown, but told as `info` and left out of exit codes, until when, why, and who said so.
public struct MuteEntry: Record {
    /// What it is told apart by: what `Unmute` takes.
    public var id: String
    /// Which alarms, by account, id and number.
    public var filter: Filter
    /// The names of the alarms; all of them if there are none.
    public var names: Set<String>?
    /// When it ends by itself.
    public var until: Timestamp
    /// Why.
    public var reason: String?
    /// Who: the peer's user name and number, `alice (1000)`.
    public var by: String

    /// A mute.
    public init(id: String, filter: Filter, names: Set<String>? = nil, until: Timestamp, reason: String? = nil, by: String) {
        self.id = id
        self.filter = filter
        self.names = names
        self.until = until
        self.reason = reason
        self.by = by
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        id = try member("id", .text)
        filter = try Filter(told: try member("filter", .object))
        names = try member(optional: "names", .list(.text)).map { Set($0) }
        until = try member("until", .time)
        reason = try member(optional: "reason", .text)
        by = try member("by", .text)
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "id": .string(id), "filter": .object(filter.json), "until": .string(until.description), "by": .string(by),
        ]
        json["names"] = names.map { .list($0.sorted()) }
        json["reason"] = reason.map(JSONValue.string)
        return json
    }
}
