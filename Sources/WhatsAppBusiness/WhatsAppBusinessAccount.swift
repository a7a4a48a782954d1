public import StrictJSON

/// A WhatsApp Business Account: `GET /{WABA}` (https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/).
public struct WhatsAppBusinessAccount: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "id": .id, "name": .string, "timezone_id": .id, "message_template_namespace": .string, "status": .string,
        "account_review_status": .string, "business_verification_status": .string, "is_enabled_for_insights": .bool,
        "marketing_messages_lite_api_status": .string, "marketing_messages_onboarding_status": .string, "ownership_type": .string,
        "on_behalf_of_business_info": BusinessInfo.shape, "owner_business_info": BusinessInfo.shape, "currency": .string,
        "country": .string, "primary_business_location": .string, "disable_marketing_messages_on_cloud_api": .bool,
        "whatsapp_business_manager_messaging_limit": .string, "health_status": HealthStatus.shape,
        "subscribed_apps": .object(["data": .array(FacebookApplication.shape)]), "creation_time": .time,
        "is_shared_with_partners": .bool,
    ])

    /// Meta's id of the account.
    public var id: String? { id("id") }
    /// The name that its owner gave it.
    public var name: String? { text("name") }
    /// A number of Meta's own table of time zones, as text.
    public var timezoneID: String? { id("timezone_id") }
    /// The namespace of its templates.
    public var messageTemplateNamespace: String? { text("message_template_namespace") }
    /// Whether it may be used.
    public var status: OpenEnum<AccountStatus>? { open("status") }
    /// What Meta's review decided.
    public var reviewStatus: OpenEnum<AccountReviewStatus>? { open("account_review_status") }
    /// Whether the business behind it is verified; lower case on the wire.
    public var businessVerificationStatus: OpenEnum<BusinessVerificationStatus>? { open("business_verification_status") }
    /// Whether it may ask for analytics.
    public var isEnabledForInsights: Bool? { flag("is_enabled_for_insights") }
    /// Whether it may use the Marketing Messages Lite API.
    public var marketingMessagesLiteAPIStatus: OpenEnum<MarketingMessagesLiteAPIStatus>? { open("marketing_messages_lite_api_status") }
    /// How far it is on the way to marketing messages, or why it is not.
    public var marketingMessagesOnboardingStatus: OpenEnum<MarketingMessagesOnboardingStatus>? {
        open("marketing_messages_onboarding_status")
    }
    /// Whose it is.
    public var ownershipType: OpenEnum<OwnershipType>? { open("ownership_type") }
    /// The business on whose behalf it is run.
    public var onBehalfOfBusiness: BusinessInfo? { part("on_behalf_of_business_info") }
    /// The business that owns it.
    public var ownerBusiness: BusinessInfo? { part("owner_business_info") }
    /// ISO 4217.
    public var currency: String? { text("currency") }
    /// ISO 3166-1, two letters.
    public var country: String? { text("country") }
    /// Where the business is, two letters.
    public var primaryBusinessLocation: String? { text("primary_business_location") }
    /// Whether marketing messages are kept off the Cloud API.
    public var areMarketingMessagesDisabled: Bool? { flag("disable_marketing_messages_on_cloud_api") }
    /// How many people may be written to first in a day, for the whole portfolio.
    public var messagingLimit: OpenEnum<MessagingLimit>? { open("whatsapp_business_manager_messaging_limit") }
    /// Whether messages can be sent, and what stands in the way.
    public var healthStatus: HealthStatus? { part("health_status") }
    /// The apps that get its webhooks; an edge that is asked for as a field.
    public var subscribedApps: [FacebookApplication]? { data("subscribed_apps") }
    /// When it was made, in Unix seconds.
    public var creationTime: Int64? { integer("creation_time") }
    /// Whether partners share it.
    public var isSharedWithPartners: Bool? { flag("is_shared_with_partners") }
}

/// A business that has to do with an account.
public struct BusinessInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "name": .string, "status": .string, "type": .string])

    /// Meta's id of the business.
    public var id: String? { id("id") }
    /// Its name.
    public var name: String? { text("name") }
    /// Whether it was approved.
    public var status: String? { text("status") }
    /// What it is to the account.
    public var type: String? { text("type") }
}
