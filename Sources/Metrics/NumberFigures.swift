import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What the metrics say of one phone number.
struct NumberFigures: Sendable {
    /// What the labels of all its samples begin with.
    private(set) var labels: [UInt8]
    /// The other labels of its information.
    private(set) var details: [UInt8] = []
    /// Its present status and rating; `nil` where they are not known.
    private(set) var status: String?
    private(set) var rating: String?
    /// Its messaging limit as the text of a sample's value.
    private(set) var limit: String?
    private var displayNumber: String?
    private var verifiedName: String?

    /// The members of a number's document that it is made of.
    static let members: Set<String> = [
        "display_phone_number", "verified_name", "status", "quality_rating", "whatsapp_business_manager_messaging_limit",
    ]

    init(account: String, id: String, _ document: JSONObject) {
        labels = []
        LabelText.write("account", account, first: true, into: &labels)
        LabelText.write("phone_number", id, into: &labels)
        take(Self.members, from: document)
    }

    /// Takes members of that document; one that is not in it is not known any more.
    mutating func take(_ names: some Sequence<String>, from document: JSONObject?) {
        for name in names {
            let text = document?[name]?.string
            switch name {
            case "display_phone_number": displayNumber = text
            case "verified_name": verifiedName = text
            case "status": status = text
            case "quality_rating": rating = text
            case "whatsapp_business_manager_messaging_limit": limit = text.flatMap(Self.limit)
            default: continue
            }
        }
        details = []
        LabelText.write("display_phone_number", displayNumber ?? "", into: &details)
        LabelText.write("verified_name", verifiedName ?? "", into: &details)
    }

    /// `10000` of `TIER_10K`; `nil` where the text names no limit.
    static func limit(_ text: String) -> String? {
        guard text.hasPrefix("TIER_") else { return nil }
        let tier = text.dropFirst("TIER_".count)
        if tier == "UNLIMITED" { return "+Inf" }
        let digits = tier.prefix { "0" <= $0 && $0 <= "9" }
        guard digits.utf8.count <= 12, let count = Int(digits) else { return nil }
        switch tier.dropFirst(digits.count) {
        case "": return String(count)
        case "K": return String(count * 1_000)
        case "M": return String(count * 1_000_000)
        default: return nil
        }
    }
}
