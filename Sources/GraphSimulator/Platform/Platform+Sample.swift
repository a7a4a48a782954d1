public import StrictJSON
import WhatsAppBusiness

extension Platform {
    /// The one token that the sample knows.
    public static let sampleToken = "EAAGm0PX4ZCpsBAKZCsampletoken"

    /// So many accounts, each with so many numbers, each with so many blocked users. The same in every run, and cheap whatever the figures.
    public static func sample(accounts: Int = 1, numbers: Int = 2, blockedUsers: Int = 3) -> Platform {
        var platform = Platform(
            accounts: (0..<accounts).map { Account.sample($0, numbers: numbers, blockedUsers: blockedUsers) },
            tokens: [sampleToken: .valid])
        let ids = (0..<accounts).map(Account.sampleID)
        platform.businesses["506914307656634"] = Business(owned: ids, client: Array(ids.prefix(1)))
        return platform
    }

    /// The WABA id of a sample's account, counted from zero.
    public static func sampleAccountID(_ account: Int = 0) -> String { Account.sampleID(account) }
    /// The id of a sample's number, counted from zero in its account.
    public static func samplePhoneNumberID(_ number: Int = 0, account: Int = 0) -> String { PhoneNumber.sampleID(number, account) }
}

extension Account {
    static func sampleID(_ account: Int) -> String { String(114_503_234_599_312 + account * 1_000_003) }

    static func sample(_ account: Int, numbers: Int, blockedUsers: Int) -> Account {
        let id = sampleID(account)
        let business: JSONObject = ["id": "506914307656634", "name": "Lucky Shrub"]
        let document: JSONObject = [
            "name": .string("Lucky Shrub \(account + 1)"), "timezone_id": "138", "currency": "USD", "country": "US",
            "message_template_namespace": "9d1f930f_bea0_46c5_9099_bc3291e9d6b4", "status": "ACTIVE", "ownership_type": "SELF",
            "business_verification_status": "verified", "account_review_status": "APPROVED", "is_enabled_for_insights": true,
            "marketing_messages_lite_api_status": "ELIGIBLE", "marketing_messages_onboarding_status": "ELIGIBLE",
            "owner_business_info": .object(business), "disable_marketing_messages_on_cloud_api": false,
            "primary_business_location": "US", "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "health_status": [
                "can_send_message": "AVAILABLE",
                "entities": [
                    ["entity_type": "WABA", "id": .string(id), "can_send_message": "AVAILABLE"],
                    ["entity_type": "BUSINESS", "id": "506914307656634", "can_send_message": "AVAILABLE"],
                    ["entity_type": "APP", "id": "670843887433847", "can_send_message": "AVAILABLE"],
                ],
            ],
        ]
        return Account(
            id: id, document: document,
            phoneNumbers: (0..<numbers).map { PhoneNumber.sample($0, account, blockedUsers: blockedUsers) },
            subscribedApps: [subscription(id: "670843887433847", name: "Lucky Shrub")],
            messageTemplates: (0..<3).map { template($0, account) },
            activities: (0..<3).map { activity($0, account) })
    }

    static func subscription(id: String, name: String) -> JSONObject {
        [
            "whatsapp_business_api_data": [
                "id": .string(id), "name": .string(name), "link": .string("https://www.facebook.com/games/?app_id=\(id)"),
            ]
        ]
    }

    private static func template(_ index: Int, _ account: Int) -> JSONObject {
        let names = ["order_confirmation", "delivery_update", "café_sale"]
        return [
            "id": .string(String(711_633_970_112_948 + account * 1000 + index)), "name": .string(names[index]), "language": "en_US",
            "status": "APPROVED", "category": index == 2 ? "MARKETING" : "UTILITY", "parameter_format": "POSITIONAL",
            "quality_score": ["score": "GREEN", "date": 1_748_000_000], "rejected_reason": "NONE",
            "components": [
                [
                    "type": "BODY", "text": .string("Thank you for order {{1}}, café №\(index)/\(account) 🌱"),
                    "example": ["body_text": [["4711"]]],
                ]
            ],
            "creation_time": .integer(1_748_000_000 - index * 86_400),
        ]
    }

    private static func activity(_ index: Int, _ account: Int) -> JSONObject {
        [
            "id": .string("activity_\(account)_\(index)"), "event_type": "PHONE_NUMBER_ADDED", "activity_type": "PHONE_NUMBER_ADDED",
            "timestamp": .integer(1_748_000_000 - index * 3600), "actor_id": "122100000000000", "actor_type": "USER",
        ]
    }
}

extension PhoneNumber {
    static func sampleID(_ number: Int, _ account: Int) -> String { String(107_878_721_936_019 + account * 1_000_003 + number * 11) }

    static func sample(_ number: Int, _ account: Int, blockedUsers: Int) -> PhoneNumber {
        let id = sampleID(number, account)
        let line = String(100_0000 + account * 1000 + number).suffix(7)
        let document: JSONObject = [
            "verified_name": .string("Lucky Shrub \(account + 1).\(number + 1)"),
            "display_phone_number": .string("+1 555-\(line.prefix(3))-\(line.suffix(4))"),
            "status": "CONNECTED", "quality_rating": "GREEN", "quality_score": ["score": "GREEN"], "name_status": "APPROVED",
            "new_name_status": "NONE", "code_verification_status": "VERIFIED", "account_mode": "LIVE", "is_on_biz_app": false,
            "is_official_business_account": false, "is_pin_enabled": true, "is_preverified_number": false,
            "search_visibility": "NON_VISIBLE", "platform_type": "CLOUD_API", "throughput": ["level": "STANDARD"],
            "eligibility_for_api_business_global_search": "NON_ELIGIBLE_VERIFIED_LEVEL", "country_code": "US", "country_dial_code": "1",
            "last_onboarded_time": "2023-08-31T19:05:53+0000", "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "webhook_configuration": ["application": "https://hooks.example/whatsapp"],
            "conversational_automation": [
                "id": .string("4" + id), "enable_welcome_message": true, "prompts": ["Plan a trip", "Opening hours"],
                "commands": [
                    ["command_name": "start", "command_description": "Start"], ["command_name": "help", "command_description": "Help"],
                ],
            ],
            "health_status": [
                "can_send_message": "AVAILABLE",
                "entities": [["entity_type": "PHONE_NUMBER", "id": .string(id), "can_send_message": "AVAILABLE"]],
            ],
        ]
        let profile: JSONObject = [
            "about": "Succulents & café", "address": "1 Hacker Way, Menlo Park, CA 94025", "description": "Plants for everyone",
            "email": "hello@luckyshrub.example", "websites": ["https://www.luckyshrub.example/"], "vertical": "RETAIL",
            "profile_picture_url": .string(
                "https://pps.whatsapp.net/v/t61.24694-24/\(id).jpg?ccb=11-4&oh=01_AdRrbPbB&oe=6543ABCD&_nc_sid=e6ed6c"),
            "messaging_product": "whatsapp",
        ]
        return PhoneNumber(
            id: id, document: document, profile: profile, settings: sampleSettings,
            commerceSettings: ["id": .string("7" + id), "is_cart_enabled": true, "is_catalog_visible": false],
            qrCodes: (0..<3).map {
                qrCode(letters($0, account, number), "Cyber Monday \($0 + 1)", created: 1_748_000_000 - Int64($0) * 60)
            },
            blockedUsers: BlockedUsers(count: blockedUsers),
            neighbours: [
                .username: ["username": .string("luckyshrub\(account)x\(number)"), "status": "approved"],
                .officialBusinessAccount: [
                    "id": .string(id), "oba_status": "PENDING", "status_message": "Your application is being looked at.",
                ],
            ])
    }

    private static let sampleSettings: JSONObject = [
        "calling": [
            "status": "ENABLED", "call_icon_visibility": "DEFAULT", "callback_permission_status": "ENABLED",
            "srtp_key_exchange_protocol": "DTLS", "ip_addresses": ["default": ["157.240.0.1", "157.240.0.2"]],
            "call_hours": [
                "status": "ENABLED", "timezone_id": "America/Manaus",
                "weekly_operating_hours": [["day_of_week": "MONDAY", "open_time": "0400", "close_time": "1020"]],
                "holiday_schedule": [["date": "2026-01-01", "start_time": "0000", "end_time": "2359"]],
            ],
            "sip": [
                "status": "DISABLED",
                "servers": [
                    ["app_id": "670843887433847", "hostname": "sip.example.com", "port": 5061, "sip_user_password": "not to be seen"]
                ],
            ],
        ],
        "storage_configuration": ["status": "DEFAULT"], "user_identity_change": ["enable_identity_key_check": true],
        "payload_encryption": ["status": "DISABLED"],
    ]

    /// A code of 14 characters out of a counter.
    static func letters(_ parts: Int...) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var state = parts.reduce(UInt64(0x5EED)) { ($0 ^ UInt64(bitPattern: Int64($1))) &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }
        return String(
            decoding: (0..<14).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return alphabet[Int(state >> 59)]
            }, as: UTF8.self)
    }

    /// An item of `message_qrdls`.
    public static func qrCode(_ code: String, _ message: String, created: Int64) -> JSONObject {
        [
            "code": .string(code), "prefilled_message": .string(message), "deep_link_url": .string("https://wa.me/message/\(code)"),
            "creation_time": .integer(created),
        ]
    }
}
