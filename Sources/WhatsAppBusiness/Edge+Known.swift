public import WhatsAppBusiness

// The field lists are those of the reference sheet; a name that Meta does not know fails the whole request, so they can be replaced by configuration.
// Left out on purpose: certificates, which change every week, and SIP passwords.

extension Edge {
    /// Every edge that is watched, one for each kind; `phoneNumber`, `ownedAccounts` and `clientAccounts` are asked on demand.
    public static let watched = [
        account, phoneNumbers, phoneNumberSettings, businessProfile, commerceSettings, blockedUsers, qrCodes, messageTemplates,
    ]

    /// The edge that serves a kind; apps come with their account.
    public static func serving(_ kind: Kind) -> Edge? { kind == .subscribedApp ? account : watched.first { $0.kind == kind } }

    /// `GET /{WABA}` (reference sheet, section 2), its apps with it.
    public static let account = Edge(
        "account", kind: .account, path: "", fields: accountFields, form: .node, item: WhatsAppBusinessAccount.self, keys: ["/id"])

    /// `GET /{WABA}/subscribed_apps` (section 4.8), where the field of the account is refused. No paging is documented.
    public static let subscribedApps = Edge(
        "subscribed_apps", kind: .subscribedApp, path: "subscribed_apps", fields: [], form: .list, item: FacebookApplication.self,
        keys: ["/whatsapp_business_api_data/id"])

    /// `GET /{BUSINESS}/owned_whatsapp_business_accounts`.
    public static let ownedAccounts = Edge(
        "owned_whatsapp_business_accounts", kind: nil, path: "owned_whatsapp_business_accounts", fields: ["id", "name"], limit: 100,
        form: .list, item: WhatsAppBusinessAccount.self, keys: ["/id"])

    /// `GET /{BUSINESS}/client_whatsapp_business_accounts`.
    public static let clientAccounts = Edge(
        "client_whatsapp_business_accounts", kind: nil, path: "client_whatsapp_business_accounts", fields: ["id", "name"], limit: 100,
        form: .list, item: WhatsAppBusinessAccount.self, keys: ["/id"])

    /// `GET /{PHONE}/settings` (section 4.3). `include_sip_credentials` is never sent.
    public static let phoneNumberSettings = Edge(
        "settings", kind: .phoneNumberSettings, path: "settings", fields: ["calling", "storage_configuration", "user_identity_change"],
        form: .node, item: BusinessPhoneNumberSettings.self)

    /// `GET /{PHONE}/whatsapp_commerce_settings` (section 4.5). An empty `data` is the document `{}`: no catalogue.
    public static let commerceSettings = Edge(
        "whatsapp_commerce_settings", kind: .commerceSettings, path: "whatsapp_commerce_settings",
        fields: ["id", "is_cart_enabled", "is_catalog_visible"], form: .single, item: CommerceSettings.self)

    /// `GET /{PHONE}/block_users` (section 4.7). Only cursors; whether a page of many carries `next` is not recorded.
    public static let blockedUsers = Edge(
        "block_users", kind: .blockedUser, path: "block_users", fields: [], limit: 1000, form: .list, item: BlockedUser.self,
        keys: ["/wa_id", "/user_id"], settlesCursor: true)

    /// `GET /{PHONE}/message_qrdls` (section 4.6). At most 25 a page; whether a page carries `next` is not recorded.
    public static let qrCodes = Edge(
        "message_qrdls", kind: .qrCode, path: "message_qrdls", fields: ["code", "prefilled_message", "deep_link_url"], limit: 25,
        form: .list, item: QRCode.self, keys: ["/code"], settlesCursor: true)

    /// `GET /{WABA}/message_templates` (section 4.12). The last page of a recording carries a cursor too.
    public static let messageTemplates = Edge(
        "message_templates", kind: .messageTemplate, path: "message_templates",
        fields: ["id", "name", "language", "status", "category", "quality_score", "rejected_reason"], limit: 100, form: .list,
        item: MessageTemplate.self, keys: ["/id"])

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

    /// `GET /debug_token`: what Meta says of a token (reference sheet, section 1). It has no node; its name stands in the id's place.
    public static let debugToken = Edge("debug_token", kind: nil, path: "", fields: [], form: .single, item: TokenInspection.self)

    private static let phoneNumberFields = [
        "id", "verified_name", "display_phone_number", "conversational_automation", "status", "quality_rating", "quality_score",
        "webhook_configuration", "name_status", "new_name_status", "code_verification_status", "account_mode", "is_on_biz_app",
        "is_official_business_account", "is_pin_enabled", "is_preverified_number", "search_visibility", "platform_type", "throughput",
        "eligibility_for_api_business_global_search", "health_status", "last_onboarded_time", "country_code", "country_dial_code",
        "whatsapp_business_manager_messaging_limit",
    ]

    private static let accountFields = [
        "id", "name", "timezone_id", "message_template_namespace", "status", "business_verification_status", "is_enabled_for_insights",
        "marketing_messages_lite_api_status", "marketing_messages_onboarding_status", "on_behalf_of_business_info", "ownership_type",
        "health_status", "currency", "country", "subscribed_apps", "owner_business_info", "account_review_status",
        "disable_marketing_messages_on_cloud_api",
    ]
}
