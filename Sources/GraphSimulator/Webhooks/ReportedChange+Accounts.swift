import StrictJSON
import WhatsAppBusiness

/// What Meta reports of accounts.
extension ReportedChange {
    typealias Value = (field: String, value: JSONObject)

    /// The new text of a member, if it is another one than before.
    static func change(_ name: String, _ old: JSONObject, _ new: JSONObject) -> String? {
        guard let text = new[member: name]?.string, text != old[member: name]?.string else { return nil }
        return text
    }

    static func accountChanges(_ old: Account, _ new: Account, _ now: Timestamp) -> [Value] {
        var values: [Value] = []
        if let status = change("status", old.document, new.document) {
            let before = old.document[member: "status"]?.string ?? ""
            if let update = update(of: status, before, now) { values.append(("account_update", update)) }
        }
        if let decision = change("account_review_status", old.document, new.document) {
            values.append(("account_review_update", ["decision": .string(decision)]))
        }
        if let country = change("primary_business_location", old.document, new.document) {
            values.append(("account_update", ["event": "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", "country": .string(country)]))
        }
        return values
    }

    /// The value of `account_update` for a status.
    private static func update(of status: String, _ before: String, _ now: Timestamp) -> JSONObject? {
        func ban(_ state: JSONValue) -> JSONObject {
            ["event": "DISABLED_UPDATE", "ban_info": ["waba_ban_state": state, "waba_ban_date": .string(englishDate(now))]]
        }
        switch status {
        case "BANNED", "DISABLED": return ban("DISABLE")
        case "SUSPENDED": return ban("SCHEDULE_FOR_DISABLE")
        case "RESTRICTED":
            let end = now.advanced(by: .seconds(7 * 86_400)).milliseconds / 1000
            return [
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [["restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": .integer(end)]],
            ]
        case "DELETED": return ["event": "ACCOUNT_DELETED"]
        case "OFFBOARDED", "DISCONNECTED": return ["event": "ACCOUNT_OFFBOARDED"]
        case "ACTIVE" where ["BANNED", "DISABLED", "SUSPENDED"].contains(before): return ban("REINSTATE")
        case "ACTIVE" where ["OFFBOARDED", "DISCONNECTED"].contains(before): return ["event": "ACCOUNT_RECONNECTED"]
        default: return nil
        }
    }

    /// `April 17, 2025`, as in `ban_info`.
    private static func englishDate(_ moment: Timestamp) -> String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
        ]
        let parts = moment.description.prefix(10).split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), let day = Int(parts[2]), months.indices.contains(month - 1) else { return "" }
        return "\(months[month - 1]) \(day), \(parts[0])"
    }

    /// The limit is the portfolio's, wherever it is shown: reported once.
    static func limitChanges(_ old: Account, _ new: Account) -> [Value] {
        let name = "whatsapp_business_manager_messaging_limit"
        var limits = [change(name, old.document, new.document)]
        let numbers = Dictionary(old.phoneNumbers.map { ($0.id, $0.document) }) { first, _ in first }
        for number in new.phoneNumbers { if let before = numbers[number.id] { limits.append(change(name, before, number.document)) } }
        var seen: [String] = []
        return limits.compactMap(\.self).compactMap { limit in
            guard !seen.contains(limit) else { return nil }
            seen.append(limit)
            return (
                "business_capability_update", ["max_daily_conversations_per_business": count(of: limit), "max_phone_numbers_per_waba": 25]
            )
        }
    }

    /// `TIER_2K` as a number, `TIER_UNLIMITED` as -1, anything else as it is.
    private static func count(of limit: String) -> JSONValue {
        let size = limit.hasPrefix("TIER_") ? limit.dropFirst(5) : ""
        if size == "UNLIMITED" { return -1 }
        if let count = Int(size) { return .integer(count) }
        if size.hasSuffix("K"), let thousands = Int(size.dropLast()) { return .integer(thousands * 1000) }
        return .string(limit)
    }
}
