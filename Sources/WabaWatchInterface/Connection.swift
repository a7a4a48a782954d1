public import StrictJSON
public import WhatsAppBusiness

/// Whether Meta can be reached at all.
public struct Connection: Record {
    /// `reachable` or `unreachable`; a later release may say more.
    public var state: String
    /// Why it cannot be reached.
    public var reason: String?
    /// Since when that is so.
    public var since: Timestamp

    /// How the connection stands.
    public init(state: String, reason: String? = nil, since: Timestamp) {
        self.state = state
        self.reason = reason
        self.since = since
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        state = try member("state", .text)
        reason = try member(optional: "reason", .text)
        since = try member("since", .time)
    }

    public var json: JSONObject {
        var json: JSONObject = ["state": .string(state), "since": .string(since.description)]
        json["reason"] = reason.map(JSONValue.string)
        return json
    }
}
