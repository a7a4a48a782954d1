public import StrictJSON

/// The value of `message_template_status_update`
/// (https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account/).
public struct TemplateStatusUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(
        [
            "event": .string, "message_template_id": .id, "message_template_name": .string, "message_template_language": .string,
            "message_template_category": .string, "reason": .string, "disable_info": .anything, "other_info": .anything,
            "rejection_info": .anything,
        ], required: ["event"])

    /// What happened.
    public var event: OpenEnum<TemplateStatus>? { open("event") }
    /// Meta's id of the template.
    public var id: String? { id("message_template_id") }
    /// Its name.
    public var name: String? { text("message_template_name") }
    /// Its language.
    public var language: String? { text("message_template_language") }
    /// What it is for.
    public var category: String? { text("message_template_category") }
    /// Why; `NONE` where there is no reason.
    public var reason: String? { text("reason") }
    /// When it is disabled.
    public var disableInfo: JSONValue? { json["disable_info"] }
    /// More.
    public var otherInfo: JSONValue? { json["other_info"] }
    /// Why it was rejected, in words.
    public var rejectionInfo: JSONValue? { json["rejection_info"] }
}

/// The value of `message_template_quality_update`.
public struct TemplateQualityUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "message_template_id": .id, "message_template_name": .string, "message_template_language": .string,
        "previous_quality_score": .string, "new_quality_score": .string,
    ])

    /// Meta's id of the template.
    public var id: String? { id("message_template_id") }
    /// Its name.
    public var name: String? { text("message_template_name") }
    /// Its language.
    public var language: String? { text("message_template_language") }
    /// The rating before.
    public var previousScore: OpenEnum<QualityRating>? { open("previous_quality_score") }
    /// The rating.
    public var newScore: OpenEnum<QualityRating>? { open("new_quality_score") }
}

/// The value of `message_template_components_update`.
public struct TemplateComponentsUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "message_template_id": .id, "message_template_name": .string, "message_template_language": .string,
        "message_template_title": .string, "message_template_element": .string, "message_template_footer": .string,
        "message_template_buttons": .anything,
    ])

    /// Meta's id of the template.
    public var id: String? { id("message_template_id") }
    /// Its name.
    public var name: String? { text("message_template_name") }
    /// Its language.
    public var language: String? { text("message_template_language") }
    /// The header.
    public var title: String? { text("message_template_title") }
    /// The body.
    public var element: String? { text("message_template_element") }
    /// The footer.
    public var footer: String? { text("message_template_footer") }
    /// The buttons, as they came.
    public var buttons: JSONValue? { json["message_template_buttons"] }
}

/// The value of `template_category_update`.
public struct TemplateCategoryUpdate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "message_template_id": .id, "message_template_name": .string, "message_template_language": .string, "previous_category": .string,
        "new_category": .string, "correct_category": .string, "category_update_timestamp": .integer,
    ])

    /// Meta's id of the template.
    public var id: String? { id("message_template_id") }
    /// Its name.
    public var name: String? { text("message_template_name") }
    /// Its language.
    public var language: String? { text("message_template_language") }
    /// What it was for.
    public var previousCategory: String? { text("previous_category") }
    /// What it is for.
    public var newCategory: String? { text("new_category") }
    /// What it will be for.
    public var correctCategory: String? { text("correct_category") }
    /// When, in Unix seconds.
    public var updateTime: Int64? { integer("category_update_timestamp") }
}
