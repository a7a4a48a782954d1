public import StrictJSON
public import WhatsAppBusiness

/// Requests of the last hour against the budget for one account.
public struct Budget: Record {
    /// The account's name in the configuration.
    public var account: String
    /// Requests made in the last hour.
    public var callsLastHour: Int
    /// Requests that the budget allows in an hour.
    public var callsPerHour: Int
    /// What Meta's usage headers last said, in percent.
    public var usagePercent: Int?
    /// Until when Meta asked to be left alone.
    public var blockedUntil: Timestamp?
    /// Requests of the last hour that were not needed, because another answer brought the same thing; `nil` from a release that did not count them.
    public var saved: Int?

    /// An account's budget.
    public init(
        account: String, callsLastHour: Int, callsPerHour: Int, usagePercent: Int? = nil, blockedUntil: Timestamp? = nil, saved: Int? = nil
    ) {
        self.account = account
        self.callsLastHour = callsLastHour
        self.callsPerHour = callsPerHour
        self.usagePercent = usagePercent
        self.blockedUntil = blockedUntil
        self.saved = saved
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        account = try member("account", .text)
        callsLastHour = try member("callsLastHour", .integer)
        callsPerHour = try member("callsPerHour", .integer)
        usagePercent = try member(optional: "usagePercent", .integer)
        blockedUntil = try member(optional: "blockedUntil", .time)
        saved = try member(optional: "saved", .integer)
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "account": .string(account), "callsLastHour": .integer(callsLastHour), "callsPerHour": .integer(callsPerHour),
        ]
        json["usagePercent"] = usagePercent.map { .integer($0) }
        json["blockedUntil"] = blockedUntil.map { .string($0.description) }
        json["saved"] = saved.map { .integer($0) }
        return json
    }
}
