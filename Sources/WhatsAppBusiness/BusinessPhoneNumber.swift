public import StrictJSON

/// A phone number of an account: `GET /{WABA}/phone_numbers`, or `GET /{PHONE}` (reference sheet, section 3).
public struct BusinessPhoneNumber: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "id": .id, "verified_name": .string, "display_phone_number": .string, "status": .string, "quality_rating": .string,
        "quality_score": .object(["score": .string]), "name_status": .string, "new_name_status": .string,
        "code_verification_status": .string, "account_mode": .string, "platform_type": .string, "search_visibility": .string,
        "throughput": .object(["level": .string]), "messaging_limit_tier": .string,
        "whatsapp_business_manager_messaging_limit": .string, "is_on_biz_app": .bool, "is_official_business_account": .bool,
        "is_pin_enabled": .bool, "is_preverified_number": .bool, "eligibility_for_api_business_global_search": .string,
        "certificate": .string, "new_certificate": .string, "last_onboarded_time": .string, "country_code": .string,
        "country_dial_code": .string, "username": .string,
    ])

    /// Meta's id of the number.
    public var id: String? { id("id") }
    /// The name that people see.
    public var verifiedName: String? { text("verified_name") }
    /// The number for people: `+1 555-093-4873`.
    public var displayPhoneNumber: String? { text("display_phone_number") }
    /// Whether and how it is connected.
    public var status: Open<PhoneNumberStatus>? { open("status") }
    /// How the people who get its messages rate them.
    public var qualityRating: Open<QualityRating>? { open("quality_rating") }
    /// How many people it may write to first in a day, for the whole portfolio.
    public var messagingLimit: Open<MessagingLimit>? { open("whatsapp_business_manager_messaging_limit") }
    /// How fast it may send.
    public var throughput: Open<ThroughputLevel>? { json["throughput"]?["level"]?.string.map { Open($0) } }
    /// Whether its name was approved.
    public var nameStatus: Open<NameStatus>? { open("name_status") }
    /// Whether two-step verification has a PIN.
    public var isPINEnabled: Bool? { flag("is_pin_enabled") }
}

/// Whether and how a number is connected. The full list is not published.
public enum PhoneNumberStatus: String, Sendable, CaseIterable {
    case connected = "CONNECTED"
    case disconnected = "DISCONNECTED"
    case pending = "PENDING"
    case flagged = "FLAGGED"
    case restricted = "RESTRICTED"
    case rateLimited = "RATE_LIMITED"
    case offline = "OFFLINE"
    case migrated = "MIGRATED"
    case deleted = "DELETED"
    case banned = "BANNED"
}

/// How the people who get a number's messages rate them.
public enum QualityRating: String, Sendable, CaseIterable {
    case green = "GREEN"
    case yellow = "YELLOW"
    case red = "RED"
    case notAvailable = "NA"
    case unknown = "UNKNOWN"
}

/// How many people may be written to first in a day.
public enum MessagingLimit: String, Sendable, CaseIterable {
    case tier250 = "TIER_250"
    case tier1K = "TIER_1K"
    case tier2K = "TIER_2K"
    case tier10K = "TIER_10K"
    case tier100K = "TIER_100K"
    case unlimited = "TIER_UNLIMITED"
    case untiered = "UNTIERED"
}

/// How fast a number may send.
public enum ThroughputLevel: String, Sendable, CaseIterable {
    case standard = "STANDARD"
    case high = "HIGH"
    case notApplicable = "NOT_APPLICABLE"
}

/// Whether a display name was approved.
public enum NameStatus: String, Sendable, CaseIterable {
    case approved = "APPROVED"
    case availableWithoutReview = "AVAILABLE_WITHOUT_REVIEW"
    case declined = "DECLINED"
    case expired = "EXPIRED"
    case pendingReview = "PENDING_REVIEW"
    case none = "NONE"
}
