public import StrictJSON
public import WhatsAppBusiness

/// One difference, as it is recorded and announced. What is announced of it beyond this (sequence, cursor, time) the ledger adds.
public struct DetectedChange: Sendable, Equatable {
    /// The thing.
    public var resource: ResourceID
    /// What happened to it.
    public var operation: OpenEnum<ChangeOperation>
    /// How it became known.
    public var origin: OpenEnum<Origin>
    /// How urgent it is.
    public var severity: OpenEnum<Severity>
    /// Where members differ, sorted; empty unless the operation is `changed`.
    public var fields: [JSONPointer]
    /// What was, cut down to what differs.
    public var before: JSONObject?
    /// What is, cut down to what differs.
    public var after: JSONObject?
    /// One English sentence for a person.
    public var summary: String
    /// Who caused it, where a command did: the user's name and number, `alice (1000)`.
    public var actor: String?

    /// A change.
    public init(
        _ resource: ResourceID, _ operation: ChangeOperation, origin: Origin = .poll, severity: Severity, fields: [JSONPointer] = [],
        before: JSONObject? = nil, after: JSONObject? = nil, summary: String
    ) {
        self.init(
            resource, OpenEnum(operation), origin: OpenEnum(origin), severity: OpenEnum(severity), fields: fields, before: before,
            after: after, summary: summary)
    }

    /// A change as it was recorded, perhaps by a later release.
    @_disfavoredOverload
    public init(
        _ resource: ResourceID, _ operation: OpenEnum<ChangeOperation>, origin: OpenEnum<Origin>, severity: OpenEnum<Severity>,
        fields: [JSONPointer] = [], before: JSONObject? = nil, after: JSONObject? = nil, summary: String
    ) {
        self.resource = resource
        self.operation = operation
        self.origin = origin
        self.severity = severity
        self.fields = fields
        self.before = before
        self.after = after
        self.summary = summary
    }
}

extension DetectedChange {
    /// Whether this is what was found when a thing or a list was polled for the first time, and not members that became known of a thing that was
    /// known. A ledger keeps nothing of that but the sentence; every release has ended it so.
    public var isFirstLook: Bool { operation == .baseline && summary.hasSuffix(Wording.beginning) }

    /// How many things a list had at the first look at it; `nil` of a single thing.
    public var countFound: Int64? {
        guard operation == .baseline, let after, Array(after.names) == ["count"] else { return nil }
        return after["count"]?.integer
    }

    /// The thing's document after this change, from the one before it; `nil` if the thing is gone. A baseline of members that were not known
    /// before joins them; a baseline of a whole list says nothing of a single thing, nor does an operation that is not known.
    public func applied(to document: JSONObject?) -> JSONObject? {
        switch operation.known {
        case .removed: return nil
        case .added: return after
        case .reported, nil: return document
        case .baseline:
            guard var joined = document else { return after }
            for member in after ?? [:] { joined[member.name] = member.value }
            return joined
        case .changed:
            var changed = document ?? [:]
            for field in fields { changed.set(after?.value(at: field), at: field.names) }
            return changed
        }
    }
}
