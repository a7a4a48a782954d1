public import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

/// What is counted and measured of one account.
public struct AccountFigures: Record {
    /// When a kind was last polled with success.
    public struct Success: Sendable, Equatable {
        /// The kind.
        public var kind: String
        /// When, at the thing where that is longest ago.
        public var at: Timestamp

        /// A moment of a kind.
        public init(_ kind: String, at: Timestamp) { (self.kind, self.at) = (kind, at) }
    }

    /// The account's name in the configuration.
    public var account: String
    /// Requests of the last hour, and those that the budget allows in one.
    public var callsLastHour: Int
    public var callsPerHour: Int
    /// Requests since the daemon began, by result.
    public var requests: [DaemonFigures.Count]
    /// By kind; what was never polled with success is not in it.
    public var lastSuccess: [Success]

    /// An account's figures.
    public init(account: String, callsLastHour: Int, callsPerHour: Int, requests: [DaemonFigures.Count], lastSuccess: [Success]) {
        self.account = account
        self.callsLastHour = callsLastHour
        self.callsPerHour = callsPerHour
        self.requests = requests
        self.lastSuccess = lastSuccess
    }

    public init(json: JSONObject) throws(MemberError) {
        guard let account = json["account"]?.string else { throw MemberError("account", "should be a string") }
        self.account = account
        callsLastHour = try DaemonFigures.count(json, "callsLastHour")
        callsPerHour = try DaemonFigures.count(json, "callsPerHour")
        requests = try DaemonFigures.counts(json, "requests", ["result"])
        guard let list = json["lastSuccess"]?.array else { throw MemberError("lastSuccess", "should be an array") }
        lastSuccess = []
        for element in list {
            guard let kind = element["kind"]?.string, let at = element["at"]?.string.flatMap({ Timestamp(parsing: $0) }) else {
                throw MemberError("lastSuccess", "should hold kind and at")
            }
            lastSuccess.append(Success(kind, at: at))
        }
    }

    public var json: JSONObject {
        [
            "account": .string(account), "callsLastHour": .integer(callsLastHour), "callsPerHour": .integer(callsPerHour),
            "requests": DaemonFigures.json(requests, ["result"]),
            "lastSuccess": .array(lastSuccess.map { ["kind": .string($0.kind), "at": .string($0.at.description)] }),
        ]
    }
}
