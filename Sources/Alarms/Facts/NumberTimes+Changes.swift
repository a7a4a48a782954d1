public import StrictJSON
public import WhatsAppBusiness

extension NumberTimes {
    /// Takes a change of the number: the members before and after that differ, or the whole document where it is new.
    public mutating func on(before: JSONObject?, after: JSONObject?, at now: Timestamp) {
        if before?["platform_type"]?.string?.uppercased() == "CLOUD_API" || after?["platform_type"]?.string?.uppercased() == "CLOUD_API" {
            wasOnCloudAPI = true
        }
        if let status = Self.word("status", before, after) { pendingSince = status == "PENDING" ? now : nil }
        for name in ["name_status", "new_name_status"] {
            if Self.word(name, before, after) == "PENDING_REVIEW" { reviewSince = now }
        }
    }

    /// Fits what is known to the number's document: what it does not show any more is over, and what it shows without a change in all that is known has
    /// lasted since before that.
    /// - Parameter beginning: the moment that all changes since are known of.
    public mutating func fit(_ number: NumberFacts, knownSince beginning: Timestamp) {
        pendingSince = number.status == "PENDING" ? pendingSince ?? beginning : nil
        reviewSince = [number.nameStatus, number.newNameStatus].contains("PENDING_REVIEW") ? reviewSince ?? beginning : nil
        if number.platform == "CLOUD_API" { wasOnCloudAPI = true }
    }

    /// What a member became, in capitals; empty where it went; `nil` where it did not change.
    private static func word(_ name: String, _ before: JSONObject?, _ after: JSONObject?) -> String? {
        guard let value = after?[name] else { return before?[name] == nil ? nil : "" }
        return value.string?.uppercased() ?? ""
    }
}
