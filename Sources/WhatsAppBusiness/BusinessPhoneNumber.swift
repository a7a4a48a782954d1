public import StrictJSON

/// A phone number of an account: `GET /{WABA}/phone_numbers`, or `GET /{PHONE}`
/// (https://developers.facebook.com/docs/whatsapp/business-management-api/manage-phone-numbers).
public struct BusinessPhoneNumber: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "id": .id, "verified_name": .string, "display_phone_number": .string, "status": .string, "quality_rating": .string,
        "quality_score": QualityScore.shape, "name_status": .string, "new_name_status": .string, "code_verification_status": .string,
        "account_mode": .string, "platform_type": .string, "search_visibility": .string, "throughput": .object(["level": .string]),
        "messaging_limit_tier": .string, "whatsapp_business_manager_messaging_limit": .string, "is_on_biz_app": .bool,
        "is_official_business_account": .bool, "is_pin_enabled": .bool, "is_preverified_number": .bool,
        "eligibility_for_api_business_global_search": .string, "certificate": .string, "new_certificate": .string,
        "last_onboarded_time": .time, "country_code": .string, "country_dial_code": .id, "username": .string,
        "health_status": HealthStatus.shape, "conversational_automation": ConversationalAutomation.shape,
        "webhook_configuration": WebhookConfiguration.shape,
    ])

    /// Meta's id of the number.
    public var id: String? { id("id") }
    /// The name that people see.
    public var verifiedName: String? { text("verified_name") }
    /// The number for people: `+1 555-093-4873`. Webhooks send bare digits.
    public var displayPhoneNumber: String? { text("display_phone_number") }
    /// Whether and how it is connected.
    public var status: OpenEnum<PhoneNumberStatus>? { open("status") }
    /// How the people who get its messages rate them.
    public var qualityRating: OpenEnum<QualityRating>? { open("quality_rating") }
    /// The same rating with its reasons.
    public var qualityScore: QualityScore? { part("quality_score") }
    /// How many people it may write to first in a day, for the whole portfolio.
    public var messagingLimit: OpenEnum<MessagingLimit>? { open("whatsapp_business_manager_messaging_limit") }
    /// How fast it may send.
    public var throughput: OpenEnum<ThroughputLevel>? { json["throughput"]?["level"]?.string.map { OpenEnum($0) } }
    /// Whether its name was approved.
    public var nameStatus: OpenEnum<NameStatus>? { open("name_status") }
    /// Whether the name that is asked for was approved.
    public var newNameStatus: OpenEnum<NameStatus>? { open("new_name_status") }
    /// Whether its owner has proved to be its owner.
    public var codeVerificationStatus: OpenEnum<CodeVerificationStatus>? { open("code_verification_status") }
    /// For real or for tests.
    public var accountMode: OpenEnum<AccountMode>? { open("account_mode") }
    /// What it runs on.
    public var platformType: OpenEnum<PlatformType>? { open("platform_type") }
    /// Whether it can be searched for.
    public var searchVisibility: OpenEnum<SearchVisibility>? { open("search_visibility") }
    /// Whether and why not it is found all over the world.
    public var globalSearchEligibility: String? { text("eligibility_for_api_business_global_search") }
    /// Whether two-step verification has a PIN.
    public var isPINEnabled: Bool? { flag("is_pin_enabled") }
    /// Whether it has the badge.
    public var isOfficialBusinessAccount: Bool? { flag("is_official_business_account") }
    /// Whether the business app uses it too.
    public var isOnBusinessApp: Bool? { flag("is_on_biz_app") }
    /// Whether it came verified from a partner.
    public var isPreverified: Bool? { flag("is_preverified_number") }
    /// When it was last connected: `2023-08-31T19:05:53+0000`.
    public var lastOnboardedTime: String? { text("last_onboarded_time") }
    /// ISO 3166-1, two letters.
    public var countryCode: String? { text("country_code") }
    /// The digits behind the plus sign.
    public var countryDialCode: String? { id("country_dial_code") }
    /// The name by which people find it.
    public var username: String? { text("username") }
    /// Whether messages can be sent, and what stands in the way.
    public var healthStatus: HealthStatus? { part("health_status") }
    /// What it offers before anybody writes; missing when nothing was ever set.
    public var conversationalAutomation: ConversationalAutomation? { part("conversational_automation") }
    /// Where its webhooks go.
    public var webhookConfiguration: WebhookConfiguration? { part("webhook_configuration") }
}
