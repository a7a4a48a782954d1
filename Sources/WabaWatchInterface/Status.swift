public import StrictJSON
public import WhatsAppBusiness

/// The daemon as a whole, or one part of it: where very many are watched, the parts of an answer hold some of the watches and budgets each.
public struct Status: Record {
    /// The daemon's version.
    public var version: String
    /// When it started.
    public var startedAt: Timestamp
    /// The newest place in the log.
    public var cursor: Cursor
    /// The oldest place that can be resumed from.
    public var oldestCursor: Cursor
    /// How many are subscribed.
    public var subscribers: Int
    /// Every watch.
    public var watches: [WatchStatus]
    /// Every account's budget.
    public var budgets: [Budget]
    /// Whether Meta can be reached at all; `nil` from a release that did not say.
    public var connection: Connection?
    /// What is known of the accounts' tokens; `nil` from a release that did not say.
    public var tokens: [TokenStatus]?

    /// The daemon as a whole.
    public init(
        version: String, startedAt: Timestamp, cursor: Cursor, oldestCursor: Cursor, subscribers: Int, watches: [WatchStatus],
        budgets: [Budget], connection: Connection? = nil, tokens: [TokenStatus]? = nil
    ) {
        self.version = version
        self.startedAt = startedAt
        self.cursor = cursor
        self.oldestCursor = oldestCursor
        self.subscribers = subscribers
        self.watches = watches
        self.budgets = budgets
        self.connection = connection
        self.tokens = tokens
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        version = try member("version", .text)
        startedAt = try member("startedAt", .time)
        cursor = try member("cursor", .cursor)
        oldestCursor = try member("oldestCursor", .cursor)
        subscribers = try member("subscribers", .integer)
        watches = try member("watches", .list(.record(WatchStatus.self)))
        budgets = try member("budgets", .list(.record(Budget.self)))
        connection = try member(optional: "connection", .record(Connection.self))
        tokens = try member(optional: "tokens", .list(.record(TokenStatus.self)))
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "version": .string(version), "startedAt": .string(startedAt.description), "cursor": .string(cursor.text),
            "oldestCursor": .string(oldestCursor.text), "subscribers": .integer(subscribers), "watches": .list(watches),
            "budgets": .list(budgets),
        ]
        json["connection"] = connection.map { .object($0.json) }
        json["tokens"] = tokens.map { .list($0) }
        return json
    }

    /// Adds what the next part of the same answer tells: its watches, its budgets and its tokens.
    public mutating func add(_ part: Status) {
        watches += part.watches
        budgets += part.budgets
        if let more = part.tokens { tokens = (tokens ?? []) + more }
        connection = connection ?? part.connection
    }
}
