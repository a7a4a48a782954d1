// The table of kinds. Field lists are those of Meta's reference; a name that Meta does not know fails the whole request, which then is repeated without it.
// Left out on purpose: certificates, which change every week, and SIP passwords (`include_sip_credentials` is never sent).

extension Kind {
    /// All there is to know of the kind.
    public var row: KindRow {
        switch self {
        case .account: .account
        case .subscribedApp: .subscribedApp
        case .phoneNumber: .phoneNumber
        case .phoneNumberSettings: .phoneNumberSettings
        case .businessProfile: .businessProfile
        case .commerceSettings: .commerceSettings
        case .blockedUser: .blockedUser
        case .qrCode: .qrCode
        case .messageTemplate: .messageTemplate
        case .watch: .watch
        case .alarm: .alarm
        }
    }
}

extension KindRow {
    /// `GET /{WABA}`, its apps with it.
    fileprivate static let account = KindRow(
        Edge(
            "account", kind: .account, path: "",
            fields: [
                "id", "name", "timezone_id", "message_template_namespace", "status", "business_verification_status",
                "is_enabled_for_insights", "marketing_messages_lite_api_status", "marketing_messages_onboarding_status",
                "on_behalf_of_business_info", "ownership_type", "health_status", "currency", "country", "subscribed_apps",
                "owner_business_info", "account_review_status", "disable_marketing_messages_on_cloud_api",
            ],
            form: .node, item: WhatsAppBusinessAccount.self, keys: ["/id"]),
        scope: .account, every: .seconds(300), isCore: true, headlineMembers: ["name", "status", "account_review_status"],
        messageID: "0f06bd4b720d466391a87e1db39851ea")

    /// `GET /{WABA}/subscribed_apps`, where the field of the account is refused. No paging is documented.
    fileprivate static let subscribedApp = KindRow(
        Edge(
            "subscribed_apps", kind: .subscribedApp, path: "subscribed_apps", fields: [], form: .list, item: FacebookApplication.self,
            keys: ["/whatsapp_business_api_data/id"]),
        scope: .account, ridesOn: Ride(kind: .account, field: "subscribed_apps"), every: .seconds(300), headlineMembers: ["name"],
        messageID: "71165728b57444b7b435187b0423bebb")

    /// `GET /{WABA}/phone_numbers`. Every number with its automation, overrides and health in one list.
    fileprivate static let phoneNumber = KindRow(
        Edge(
            "phone_numbers", kind: .phoneNumber, path: "phone_numbers",
            fields: [
                "id", "verified_name", "display_phone_number", "conversational_automation", "status", "quality_rating", "quality_score",
                "webhook_configuration", "name_status", "new_name_status", "code_verification_status", "account_mode", "is_on_biz_app",
                "is_official_business_account", "is_pin_enabled", "is_preverified_number", "search_visibility", "platform_type",
                "throughput", "eligibility_for_api_business_global_search", "health_status", "last_onboarded_time", "country_code",
                "country_dial_code", "whatsapp_business_manager_messaging_limit",
            ],
            limit: 100, form: .list, item: BusinessPhoneNumber.self, keys: ["/id"]),
        scope: .account, mayRideOn: Ride(kind: .account, field: "phone_numbers", limit: 100), every: .seconds(60), isCore: true,
        listsPhoneNumbers: true,
        headlineMembers: ["display_phone_number", "verified_name", "status", "quality_rating"],
        messageID: "26079e97cb10436e9215081107443017")

    /// `GET /{PHONE}/settings`.
    fileprivate static let phoneNumberSettings = KindRow(
        Edge(
            "settings", kind: .phoneNumberSettings, path: "settings", fields: ["calling", "storage_configuration", "user_identity_change"],
            form: .node, item: BusinessPhoneNumberSettings.self),
        scope: .phoneNumber, mayRideOn: Ride(kind: .phoneNumber, field: "settings"), every: .seconds(3600),
        messageID: "4727b3639c4541dba4a099b554e56657")

    /// `GET /{PHONE}/whatsapp_business_profile`. An array of one; any member may be missing.
    fileprivate static let businessProfile = KindRow(
        Edge(
            "whatsapp_business_profile", kind: .businessProfile, path: "whatsapp_business_profile",
            fields: ["about", "address", "vertical", "description", "email", "profile_picture_url", "websites"], form: .single,
            item: BusinessProfile.self),
        scope: .phoneNumber, mayRideOn: Ride(kind: .phoneNumber, field: "whatsapp_business_profile"), every: .seconds(900),
        alwaysThere: ["messaging_product"], headlineMembers: ["about", "vertical"],
        messageID: "f4ba49491b4f4c928d17a6c8d6f83abe")

    /// `GET /{PHONE}/whatsapp_commerce_settings`. An empty `data` is the document `{}`: no catalogue.
    fileprivate static let commerceSettings = KindRow(
        Edge(
            "whatsapp_commerce_settings", kind: .commerceSettings, path: "whatsapp_commerce_settings",
            fields: ["id", "is_cart_enabled", "is_catalog_visible"], form: .single, item: CommerceSettings.self),
        scope: .phoneNumber, mayRideOn: Ride(kind: .phoneNumber, field: "whatsapp_commerce_settings"), every: .seconds(3600),
        emptyIsAThing: true, messageID: "4727b3639c4541dba4a099b554e56657")

    /// `GET /{PHONE}/block_users`. Only cursors; whether a page of many carries `next` is not recorded.
    fileprivate static let blockedUser = KindRow(
        Edge(
            "block_users", kind: .blockedUser, path: "block_users", fields: [], limit: 1000, form: .list, item: BlockedUser.self,
            keys: ["/wa_id", "/user_id"], settlesCursor: true),
        scope: .phoneNumber, mayRideOn: Ride(kind: .phoneNumber, field: "block_users", limit: 100), keepsOnlyKeys: true, windows: .ifHeeded,
        every: .seconds(900), atLeast: .seconds(60), counted: "users",
        messageID: "ece0f28c341843a185732468f235d3b0")

    /// `GET /{PHONE}/message_qrdls`. At most 25 a page; whether a page carries `next` is not recorded.
    fileprivate static let qrCode = KindRow(
        Edge(
            "message_qrdls", kind: .qrCode, path: "message_qrdls", fields: ["code", "prefilled_message", "deep_link_url"], limit: 25,
            form: .list, item: QRCode.self, keys: ["/code"], settlesCursor: true),
        scope: .phoneNumber, mayRideOn: Ride(kind: .phoneNumber, field: "message_qrdls", limit: 25), every: .seconds(6 * 3600),
        atLeast: .seconds(60), headlineMembers: ["prefilled_message"],
        messageID: "67b0cc0b7a3e49aaa9f8032c87bd0caa")

    /// `GET /{WABA}/message_templates`. The last page of a recording carries a cursor too. An old template changes without its time, so that
    /// windows are not asked for by themselves.
    fileprivate static let messageTemplate = KindRow(
        Edge(
            "message_templates", kind: .messageTemplate, path: "message_templates",
            fields: ["id", "name", "language", "status", "category", "quality_score", "rejected_reason"], limit: 100, form: .list,
            item: MessageTemplate.self, keys: ["/id"]),
        scope: .account, mayRideOn: Ride(kind: .account, field: "message_templates", limit: 100), windows: .ifConfigured,
        every: .seconds(900), headlineMembers: ["name", "language", "status"],
        messageID: "e6c6f8e266e048609f4c106c70278cd0")

    /// The watching itself, which Meta is not asked for.
    fileprivate static let watch = KindRow(
        nil, scope: .account, every: .zero, headlineMembers: ["state", "reason"], messageID: "005375599ac24a439fc6b35a934fab54")

    /// What is wrong now, derived from all other kinds.
    fileprivate static let alarm = KindRow(
        nil, scope: .account, every: .zero, headlineMembers: ["severity", "summary"], messageID: "5f3d8d3f9a7b4a4e8f2d1c6b7e9a0d13")
}
