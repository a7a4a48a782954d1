public import StrictJSON
public import WabaWatchInterface

/// What the daemon counts and measures of itself and of its accounts: the reply of `io.wabawatch.Metrics.Gather`, or all its replies put together.
public struct DaemonFigures: Record {
    /// How many there are of something, by one or two words.
    public struct Count: Sendable, Equatable {
        /// Which: a result, or a kind and an operation.
        public var words: [String]
        /// How many.
        public var count: Int

        /// A count.
        public init(_ words: [String], _ count: Int) { (self.words, self.count) = (words, count) }
    }

    /// Whether there are to be metrics of every phone number.
    public var perNumber: Bool
    /// Where the configuration says that metrics are listened for, if it does.
    public var listen: String?
    /// Subscribers on the socket.
    public var subscribers: Int
    /// Bytes of the ledger's files.
    public var ledgerBytes: Int
    /// Changes that were recorded since the daemon began, by kind and operation.
    public var changes: [Count]
    /// What became of webhooks since then, by result.
    public var webhooks: [Count]
    /// The accounts by their names.
    public var accounts: [AccountFigures]

    /// The daemon's figures.
    public init(
        perNumber: Bool, listen: String?, subscribers: Int, ledgerBytes: Int, changes: [Count], webhooks: [Count],
        accounts: [AccountFigures]
    ) {
        self.perNumber = perNumber
        self.listen = listen
        self.subscribers = subscribers
        self.ledgerBytes = ledgerBytes
        self.changes = changes
        self.webhooks = webhooks
        self.accounts = accounts
    }

    /// Takes in a later part.
    public mutating func add(_ part: DaemonFigures) {
        accounts += part.accounts
        changes += part.changes
        webhooks += part.webhooks
    }

    public init(json: JSONObject) throws(MemberError) {
        guard let perNumber = json["perNumber"]?.bool else { throw MemberError("perNumber", "should be a boolean") }
        self.perNumber = perNumber
        listen = json["listen"]?.string
        subscribers = try Self.count(json, "subscribers")
        ledgerBytes = try Self.count(json, "ledgerBytes")
        changes = try Self.counts(json, "changes", ["kind", "operation"])
        webhooks = try Self.counts(json, "webhooks", ["result"])
        guard let list = json["accounts"]?.array else { throw MemberError("accounts", "should be an array") }
        accounts = []
        for element in list {
            guard let object = element.object else { throw MemberError("accounts", "should hold objects") }
            accounts.append(try AccountFigures(json: object))
        }
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "perNumber": .bool(perNumber), "subscribers": .integer(subscribers), "ledgerBytes": .integer(ledgerBytes),
            "changes": Self.json(changes, ["kind", "operation"]), "webhooks": Self.json(webhooks, ["result"]),
            "accounts": .array(accounts.map { .object($0.json) }),
        ]
        json["listen"] = listen.map(JSONValue.string)
        return json
    }

    static func count(_ json: JSONObject, _ name: String) throws(MemberError) -> Int {
        guard let count = json[name]?.integer else { throw MemberError(name, "should be a whole number") }
        return Int(count)
    }

    static func counts(_ json: JSONObject, _ name: String, _ words: [String]) throws(MemberError) -> [Count] {
        guard let list = json[name]?.array else { throw MemberError(name, "should be an array") }
        var counts: [Count] = []
        for element in list {
            let texts = words.compactMap { element[$0]?.string }
            guard texts.count == words.count, let count = element["count"]?.integer else {
                throw MemberError(name, "should hold \(words.joined(separator: ", ")) and count")
            }
            counts.append(Count(texts, Int(count)))
        }
        return counts
    }

    static func json(_ counts: [Count], _ words: [String]) -> JSONValue {
        .array(
            counts.map { count in
                var json: JSONObject = ["count": .integer(count.count)]
                for (word, text) in zip(words, count.words) { json[word] = .string(text) }
                return .object(json)
            })
    }
}
