public import Changes
import StrictJSON
public import WhatsAppBusiness

/// An action that has begun: who does what at Meta, written down before its first request leaves, so that a daemon that is killed is followed by one that
/// knows of it. It holds no value that is set and no secret; of users it has the ids that tell whose doing a change is.
public struct BegunAction: Sendable, Equatable {
    /// What came of it, in the words of its journal entry.
    public struct End: Sendable, Equatable {
        /// The words.
        public var result: String
        /// Whether all of it was done.
        public var isWhole: Bool

        /// An end.
        public init(result: String, isWhole: Bool) {
            self.result = result
            self.isWhole = isWhole
        }
    }

    /// Its number in the ledger, which no other ever has; 0 before it is kept.
    public internal(set) var number: Int64 = 0
    /// The account's name, and Meta's id of it.
    public var account: String
    public var wabaID: String
    /// What the account must allow for it.
    public var action: String
    /// What it is done to.
    public var kind: Kind?
    public var id: String?
    public var phoneNumberID: String?
    /// Who: `alice (1000)`, and the number alone.
    public var actor: String
    public var userID: UInt32
    /// What, in words: `block 3 users at 106`.
    public var deed: String
    /// What may change by it.
    public var causes: [ActionCause]
    /// When it began.
    public var begunAt: Timestamp
    /// What came of it, where that was written down.
    public internal(set) var end: End?
    /// Whether the journal has it.
    public internal(set) var isTold = false

    /// An action that is about to begin.
    public init(
        account: String, wabaID: String, action: String, kind: Kind?, id: String?, phoneNumberID: String?, actor: String, userID: UInt32,
        deed: String, causes: [ActionCause], begunAt: Timestamp
    ) {
        self.account = account
        self.wabaID = wabaID
        self.action = action
        self.kind = kind
        self.id = id
        self.phoneNumberID = phoneNumberID
        self.actor = actor
        self.userID = userID
        self.deed = deed
        self.causes = causes
        self.begunAt = begunAt
    }
}

// How it is kept.

extension BegunAction {
    /// As it stands in a column, without what has columns of its own.
    var document: JSONObject {
        var document: JSONObject = [
            "account": .string(account), "waba_id": .string(wabaID), "action": .string(action), "actor": .string(actor),
            "uid": .integer(Int(userID)), "deed": .string(deed), "causes": .array(causes.map { .object($0.document) }),
        ]
        document["kind"] = kind.map { .string($0.rawValue) }
        document["id"] = id.map(JSONValue.string)
        document["phone_number_id"] = phoneNumberID.map(JSONValue.string)
        return document
    }

    /// `nil` for what this release cannot read.
    init?(number: Int64, _ document: JSONObject, begunAt: Timestamp) {
        guard let account = document["account"]?.string, let wabaID = document["waba_id"]?.string,
            let action = document["action"]?.string, let actor = document["actor"]?.string,
            let userID = document["uid"]?.integer.flatMap({ UInt32(exactly: $0) }), let deed = document["deed"]?.string,
            let listed = document["causes"]?.array
        else { return nil }
        let causes = listed.compactMap { $0.object.flatMap { ActionCause(actor: actor, $0) } }
        let kind = document["kind"]?.string
        guard causes.count == listed.count, kind == nil || kind.flatMap(Kind.init) != nil else { return nil }
        self.init(
            account: account, wabaID: wabaID, action: action, kind: kind.flatMap(Kind.init), id: document["id"]?.string,
            phoneNumberID: document["phone_number_id"]?.string, actor: actor, userID: userID, deed: deed, causes: causes, begunAt: begunAt)
        self.number = number
    }
}

extension ActionCause {
    /// As it stands in an action's document, which says who it was.
    fileprivate var document: JSONObject {
        func texts(_ texts: some Sequence<String>) -> JSONValue { .array(texts.sorted().map(JSONValue.string)) }
        var document: JSONObject = [
            "account": .string(target.account), "kind": .string(target.kind.rawValue), "operations": texts(operations.map(\.rawValue)),
        ]
        document["phone_number_id"] = target.phoneNumberID.map(JSONValue.string)
        document["ids"] = ids.map(texts)
        if !members.isEmpty { document["members"] = texts(members) }
        if !shows.isEmpty { document["shows"] = .object(shows) }
        return document
    }

    /// `nil` for what this release cannot read.
    fileprivate init?(actor: String, _ document: JSONObject) {
        func texts(_ name: String) -> [String]? { document[name]?.array?.compactMap(\.string) }
        guard let account = document["account"]?.string, let kind = document["kind"]?.string.flatMap(Kind.init),
            let operations = texts("operations")
        else { return nil }
        self.init(
            actor: actor, target: PollTarget(account: account, kind: kind, phoneNumberID: document["phone_number_id"]?.string),
            ids: texts("ids").map { Set($0) }, operations: Set(operations.compactMap(ChangeOperation.init)),
            members: Set(texts("members") ?? []), shows: document["shows"]?.object ?? [:])
    }
}
