public import StrictJSON
public import WhatsAppBusiness

/// How an alarm stands from now on, which is told: an alarm's document never changes without that.
public struct AlarmUpdate: Sendable, Equatable {
    /// The alarm.
    public var id: AlarmID
    /// Whether it begins (`added`), changes or ends (`removed`).
    public var operation: ChangeOperation
    /// How urgent the news is: the alarm's own severity; `info` for its end, for mutes, and for what is muted.
    public var severity: Severity
    /// The document until now; `nil` where it begins.
    public var before: JSONObject?
    /// The document from now on; `nil` where it ends.
    public var after: JSONObject?
    /// One sentence.
    public var summary: String
    /// Who muted or unmuted it, where that is the news.
    public var actor: String?
}

/// An alarm that was there when the process before this one ended.
public struct StoredAlarm: Sendable, Equatable {
    /// The alarm.
    public var id: AlarmID
    /// Its document.
    public var document: JSONObject
    /// When it changed last.
    public var changedAt: Timestamp

    /// An alarm.
    public init(_ id: AlarmID, _ document: JSONObject, changedAt: Timestamp) {
        self.id = id
        self.document = document
        self.changedAt = changedAt
    }
}

/// What was told of an alarm before this process began: within the last hour, and before that where it says that the alarm comes and goes.
public struct ToldAlarm: Sendable, Equatable {
    /// The alarm.
    public var id: AlarmID
    /// Whether it began, changed or ended.
    public var operation: ChangeOperation
    /// When.
    public var at: Timestamp
    /// Whether it says that the alarm comes and goes.
    public var flaps: Bool

    /// News of an alarm.
    public init(_ id: AlarmID, _ operation: ChangeOperation, at: Timestamp, flaps: Bool = false) {
        self.id = id
        self.operation = operation
        self.at = at
        self.flaps = flaps
    }
}
