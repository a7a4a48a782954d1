public import Changes
import GRDB
public import StrictJSON
public import WhatsAppBusiness

/// What an alarm is told apart by: account, id and the number that it is of. Account `*` is of what concerns all of them.
public struct AlarmKey: Sendable, Hashable {
    /// The account's name in the configuration, or `*`.
    public var account: String
    /// `NAME` or `NAME/ID`.
    public var id: String
    /// The number that it is of.
    public var phoneNumberID: String?

    /// The identity of an alarm.
    public init(account: String, id: String, phoneNumberID: String? = nil) {
        self.account = account
        self.id = id
        self.phoneNumberID = phoneNumberID
    }

    /// The same as that of a thing of kind `alarm`.
    public var resource: ResourceID { ResourceID(account: account, kind: .alarm, id: id, phoneNumberID: phoneNumberID) }
}

/// How an alarm stands from now on, and what is told of that.
public struct AlarmRecord: Sendable, Equatable {
    /// The alarm.
    public var key: AlarmKey
    /// What it is; `nil` if it has ended.
    public var document: JSONObject?
    /// What is told. Its origin and actor are those of the whole recording.
    public var change: DetectedChange

    /// An alarm that begins, changes or ends.
    public init(key: AlarmKey, document: JSONObject?, change: DetectedChange) {
        self.key = key
        self.document = document
        self.change = change
    }
}

extension Ledger {
    /// Keeps how alarms stand and tells what that changed, in one transaction.
    ///
    /// What is as it is kept already is not told again, so that a recording of unknown end can be made once more. An alarm of an account that is no longer
    /// watched is left out: it went with the account.
    /// - Parameters:
    ///   - origin: `command` where somebody muted or unmuted.
    ///   - actor: who that was.
    public func record(
        alarms: [AlarmRecord], origin: Origin, actor: String? = nil, at now: Timestamp
    ) async throws(LedgerError) {
        guard !alarms.isEmpty else { return }
        try await write { database in
            var writer = self.writer(database, at: now)
            for alarm in alarms { try writer.write(alarm, origin, actor) }
        }
    }

    /// Every alarm that there is, to go on from.
    public func alarms() async throws(LedgerError) -> [(key: AlarmKey, document: JSONObject)] {
        try await read { database in
            var alarms: [(AlarmKey, JSONObject)] = []
            let statement = try database.makeStatement(sql: "SELECT id, document FROM resource WHERE place = ? ORDER BY id")
            for place in try Place.matching(nil, [.alarm], nil, in: database) {
                for row in try Row.fetchAll(statement, arguments: [place.number]) {
                    let id: String = try row.value(0)
                    guard let document = ColumnCoding.document(row[1], of: id) else {
                        self.unreadable.note("\(place.account)/alarm/\(id)")
                        continue
                    }
                    alarms.append((AlarmKey(account: place.account, id: id, phoneNumberID: place.phoneNumberID), document))
                }
            }
            return alarms
        }
    }
}

extension RecordWriter {
    /// The alarms of a number that leaves end with it, which is told.
    mutating func endAlarms(ofNumber number: String, of account: String, _ origin: Origin) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, document FROM resource
                WHERE place IN (SELECT id FROM place WHERE account = ? AND kind = 'alarm' AND phone_number_id = ?) ORDER BY id
                """)
        for row in try Row.fetchAll(statement, arguments: ColumnCoding.columns([account, number])) {
            let key = AlarmKey(account: account, id: try row.value(0), phoneNumberID: number)
            let document = ColumnCoding.document(row[1], of: key.id)
            let summary = document?["summary"]?.string ?? key.id
            let words = summary.hasPrefix("\(account): ") ? summary.dropFirst(account.count + 2) : summary[...]
            try append(
                DetectedChange(
                    key.resource, .removed, origin: origin, severity: .info, before: document, summary: "\(account): ended: \(words)"))
        }
    }

    fileprivate mutating func write(_ alarm: AlarmRecord, _ origin: Origin, _ actor: String?) throws {
        let resource = alarm.key.resource
        let hasAccount = try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM account WHERE name = ?)"),
            arguments: [ColumnCoding.column(resource.account)])
        guard resource.account == ResourceID.allAccounts || hasAccount == true else { return }
        let kept = try document(of: resource)
        if let document = alarm.document {
            let column = ColumnCoding.document(document, of: resource.id)
            guard kept != column else { return }
            try put(resource, column, misses: 0, confirmedAt: now)
        } else {
            guard kept != nil else { return }
            try remove(resource)
        }
        var change = alarm.change
        change.resource = resource
        change.origin = OpenEnum(origin)
        change.actor = actor
        try append(change)
    }
}
