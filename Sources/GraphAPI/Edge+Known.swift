import WhatsAppBusiness

// The field lists are those of the reference sheet; a name that Meta does not know fails the whole request, so they can be replaced by configuration.
// Left out on purpose: certificates, which change every week, and SIP passwords.

extension Edge {
    /// `GET /{WABA}/phone_numbers` (reference sheet, section 3). Every number with its automation, overrides and health in one list.
    public static let phoneNumbers = Edge(
        "phone_numbers", kind: .phoneNumber, path: "phone_numbers", fields: phoneNumberFields, limit: 100, form: .list,
        item: BusinessPhoneNumber.self, keys: ["/id"])

    /// `GET /{PHONE}`: one number outside a readable account.
    public static let phoneNumber = Edge(
        "phone number", kind: .phoneNumber, path: "", fields: phoneNumberFields, form: .node, item: BusinessPhoneNumber.self, keys: ["/id"])

    /// `GET /{PHONE}/whatsapp_business_profile` (section 4.4). An array of one; any member may be missing.
    public static let businessProfile = Edge(
        "whatsapp_business_profile", kind: .businessProfile, path: "whatsapp_business_profile",
        fields: ["about", "address", "vertical", "description", "email", "profile_picture_url", "websites"], form: .single,
        item: BusinessProfile.self)

    private static let phoneNumberFields = [
        "id", "verified_name", "display_phone_number", "conversational_automation", "status", "quality_rating", "quality_score",
        "webhook_configuration", "name_status", "new_name_status", "code_verification_status", "account_mode", "is_on_biz_app",
        "is_official_business_account", "is_pin_enabled", "is_preverified_number", "search_visibility", "platform_type", "throughput",
        "eligibility_for_api_business_global_search", "health_status", "last_onboarded_time", "country_code", "country_dial_code",
        "whatsapp_business_manager_messaging_limit",
    ]
}
