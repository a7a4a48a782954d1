public import StrictJSON

/// What Meta sends to a webhook: several entries with several changes each
/// (https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account/).
public struct WebhookNotification: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["object": .string, "entry": .array(WebhookEntry.shape)], required: ["object", "entry"])

    /// `whatsapp_business_account`.
    public var object: String? { text("object") }
    /// May be empty.
    public var entries: [WebhookEntry]? { parts("entry") }

    /// Every change of every entry, in order.
    public var changes: [WebhookChange] { (entries ?? []).flatMap { $0.changes ?? [] } }
}

/// The changes of one account. For some partner events the id is the portfolio's, and in calling examples `0`.
public struct WebhookEntry: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "time": .integer, "changes": .array(WebhookChange.shape)], required: ["id"])

    /// The account or the portfolio.
    public var id: String? { id("id") }
    /// Unix seconds; only for management fields.
    public var time: Int64? { integer("time") }
    /// What changed.
    public var changes: [WebhookChange]? { parts("changes") }
}

/// One change. Unknown fields are kept as they came.
public struct WebhookChange: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["field": .string, "value": .anything], required: ["field", "value"])

    /// What the value is.
    public var field: OpenEnum<WebhookField>? { open("field") }
    /// The value.
    public var value: JSONValue? { json["value"] }
}

/// What the value of a change is: the management fields
/// (https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account/).
public enum WebhookField: String, Sendable, CaseIterable {
    case accountUpdate = "account_update"
    case accountReviewUpdate = "account_review_update"
    case accountAlerts = "account_alerts"
    case accountSettingsUpdate = "account_settings_update"
    case businessCapabilityUpdate = "business_capability_update"
    case businessUsernameUpdates = "business_username_updates"
    case phoneNumberNameUpdate = "phone_number_name_update"
    case phoneNumberQualityUpdate = "phone_number_quality_update"
    case security = "security"
    case messageTemplateStatusUpdate = "message_template_status_update"
    case messageTemplateQualityUpdate = "message_template_quality_update"
    case messageTemplateComponentsUpdate = "message_template_components_update"
    case templateCategoryUpdate = "template_category_update"
    case partnerSolutions = "partner_solutions"
    case paymentConfigurationUpdate = "payment_configuration_update"
}
