import Changes
import StrictJSON
import WhatsAppBusiness

/// The class of a journal entry: each has its id, and an entry in the catalog that says what it means. A kind's is in its row.
struct MessageID: RawRepresentable, Hashable {
    let rawValue: String

    static let qualityRating = MessageID(rawValue: "3c7c1e55ca3e4001a9b7c655120c1e49")
    static let phoneNumberStatus = MessageID(rawValue: "3ffb47b1e17a43f0b50f2f85c6cb8731")
    static let messagingLimit = MessageID(rawValue: "711a449853b143398be757bbf9377a29")

    /// What was found at first, of whatever kind: nothing happened to it.
    static let baseline = MessageID(rawValue: "6b1e2f7f0c0f4d0d9c2a5b3c8c7b1a42")

    /// What Meta reported by a webhook, of whatever kind: nothing of it was seen yet.
    static let reported = MessageID(rawValue: "2c9f4b7e61d8420fa3b5e7d90c1f8a26")

    /// What somebody did at Meta through the daemon, or was refused.
    static let action = MessageID(rawValue: "8e4a1d5c7b2f4936b0d8f6e3a9c5712b")

    /// Every class.
    static let all = Set(
        Kind.allCases.map { MessageID($0) } + [qualityRating, phoneNumberStatus, messagingLimit, baseline, reported, action])

    init(rawValue: String) { self.rawValue = rawValue }

    /// The class of a kind's changes.
    init(_ kind: Kind) { rawValue = kind.row.messageID }

    /// The class of a change; `nil` for one of a kind that only a later release knows. Of a phone number's members the first of this order decides: rating, status, limits, callback, automation, others.
    init?(of change: DetectedChange) {
        if change.operation == .baseline {
            self = .baseline
            return
        }
        if change.operation == .reported {
            self = .reported
            return
        }
        guard let kind = change.resource.kind.known else { return nil }
        self = kind == .phoneNumber ? Self.phoneNumber(change.fields) : MessageID(kind)
    }

    private static func phoneNumber(_ fields: [JSONPointer]) -> MessageID {
        let members = Set(fields.compactMap(\.names.first))
        if !members.isDisjoint(with: ["quality_rating", "quality_score"]) { return .qualityRating }
        if members.contains("status") { return .phoneNumberStatus }
        if !members.isDisjoint(with: ["whatsapp_business_manager_messaging_limit", "throughput"]) { return .messagingLimit }
        if members.contains("webhook_configuration") { return MessageID(.subscribedApp) }
        if members.contains("conversational_automation") { return MessageID(.phoneNumberSettings) }
        return MessageID(.phoneNumber)
    }
}
