import Alarms
import StrictJSON
public import WhatsAppBusiness

// What people and monitoring care about, kind by kind. Enums that the first release kept in capitals are kept so.

extension Rules {
    /// The rules of a kind.
    public static func of(_ kind: Kind) -> Rules {
        switch kind {
        case .account: account
        case .subscribedApp: subscribedApp
        case .phoneNumber: phoneNumber
        case .phoneNumberSettings: phoneNumberSettings
        case .businessProfile: businessProfile
        case .commerceSettings: commerceSettings
        case .blockedUser: blockedUser
        case .qrCode: qrCode
        case .messageTemplate: messageTemplate
        case .watch: watch
        case .alarm: alarm
        }
    }

    /// Of members that documents of every kind may have.
    static let formsOfAll: [String: [Form]] = [
        "health_status": [.health], "quality_score": [.without(["date"])], "profile_picture_url": [.path], "qr_image_url": [.path],
    ]

    static let commerceSettings = Rules("commerce settings", "commerce settings", isList: false)
    static let blockedUser = Rules("blocked user", "blocked users", isList: true, pollsToRemove: 2, hold: .long)
    static let qrCode = Rules("QR code", "QR codes", isList: true, pollsToRemove: 2)
    static let watch = Rules("watch", "watches", isList: false)
    static let alarm = Rules("alarm", "alarms", isList: false)

    static let account = Rules(
        "account", "accounts", isList: false,
        forms: [
            "status": [.capitals], "business_verification_status": [.capitals], "account_review_status": [.capitals],
            "ownership_type": [.capitals], "marketing_messages_lite_api_status": [.capitals],
            "marketing_messages_onboarding_status": [.capitals], "on_behalf_of_business_info": [.capitalsAt(["status", "type"])],
            "owner_business_info": [.capitalsAt(["status", "type"])],
        ],
        meanings: [
            ("status", .state(what: "status", .accountStatus)),
            ("account_review_status", .state(what: "review", .accountReview)),
            ("business_verification_status", .state(what: "business verification", .businessVerification)),
            ("health_status", .health(what: "health")),
            ("whatsapp_business_manager_messaging_limit", .ranked(limits, what: "messaging limit")),
        ])

    static let subscribedApp = Rules(
        "subscribed app", "subscribed apps", isList: true,
        meanings: [("override_callback_uri", .sensitive(what: "callback address"))], pollsToRemove: 2, added: .warning,
        removed: .warning)

    static let phoneNumberSettings = Rules(
        "settings", "settings", isList: false,
        forms: [
            // Where calls come from changes by itself.
            "calling": [
                .without(["ip_addresses"]),
                .capitalsAt([
                    "status", "call_icon_visibility", "callback_permission_status", "srtp_key_exchange_protocol", "call_hours/status",
                    "call_hours/weekly_operating_hours/day_of_week", "sip/status",
                ]),
            ],
            "storage_configuration": [.capitalsAt(["status", "data_localization_region"])],
            "payload_encryption": [.capitalsAt(["status"])],
        ],
        sameness: ["calling/ip_addresses": .never])

    static let messageTemplate = Rules(
        "message template", "message templates", isList: true,
        forms: ["status": [.capitals], "category": [.capitals]],
        meanings: [
            ("status", .state(what: "status", .templateStatus)),
            ("category", .classed(what: "category", dearest: "MARKETING")),
            ("quality_score/score", .ranked(["GREEN", "YELLOW", "RED"], what: "quality score", by: .quality)),
        ], pollsToRemove: 2)

    private static let limits = ["TIER_UNLIMITED", "TIER_100K", "TIER_10K", "TIER_2K", "TIER_1K", "TIER_250", "TIER_50"]

    static let phoneNumber = Rules(
        "phone number", "phone numbers", isList: true,
        ignored: ["certificate", "new_certificate"],
        sameness: ["webhook_configuration": .text],
        meanings: [
            ("quality_rating", .ranked(["GREEN", "YELLOW", "RED"], what: "quality rating", by: .quality)),
            ("quality_score", .ranked(["GREEN", "YELLOW", "RED"], what: "quality score", by: .quality)),
            ("status", .state(what: "status", .numberStatus)),
            ("whatsapp_business_manager_messaging_limit", .ranked(limits, what: "messaging limit")),
            ("throughput", .ranked(["HIGH", "STANDARD"], what: "throughput")),
            ("health_status", .health(what: "health")),
            ("name_status", .state(what: "name status", .nameStatus)),
            ("new_name_status", .state(what: "new name's status", .nameStatus)),
            ("is_pin_enabled", .guarded(what: "two-step PIN")),
            ("webhook_configuration", .sensitive(what: "callback address")),
            ("conversational_automation", .decided(what: "conversational automation")),
            ("verified_name", .decided(what: "name")),
            ("display_phone_number", .decided(what: "displayed number")),
            ("last_onboarded_time", .decided(what: "time of onboarding")),
        ],
        pollsToRemove: 2, removed: .critical)

    static let businessProfile = Rules(
        "business profile", "business profiles", isList: false, nullIsMissing: true,
        meanings: [
            ("vertical", .decided(what: "industry")), ("profile_picture_url", .decided(what: "picture")),
            ("websites", .decided(what: "websites")),
        ])
}
