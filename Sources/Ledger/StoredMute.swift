import StrictJSON
public import WhatsAppBusiness

/// A mute as it is kept: which alarms somebody knows of and does not want to be woken by, until when, and who that is. Every list given narrows, as in a
/// filter; `nil` stands for all.
public struct StoredMute: Sendable, Equatable {
    /// What it is told apart by; the ledger gives it, and never a second time.
    public var id: String
    /// Names of accounts. Unlike a filter of changes these do not include what concerns all accounts: whoever mutes one account does not mute the connection.
    public var accounts: Set<String>?
    /// Ids of alarms: `quality`, `health/7`.
    public var ids: Set<String>?
    /// Numbers that the alarms are of.
    public var phoneNumberIDs: Set<String>?
    /// Names of alarms: `quality`, `health`.
    public var names: Set<String>?
    /// When it ends by itself.
    public var until: Timestamp
    /// Why, in the words of whoever muted.
    public var reason: String?
    /// Who: the peer's user name and number, `alice (1000)`.
    public var by: String
    /// Since when.
    public var since: Timestamp

    /// A mute.
    public init(
        id: String = "", accounts: Set<String>? = nil, ids: Set<String>? = nil, phoneNumberIDs: Set<String>? = nil,
        names: Set<String>? = nil, since: Timestamp, until: Timestamp, reason: String? = nil, by: String
    ) {
        self.id = id
        self.accounts = accounts
        self.ids = ids
        self.phoneNumberIDs = phoneNumberIDs
        self.names = names
        self.since = since
        self.until = until
        self.reason = reason
        self.by = by
    }
}

/// What became of a mute. The alarms that it matches are told of it by whoever keeps them.
public enum MuteEvent: Sendable, Equatable {
    /// It is in force since it was kept.
    case added(StoredMute)
    /// Somebody ended it: the user's name and number.
    case removed(StoredMute, actor: String)
}

extension MuteEvent {
    /// Who did it.
    public var actor: String {
        switch self {
        case .added(let mute): mute.by
        case .removed(_, let actor): actor
        }
    }
}

extension StoredMute {
    /// As it stands in a column, without its id.
    var document: JSONObject {
        var document: JSONObject = [
            "since": .integer(Int(since.milliseconds)), "until": .integer(Int(until.milliseconds)), "by": .string(by),
        ]
        func texts(_ texts: Set<String>?) -> JSONValue? { texts.map { .array($0.sorted().map(JSONValue.string)) } }
        document["accounts"] = texts(accounts)
        document["ids"] = texts(ids)
        document["phone_number_ids"] = texts(phoneNumberIDs)
        document["names"] = texts(names)
        document["reason"] = reason.map(JSONValue.string)
        return document
    }

    /// `nil` for what is no mute, or has a member that only a later release reads: it may narrow what this one would mute.
    init?(id: String, _ document: JSONObject) {
        let known: Set = ["since", "until", "by", "accounts", "ids", "phone_number_ids", "names", "reason"]
        guard document.names.allSatisfy(known.contains), let since = document["since"]?.integer, let until = document["until"]?.integer,
            let by = document["by"]?.string
        else { return nil }
        func texts(_ name: String) -> Set<String>? { document[name]?.array.map { Set($0.compactMap(\.string)) } }
        self.init(
            id: id, accounts: texts("accounts"), ids: texts("ids"), phoneNumberIDs: texts("phone_number_ids"), names: texts("names"),
            since: Timestamp(milliseconds: since), until: Timestamp(milliseconds: until), reason: document["reason"]?.string, by: by)
    }
}
