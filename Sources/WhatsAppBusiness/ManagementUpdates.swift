public import StrictJSON

/// The value of `account_review_update` (https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account/).
public struct AccountReviewUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["decision": .string], required: ["decision"])

    /// What the review decided.
    public var decision: OpenEnum<AccountReviewStatus>? { open("decision") }
}

/// The value of `account_alerts`.
public struct AccountAlert: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["entity_type": .string, "entity_id": .id, "alert_info": AlertInfo.shape])

    /// What it is about.
    public var entityType: String? { text("entity_type") }
    /// Meta's id of that.
    public var entityID: String? { id("entity_id") }
    /// The alert.
    public var info: AlertInfo? { part("alert_info") }
}

/// An alert.
public struct AlertInfo: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "alert_severity": .string, "alert_status": .string, "alert_type": .string, "alert_description": .string,
    ])

    /// `CRITICAL`, `INFORMATIONAL` or `WARNING`.
    public var severity: String? { text("alert_severity") }
    /// `ACTIVE` or `NONE`.
    public var status: String? { text("alert_status") }
    /// What it says.
    public var type: String? { text("alert_type") }
    /// The sentence.
    public var text: String? { text("alert_description") }
}

/// The value of `account_settings_update`: the calling part only.
public struct AccountSettingsUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "messaging_product": .string, "timestamp": .id, "type": .string, "phone_number_settings": UpdatedPhoneNumberSettings.shape,
    ])

    /// Unix seconds, sent as text.
    public var timestamp: Int64? { lenientInteger("timestamp") }
    /// `phone_number_settings`.
    public var type: String? { text("type") }
    /// The settings.
    public var settings: UpdatedPhoneNumberSettings? { part("phone_number_settings") }
}

/// The settings of a number, as a webhook tells them.
public struct UpdatedPhoneNumberSettings: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["phone_number_id": .id, "calling": CallingSettings.shape])

    /// Meta's id of the number.
    public var phoneNumberID: String? { id("phone_number_id") }
    /// Calls.
    public var calling: CallingSettings? { part("calling") }
}

/// The value of `business_capability_update`. The first member is a number, `-1` or a tier.
public struct BusinessCapabilityUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "max_daily_conversations_per_business": .anything, "max_phone_numbers_per_waba": .integer,
        "max_phone_numbers_per_business": .integer, "max_daily_conversation_per_phone": .anything,
    ])

    /// How many people may be written to first in a day.
    public var maxDailyConversations: JSONValue? { json["max_daily_conversations_per_business"] }
    /// How many numbers an account may have.
    public var maxPhoneNumbersPerAccount: Int64? { integer("max_phone_numbers_per_waba") }
    /// How many numbers a business may have.
    public var maxPhoneNumbersPerBusiness: Int64? { integer("max_phone_numbers_per_business") }
    /// The older form.
    public var maxDailyConversationsPerPhone: JSONValue? { json["max_daily_conversation_per_phone"] }
}

/// The value of `business_username_updates`.
public struct UsernameUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["display_phone_number": .string, "username": .string, "status": .string])

    /// The digits of the number.
    public var displayPhoneNumber: String? { text("display_phone_number") }
    /// Missing when it was deleted.
    public var username: String? { text("username") }
    /// Where it stands.
    public var status: String? { text("status") }
}

/// The value of `phone_number_name_update`.
public struct PhoneNumberNameUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "display_phone_number": .string, "decision": .string, "requested_verified_name": .string, "rejection_reason": .string,
    ])

    /// The digits of the number.
    public var displayPhoneNumber: String? { text("display_phone_number") }
    /// What was decided.
    public var decision: String? { text("decision") }
    /// The name.
    public var requestedName: String? { text("requested_verified_name") }
    /// Why it was rejected.
    public var rejectionReason: String? { text("rejection_reason") }
}

/// The value of `phone_number_quality_update`, which tells limits and no longer the rating.
public struct PhoneNumberQualityUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "display_phone_number": .string, "event": .string, "current_limit": .string, "old_limit": .string,
        "max_daily_conversations_per_business": .anything,
    ])

    /// The digits of the number.
    public var displayPhoneNumber: String? { text("display_phone_number") }
    /// What happened.
    public var event: String? { text("event") }
    /// The limit.
    public var currentLimit: String? { text("current_limit") }
    /// The limit before.
    public var oldLimit: String? { text("old_limit") }
    /// How many people may be written to first in a day.
    public var maxDailyConversations: JSONValue? { json["max_daily_conversations_per_business"] }
}

/// The value of `security`.
public struct SecurityUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["display_phone_number": .string, "event": .string, "requester": .id])

    /// The digits of the number.
    public var displayPhoneNumber: String? { text("display_phone_number") }
    /// `PIN_CHANGED`, `PIN_RESET_REQUEST` or `PIN_REQUEST_SUCCESS`.
    public var event: String? { text("event") }
    /// Who asked.
    public var requester: String? { id("requester") }
}

/// The value of `partner_solutions`.
public struct PartnerSolutionUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["event": .string, "solution_id": .id, "solution_status": .string])

    /// What happened.
    public var event: String? { text("event") }
    /// The solution.
    public var solutionID: String? { id("solution_id") }
    /// Where it stands.
    public var solutionStatus: String? { text("solution_status") }
}

/// The value of `payment_configuration_update`.
public struct PaymentConfigurationUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "configuration_name": .string, "provider_name": .string, "provider_mid": .string, "status": .string,
        "created_timestamp": .integer, "updated_timestamp": .integer,
    ])

    /// Its name.
    public var configurationName: String? { text("configuration_name") }
    /// Who handles the payments.
    public var providerName: String? { text("provider_name") }
    /// The account there.
    public var providerID: String? { text("provider_mid") }
    /// Where it stands.
    public var status: String? { text("status") }
    /// Unix seconds.
    public var created: Int64? { integer("created_timestamp") }
    /// Unix seconds.
    public var updated: Int64? { integer("updated_timestamp") }
}
