public import WhatsAppBusiness

/// Which alarms somebody knows of and does not want to be woken by, until when, and who that is. Every list given narrows; `nil` stands for all.
public struct AlarmMute: Sendable, Equatable {
    /// What it is told apart by; the ledger gives it, and never a second time.
    public var id: String
    /// Names of accounts. Whoever mutes one account does not mute what concerns all of them, account `*`.
    public var accounts: Set<String>?
    /// Ids of alarms: `quality/107878721936019`.
    public var ids: Set<String>?
    /// Numbers that the alarms are of.
    public var phoneNumberIDs: Set<String>?
    /// Names of alarms. One that is not known mutes nothing.
    public var names: Set<String>?
    /// Since when.
    public var since: Timestamp
    /// When it ends by itself.
    public var until: Timestamp
    /// Why, in the words of whoever muted.
    public var reason: String?
    /// Who: the peer's user name and number, `alice (1000)`.
    public var by: String

    /// A mute.
    public init(
        id: String = "", accounts: Set<String>? = nil, ids: Set<String>? = nil, phoneNumberIDs: Set<String>? = nil,
        names: Set<String>? = nil,
        since: Timestamp, until: Timestamp, reason: String? = nil, by: String
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

    /// Whether it is for that alarm of that account, at whatever time.
    public func matches(_ alarm: AlarmID, of account: String) -> Bool {
        (accounts?.contains(account) ?? true) && (ids?.contains(alarm.description) ?? true)
            && (names?.contains(alarm.name.rawValue) ?? true)
            && (phoneNumberIDs.map { wanted in alarm.phoneNumberID.map(wanted.contains) ?? false } ?? true)
    }
}
