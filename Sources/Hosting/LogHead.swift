public import StrictJSON

/// Where an account's part of the stream ends, and what is being published behind it: one value a account, which only the holder of its newest epoch can
/// write. It is written before each message, so that whoever holds the account next can finish what was begun, and nobody can begin under an old epoch.
public struct LogHead: Sendable, Equatable {
    /// A message that is to be published.
    public struct Pending: Sendable, Equatable {
        /// The message's subject.
        public var subject: String
        /// What it is known by: account, epoch and sequence.
        public var id: String
        /// Its body.
        public var body: String
        /// The last message of the subject when it was begun; `nil` if there was none.
        public var last: UInt64?

        /// A message.
        public init(subject: String, id: String, body: String, last: UInt64?) {
            self.subject = subject
            self.id = id
            self.body = body
            self.last = last
        }
    }

    /// The epoch under which it was written.
    public var epoch: UInt64
    /// How many messages of the account there are, the pending one included.
    public var sequence: UInt64
    /// The host that wrote it.
    public var host: String
    /// Behind which of its daemon's changes the host goes on; `nil` before it has one.
    public var cursor: String?
    /// What may not be in the stream yet.
    public var pending: Pending?

    /// A head.
    public init(epoch: UInt64, sequence: UInt64, host: String, cursor: String? = nil, pending: Pending? = nil) {
        self.epoch = epoch
        self.sequence = sequence
        self.host = host
        self.cursor = cursor
        self.pending = pending
    }

    /// The text that is stored.
    public var json: JSONObject {
        var json: JSONObject = [
            "epoch": .number(JSONNumber(epoch)), "sequence": .number(JSONNumber(sequence)), "host": .string(host),
        ]
        json["cursor"] = cursor.map { .string($0) }
        json["pending"] = pending.map { pending in
            var json: JSONObject = ["subject": .string(pending.subject), "id": .string(pending.id), "body": .string(pending.body)]
            json["last"] = pending.last.map { .number(JSONNumber($0)) }
            return .object(json)
        }
        return json
    }

    /// - Throws: `MemberError`, where it is no head.
    public init(json: JSONObject) throws(MemberError) {
        func number(_ json: JSONObject, _ name: String) throws(MemberError) -> UInt64 {
            guard let value = json[name]?.integer, value >= 0 else { throw MemberError(name, "must be a number") }
            return UInt64(value)
        }
        func text(_ json: JSONObject, _ name: String) throws(MemberError) -> String {
            guard let value = json[name]?.string else { throw MemberError(name, "must be a string") }
            return value
        }
        var pending: Pending?
        if let value = json["pending"] {
            // A message that cannot be read is not none.
            guard let object = value.object else { throw MemberError("pending", "must be an object") }
            pending = Pending(
                subject: try text(object, "subject"), id: try text(object, "id"), body: try text(object, "body"),
                last: object["last"] == nil ? nil : try number(object, "last"))
        }
        self.init(
            epoch: try number(json, "epoch"), sequence: try number(json, "sequence"), host: try text(json, "host"),
            cursor: json["cursor"] == nil ? nil : try text(json, "cursor"), pending: pending)
    }
}
