public import StrictJSON
public import WhatsAppBusiness

/// One difference between what a thing was and what it is.
public struct Change: Record {
    /// The place right behind this change: what to resume from.
    public var cursor: Cursor
    /// Its number in the ledger, from one, with no gap.
    public var sequence: Int
    /// When the answer that shows it came.
    public var observedAt: Timestamp
    /// The account's name in the configuration.
    public var account: String
    /// What kind of thing changed.
    public var kind: OpenEnum<Kind>
    /// Meta's id of it.
    public var id: String
    /// The number that it belongs to; a phone number belongs to itself.
    public var phoneNumberID: String?
    /// What happened.
    public var operation: OpenEnum<ChangeOperation>
    /// How it became known.
    public var origin: OpenEnum<Origin>
    /// How much it matters.
    public var severity: OpenEnum<Severity>
    /// What was recorded together has the same number; `nil` for what an early release recorded.
    public var transaction: Int?
    /// Who caused it, where `origin` is `command`: the user's name and number, `alice (1000)`.
    public var actor: String?
    /// The members that differ, sorted by their text; empty unless `operation` is `changed` or `reported`.
    public var fields: [JSONPointer]
    /// The document as it was, cut down to the members that differ.
    public var before: JSONObject?
    /// The document as it is, cut down to the members that differ.
    public var after: JSONObject?
    /// One English sentence for a person.
    public var summary: String

    /// One difference.
    public init(
        _ id: ResourceID, cursor: Cursor, sequence: Int, observedAt: Timestamp, operation: ChangeOperation, origin: Origin,
        severity: Severity,
        transaction: Int? = nil, actor: String? = nil, fields: [JSONPointer] = [], before: JSONObject? = nil, after: JSONObject? = nil,
        summary: String
    ) {
        self.init(
            id, cursor: cursor, sequence: sequence, observedAt: observedAt, operation: OpenEnum(operation), origin: OpenEnum(origin),
            severity: OpenEnum(severity), transaction: transaction, actor: actor, fields: fields, before: before, after: after,
            summary: summary)
    }

    /// One difference, of which only a later release may know what it is.
    @_disfavoredOverload
    public init(
        _ id: ResourceID, cursor: Cursor, sequence: Int, observedAt: Timestamp, operation: OpenEnum<ChangeOperation>,
        origin: OpenEnum<Origin>,
        severity: OpenEnum<Severity>, transaction: Int? = nil, actor: String? = nil, fields: [JSONPointer] = [], before: JSONObject? = nil,
        after: JSONObject? = nil, summary: String
    ) {
        self.cursor = cursor
        self.sequence = sequence
        self.observedAt = observedAt
        account = id.account
        kind = id.kind
        self.id = id.id
        phoneNumberID = id.phoneNumberID
        self.operation = operation
        self.origin = origin
        self.severity = severity
        self.transaction = transaction
        self.actor = actor
        self.fields = fields
        self.before = before
        self.after = after
        self.summary = summary
    }

    /// What the changed thing is told apart by.
    public var resourceID: ResourceID { ResourceID(account: account, kind: kind, id: id, phoneNumberID: phoneNumberID) }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        cursor = try member("cursor", .cursor)
        sequence = try member("sequence", .integer)
        observedAt = try member("observedAt", .time)
        account = try member("account", .text)
        kind = try member("kind", .open(Kind.self))
        id = try member("id", .text)
        phoneNumberID = try member(optional: "phoneNumberId", .text)
        operation = try member("operation", .open(ChangeOperation.self))
        origin = try member("origin", .open(Origin.self))
        severity = try member("severity", .open(Severity.self))
        transaction = try member(optional: "transaction", .integer)
        actor = try member(optional: "actor", .text)
        fields = try member("fields", .list(.pointer))
        before = try member(optional: "before", .object)
        after = try member(optional: "after", .object)
        summary = try member("summary", .text)
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "cursor": .string(cursor.text), "sequence": .integer(sequence), "observedAt": .string(observedAt.description),
            "account": .string(account), "kind": .string(kind.rawValue), "id": .string(id), "operation": .string(operation.rawValue),
            "origin": .string(origin.rawValue), "severity": .string(severity.rawValue), "fields": .list(fields.map(\.description)),
            "summary": .string(summary),
        ]
        json["phoneNumberId"] = phoneNumberID.map(JSONValue.string)
        json["transaction"] = transaction.map { .integer($0) }
        json["actor"] = actor.map(JSONValue.string)
        json["before"] = before.map(JSONValue.object)
        json["after"] = after.map(JSONValue.object)
        return json
    }
}
