public import StrictJSON
public import WhatsAppBusiness

/// The state of one watch: one for each account, kind and, where the kind belongs to a number, phone number. `Watch` in the interface's text.
public struct WatchStatus: Record {
    /// The account's name in the configuration.
    public var account: String
    /// What is watched.
    public var kind: OpenEnum<Kind>
    /// The number whose things are watched, for kinds that belong to one.
    public var phoneNumberID: String?
    /// How it stands.
    public var state: OpenEnum<WatchState>
    /// Why it is not current.
    public var reason: String?
    /// Since when it has been in this state.
    public var since: Timestamp
    /// How often it polls, in milliseconds.
    public var everyMilliseconds: Int
    /// When an answer was last recorded.
    public var lastSuccessAt: Timestamp?
    /// When it polls next.
    public var nextAt: Timestamp?
    /// Failures in a row.
    public var failures: Int
    /// The kind whose answers bring it at no call of its own, if any do.
    public var comesWith: OpenEnum<Kind>?
    /// How many calls one poll of it counts as, where that is more than one.
    public var callsPerPoll: Int?
    /// The id of the wider watch that tells of this trouble, `connection` included, if it is not this one.
    public var toldBy: String?

    /// The state of one watch.
    public init(
        account: String, kind: Kind, phoneNumberID: String? = nil, state: OpenEnum<WatchState>, reason: String? = nil, since: Timestamp,
        everyMilliseconds: Int, lastSuccessAt: Timestamp? = nil, nextAt: Timestamp? = nil, failures: Int = 0,
        comesWith: Kind? = nil, callsPerPoll: Int? = nil, toldBy: String? = nil
    ) {
        self.account = account
        self.kind = OpenEnum(kind)
        self.phoneNumberID = phoneNumberID
        self.state = state
        self.reason = reason
        self.since = since
        self.everyMilliseconds = everyMilliseconds
        self.lastSuccessAt = lastSuccessAt
        self.nextAt = nextAt
        self.failures = failures
        self.comesWith = comesWith.map { OpenEnum($0) }
        self.callsPerPoll = callsPerPoll
        self.toldBy = toldBy
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        account = try member("account", .text)
        kind = try member("kind", .open(Kind.self))
        phoneNumberID = try member(optional: "phoneNumberId", .text)
        state = try member("state", .open(WatchState.self))
        reason = try member(optional: "reason", .text)
        since = try member("since", .time)
        everyMilliseconds = try member("everyMilliseconds", .integer)
        lastSuccessAt = try member(optional: "lastSuccessAt", .time)
        nextAt = try member(optional: "nextAt", .time)
        failures = try member("failures", .integer)
        comesWith = try member(optional: "comesWith", .open(Kind.self))
        callsPerPoll = try member(optional: "callsPerPoll", .integer)
        toldBy = try member(optional: "toldBy", .text)
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "account": .string(account), "kind": .string(kind.rawValue), "state": .string(state.rawText),
            "since": .string(since.description), "everyMilliseconds": .integer(everyMilliseconds), "failures": .integer(failures),
        ]
        json["phoneNumberId"] = phoneNumberID.map(JSONValue.string)
        json["reason"] = reason.map(JSONValue.string)
        json["lastSuccessAt"] = lastSuccessAt.map { .string($0.description) }
        json["nextAt"] = nextAt.map { .string($0.description) }
        json["comesWith"] = comesWith.map { .string($0.rawText) }
        json["callsPerPoll"] = callsPerPoll.map { .integer($0) }
        json["toldBy"] = toldBy.map(JSONValue.string)
        return json
    }
}
