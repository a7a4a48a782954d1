import WhatsAppBusiness

/// A kind of node, by the name that errors call it, with the fields that it knows.
public enum NodeKind: String, Sendable, CaseIterable {
    case account = "WhatsAppBusinessAccount"
    case business = "Business"
    case phoneNumber = "WhatsAppBusinessPhoneNumber"
    case profile = "WhatsAppBusinessProfile"
    case settings = "WhatsAppBusinessPhoneNumberSettings"
    case commerceSettings = "WhatsAppCommerceSettings"
    case qrCode = "WhatsAppMessageQRCode"
    case blockedUser = "WhatsAppBusinessBlockedUser"
    case subscribedApp = "WhatsAppApplication"
    case template = "WhatsAppMessageTemplate"
    case activity = "WhatsAppBusinessAccountActivity"
    case neighbour = "WhatsAppBusinessPhoneNumberEdge"

    /// The fields that may be asked for. A member of a document is known too.
    var known: Set<String> { Self.names[self] ?? [] }

    /// What comes without `fields`; `nil` means everything.
    var standard: [String]? {
        switch self {
        case .account: ["id", "name", "timezone_id", "message_template_namespace", "currency"]
        case .phoneNumber:
            [
                "verified_name", "code_verification_status", "display_phone_number", "quality_rating", "platform_type", "throughput",
                "webhook_configuration", "id",
            ]
        case .business: ["id", "name"]
        case .profile: []
        case .template:
            ["name", "previous_category", "components", "language", "status", "category", "sub_category", "parameter_format", "id"]
        case .qrCode: ["code", "prefilled_message", "deep_link_url"]
        default: nil
        }
    }

    /// What comes whatever is asked for.
    var always: [String] {
        switch self {
        case .account, .business, .phoneNumber, .template, .commerceSettings, .activity: ["id"]
        case .profile: ["messaging_product"]
        case .qrCode: ["code", "prefilled_message", "deep_link_url"]
        case .blockedUser, .subscribedApp, .settings, .neighbour: []
        }
    }

    /// Members that only the simulator sees.
    var hidden: Set<String> {
        switch self {
        case .qrCode, .template: ["creation_time"]
        default: []
        }
    }

    /// The edges that can be expanded inside a node.
    var edges: [String: SimulatedEdge] {
        switch self {
        case .account: Self.table(SimulatedEdge.of(.account).union([.activities]))
        case .phoneNumber: Self.table(SimulatedEdge.of(.phoneNumber))
        default: [:]
        }
    }

    private static func table(_ edges: Set<SimulatedEdge>) -> [String: SimulatedEdge] {
        Dictionary(edges.map { ($0.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static let names: [NodeKind: Set<String>] = [
        .account: split(
            "id,name,timezone_id,message_template_namespace,status,business_verification_status,is_enabled_for_insights,"
                + "marketing_messages_lite_api_status,marketing_messages_onboarding_status,on_behalf_of_business_info,ownership_type,"
                + "health_status,currency,country,owner_business_info,account_review_status,disable_marketing_messages_on_cloud_api,"
                + "creation_time,is_shared_with_partners,linked_commerce_account,owner_business,primary_business_location,"
                + "primary_funding_id,purchase_order_number,template_auto_archival_enabled,auth_international_rate_eligibility,"
                + "whatsapp_business_manager_messaging_limit,analytics"),
        .phoneNumber: split(
            "id,verified_name,display_phone_number,conversational_automation,status,quality_rating,quality_score,webhook_configuration,"
                + "name_status,new_name_status,new_display_name,code_verification_status,account_mode,is_on_biz_app,"
                + "is_official_business_account,is_pin_enabled,is_preverified_number,search_visibility,platform_type,throughput,"
                + "eligibility_for_api_business_global_search,health_status,certificate,new_certificate,last_onboarded_time,country_code,"
                + "country_dial_code,whatsapp_business_manager_messaging_limit,messaging_limit_tier,host_platform,"
                + "official_business_account,username"),
        .business: split("id,name,timezone_id,verification_status,link,created_time,vertical,primary_page"),
        .profile: split("about,address,description,email,messaging_product,profile_picture_url,websites,vertical"),
        .settings: split("calling,storage_configuration,user_identity_change,payload_encryption"),
        // pywa asks for `catalog_id`, which Meta's documents do not name.
        .commerceSettings: split("id,catalog_id,is_cart_enabled,is_catalog_visible"),
        .qrCode: split("code,prefilled_message,deep_link_url,qr_image_url,creation_time"),
        .blockedUser: split("messaging_product,wa_id,user_id,parent_user_id"),
        .subscribedApp: split("whatsapp_business_api_data,override_callback_uri"),
        .template: split(
            "id,name,language,status,category,previous_category,correct_category,sub_category,quality_score,rejected_reason,components,"
                + "parameter_format,cta_url_link_tracking_opted_out,message_send_ttl_seconds,library_template_name,last_updated_time,"
                + "health_status,is_primary_device_delivery_only,degrees_of_freedom_spec,specific_rejection_reason"),
        .activity: split(
            "id,event_type,category,timestamp,actor_id,actor_business_id,activity_type,actor_type,actor_name,description,details,ip_address,"
                + "user_agent"),
    ]

    private static func split(_ names: String) -> Set<String> { Set(names.split(separator: ",").map(String.init)) }
}
