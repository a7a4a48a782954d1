import Hosting
import JetStream
import StrictJSON

/// What is kept of an account in the bucket of states: a point, up to which everything is in the values that it names, and these values.
struct AccountPoint: Equatable {
    /// How many messages of the account are in the values.
    var sequence: UInt64
    /// The number in the stream of the last of them.
    var stream: UInt64
    /// The keys of the targets, the list of numbers first.
    var targets: [String]
    /// Messages that are in the values as well and were about to be published behind these, in their order.
    var next: [Next] = []

    /// A message that may be published or not.
    struct Next: Equatable {
        var subject: String
        var body: String
    }

    /// Those that are not published where there are so many messages of the account.
    func left(of sequence: UInt64) -> ArraySlice<Next> {
        next.dropFirst(sequence > self.sequence ? Int(clamping: sequence - self.sequence) : 0)
    }

    var json: JSONObject {
        var json: JSONObject = [
            "sequence": .number(JSONNumber(sequence)), "stream": .number(JSONNumber(stream)),
            "targets": .array(targets.map { .string($0) }),
        ]
        if !next.isEmpty {
            json["next"] = .array(next.map { .object(["subject": .string($0.subject), "body": .string($0.body)]) })
        }
        return json
    }

    init(sequence: UInt64, stream: UInt64, targets: [String], next: [Next] = []) {
        self.sequence = sequence
        self.stream = stream
        self.targets = targets
        self.next = next
    }

    init?(json: JSONObject) {
        guard let sequence = json["sequence"]?.integer, let stream = json["stream"]?.integer, sequence >= 0, stream >= 0,
            let targets = json["targets"]?.array
        else { return nil }
        let next = (json["next"]?.array ?? []).compactMap { message -> Next? in
            guard let subject = message["subject"]?.string, let body = message["body"]?.string else { return nil }
            return Next(subject: subject, body: body)
        }
        self.init(sequence: UInt64(sequence), stream: UInt64(stream), targets: targets.compactMap(\.string), next: next)
    }
}

/// Reads and writes an account's part of the bucket of states. Each value is written over the revision that is known of it, so that a holder who is one no
/// more spoils nothing.
actor AccountStore {
    private let account: String
    private let stream: JetStreamConnection
    /// What is known of the keys: their revisions and what was written last, but for the times of polls.
    private var known: [String: (revision: UInt64, value: JSONValue)] = [:]

    init(account: String, stream: JetStreamConnection) {
        self.account = account
        self.stream = stream
    }

    /// The point, and the values that it names.
    func load() async throws -> (point: AccountPoint, targets: [JSONObject], standings: JSONValue, budget: JSONValue?)? {
        known = [:]
        guard let point = try await read(Buckets.point(of: account))?.object.flatMap(AccountPoint.init(json:)) else { return nil }
        var targets: [JSONObject] = []
        for key in point.targets {
            if let target = try await read(key)?.object?["target"]?.object { targets.append(target) }
        }
        let standings = try await read(standingsKey)?.object?["standings"] ?? .array([])
        return (point, targets, standings, try await read(budgetKey)?.object?["budget"])
    }

    /// Writes what is new of these values, and the point behind them.
    /// - Parameter next: what is in the values already and is published next.
    func save(_ copy: AccountCopy, sequence: UInt64, stream last: UInt64, next: [AccountPoint.Next] = []) async throws {
        var keys: [String] = []
        for target in copy.targets {
            let key = key(of: target)
            keys.append(key)
            try await write(key, ["target": .object(target)])
        }
        try await write(standingsKey, ["standings": copy.standings])
        if let budget = copy.budget { try await write(budgetKey, ["budget": .object(budget)]) }
        try await write(Buckets.point(of: account), AccountPoint(sequence: sequence, stream: last, targets: keys, next: next).json)
    }

    private var standingsKey: String { "\(SubjectToken.encode(account)).standings" }
    private var budgetKey: String { "\(SubjectToken.encode(account)).budget" }

    private func key(of target: JSONObject) -> String {
        let kind = SubjectToken.encode(target["kind"]?.string ?? "")
        let number = target["phoneNumberId"]?.string.map { ".\(SubjectToken.encode($0))" } ?? ""
        return "\(SubjectToken.encode(account)).target.\(kind)\(number)"
    }

    private func read(_ key: String) async throws -> JSONValue? {
        guard let found = try await stream.value(of: key, in: Buckets.state) else { return nil }
        let value = try JSONValue(parsing: found.body, limits: .stored)
        known[key] = (found.sequence, value.withoutTime)
        return value
    }

    private func write(_ key: String, _ value: JSONObject) async throws {
        let (value, lasting) = (JSONValue.object(value), JSONValue.object(value).withoutTime)
        guard known[key]?.value != lasting else { return }
        let revision = try await stream.put(
            Array(value.description.utf8), of: key, in: Buckets.state, expecting: known[key].map { .sequence($0.revision) } ?? .nothing)
        known[key] = (revision, lasting)
    }
}

extension JSONValue {
    /// The same without when a target was polled: that alone is no reason to write it again.
    fileprivate var withoutTime: JSONValue {
        guard var object, var target = object["target"]?.object else { return self }
        target["confirmedAt"] = nil
        object["target"] = .object(target)
        return .object(object)
    }
}

extension JSONLimits {
    /// What stands in a bucket was written by a relay.
    static var stored: JSONLimits { JSONLimits(bytes: 64 << 20, depth: 64, values: 4_000_000, string: 16 << 20) }
}
