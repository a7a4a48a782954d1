public import StrictJSON
public import WhatsAppBusiness

/// Which things and which changes are wanted. Every list given narrows; a list left out allows all, an empty one nothing.
public struct Filter: Record {
    /// Accounts by name. What concerns all of them is in each.
    public var accounts: Set<String>?
    /// Kinds of thing.
    public var kinds: Set<Kind>?
    /// Ids of things.
    public var ids: Set<String>?
    /// Ids of phone numbers; a number, and what belongs to it, has one, and what belongs to an account has none.
    public var phoneNumberIDs: Set<String>?
    /// What happened.
    public var operations: Set<ChangeOperation>?
    /// Members that a change has to touch, at them or below: `/throughput` holds `/throughput/level`, not `/throughputs`.
    public var fields: [JSONPointer]?
    /// The least urgent severity that is wanted.
    public var minimumSeverity: Severity?

    /// Elements that one list may have at most.
    public static let listLimit = 10_000

    /// What is wanted; the default is everything.
    public init(
        accounts: Set<String>? = nil, kinds: Set<Kind>? = nil, ids: Set<String>? = nil, phoneNumberIDs: Set<String>? = nil,
        operations: Set<ChangeOperation>? = nil, fields: [JSONPointer]? = nil, minimumSeverity: Severity? = nil
    ) {
        self.accounts = accounts
        self.kinds = kinds
        self.ids = ids
        self.phoneNumberIDs = phoneNumberIDs
        self.operations = operations
        self.fields = fields
        self.minimumSeverity = minimumSeverity
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("accounts", "kinds", "ids", "phoneNumberIds", "operations", "fields", "minimumSeverity")
        accounts = try member(optional: "accounts", .list(.name, atMost: Self.listLimit)).map { Set($0) }
        kinds = try member(optional: "kinds", .list(.choice(Kind.self), atMost: Self.listLimit)).map { Set($0) }
        ids = try member(optional: "ids", .list(.name, atMost: Self.listLimit)).map { Set($0) }
        phoneNumberIDs = try member(optional: "phoneNumberIds", .list(.name, atMost: Self.listLimit)).map { Set($0) }
        operations = try member(optional: "operations", .list(.choice(ChangeOperation.self), atMost: Self.listLimit)).map { Set($0) }
        fields = try member(optional: "fields", .list(.wantedPointer, atMost: Self.fieldLimit))
        minimumSeverity = try member(optional: "minimumSeverity", .choice(Severity.self))
    }

    /// A filter in a reply, perhaps of a later daemon: members that nobody knows are passed over.
    init(told json: JSONObject) throws(MemberError) {
        let known: Set = ["accounts", "kinds", "ids", "phoneNumberIds", "operations", "fields", "minimumSeverity"]
        do throws(MemberError) {
            try self.init(json: JSONObject(json.filter { known.contains($0.name) }.map { ($0.name, $0.value) }))
        } catch { throw MemberError("filter.\(error.member)", error.problem) }
    }

    /// Every pointer is compared with every field of a change, so there are few.
    public static let fieldLimit = 100

    public var json: JSONObject {
        var json = JSONObject()
        json["accounts"] = accounts.map { .list($0.sorted()) }
        json["kinds"] = kinds.map { .list($0.sorted().map(\.rawValue)) }
        json["ids"] = ids.map { .list($0.sorted()) }
        json["phoneNumberIds"] = phoneNumberIDs.map { .list($0.sorted()) }
        json["operations"] = operations.map { .list($0.map(\.rawValue).sorted()) }
        json["fields"] = fields.map { .list($0.map(\.description)) }
        json["minimumSeverity"] = minimumSeverity.map { .string($0.rawValue) }
        return json
    }
}
