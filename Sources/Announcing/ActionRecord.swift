package import Systemd
package import WhatsAppBusiness

/// What somebody did at Meta through the daemon, or tried to: one entry in the journal. It holds no value that was set, and nobody who was blocked.
package struct ActionRecord: Sendable, Equatable {
    /// The account's name, and Meta's id of it; `*` where the call did not come so far.
    package var account: String
    package var wabaID: String?
    /// The name of the action, as an account allows it, or of the method that was refused.
    package var action: String
    /// What it was done to.
    package var kind: Kind?
    package var id: String?
    package var phoneNumberID: String?
    /// Who: `alice (1000)`, and the number alone.
    package var actor: String
    package var userID: UInt32
    /// What, in words: `block 3 users at 106`.
    package var deed: String
    /// What came of it, in words.
    package var result: String
    /// Whether all of it was done.
    package var isWhole: Bool

    /// A record.
    package init(
        account: String, wabaID: String? = nil, action: String, kind: Kind? = nil, id: String? = nil, phoneNumberID: String? = nil,
        actor: String, userID: UInt32, deed: String, result: String, isWhole: Bool
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
        self.result = result
        self.isWhole = isWhole
    }

    /// The sentence.
    package var summary: String { "\(account): \(actor): \(deed): \(result)" }
    /// Notice for what was done, warning for everything else.
    package var priority: JournalPriority { isWhole ? .notice : .warning }
}

extension JournalEntry {
    /// The entry of an action, with the fields of systemd/wabawatch.catalog.
    init(_ record: ActionRecord) {
        self.init()
        append(.message, bytes: Array(record.summary.utf8).cut(to: Self.longestMessage))
        append(.messageID, MessageID.action.rawValue)
        append(.priority, record.priority)
        append(.identifier, "wabawatchd")
        append("WABAWATCH_ACCOUNT", bytes: Array(record.account.utf8).cut(to: Self.longestField))
        if let wabaID = record.wabaID { append("WABAWATCH_WABA_ID", wabaID) }
        if let kind = record.kind { append("WABAWATCH_KIND", kind.rawValue) }
        if let id = record.id { append("WABAWATCH_ID", bytes: Array(id.utf8).cut(to: Self.longestField)) }
        if let number = record.phoneNumberID { append("WABAWATCH_PHONE_NUMBER_ID", bytes: Array(number.utf8).cut(to: Self.longestField)) }
        append("WABAWATCH_ORIGIN", Origin.command.rawValue)
        append("WABAWATCH_ACTOR_UID", record.userID)
        append("WABAWATCH_ACTION", record.action)
    }
}
