import StrictJSON
import WhatsAppBusiness

/// A change that Meta reports by a webhook: `field` and `value` of an entry's change.
struct ReportedChange: Sendable, Equatable {
    /// The WABA id.
    var account: String
    var field: String
    var value: JSONObject
    /// When it was, in Unix seconds; `nil` for fields whose entries Meta gives no time.
    var time: Int64?
}

extension ReportedChange {
    /// A body of these changes, as Meta writes it: an entry for each account and time, in order.
    static func body(of changes: [ReportedChange]) -> [UInt8] {
        var entries: [(account: String, time: Int64?, changes: [JSONValue])] = []
        for change in changes {
            let written: JSONValue = ["value": .object(change.value), "field": .string(change.field)]
            if let last = entries.last, last.account == change.account, last.time == change.time {
                entries[entries.count - 1].changes.append(written)
            } else {
                entries.append((change.account, change.time, [written]))
            }
        }
        let written = entries.map { entry in
            var object: JSONObject = ["id": .string(entry.account)]
            object["time"] = entry.time.map { .integer($0) }
            object["changes"] = .array(entry.changes)
            return JSONValue.object(object)
        }
        return JSONValue.object(["object": "whatsapp_business_account", "entry": .array(written)]).graphJSON
    }

    /// What Meta would report of the differences between two states of the platform. Everything else (profiles, ratings, QR codes, blocked users, most settings)
    /// it tells nobody.
    static func between(_ before: Platform, _ after: Platform, at now: Timestamp) -> [ReportedChange] {
        after.accounts.keys.sorted().flatMap { id -> [ReportedChange] in
            guard let old = before.accounts[id], let new = after.accounts[id] else { return [] }
            let seconds = now.milliseconds / 1000
            let values =
                accountChanges(old, new, now) + limitChanges(old, new) + numberChanges(old, new, seconds) + templateChanges(old, new)
            return values.map { field, value in
                ReportedChange(account: id, field: field, value: value, time: field == "account_settings_update" ? nil : seconds)
            }
        }
    }
}
