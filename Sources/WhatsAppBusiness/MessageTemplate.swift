public import StrictJSON

/// A template of messages: `GET /{WABA}/message_templates`
/// (https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates/).
public struct MessageTemplate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "id": .id, "name": .string, "language": .string, "status": .string, "category": .string, "previous_category": .string,
        "correct_category": .string, "sub_category": .string, "quality_score": QualityScore.shape, "rejected_reason": .string,
        "components": .anything, "parameter_format": .string, "health_status": HealthStatus.shape,
    ])

    /// Meta's id of it; webhooks send it as a number.
    public var id: String? { id("id") }
    /// Its name.
    public var name: String? { text("name") }
    /// `en_US`.
    public var language: String? { text("language") }
    /// Whether it may be sent.
    public var status: OpenEnum<TemplateStatus>? { open("status") }
    /// What it is for, which decides its price.
    public var category: OpenEnum<TemplateCategory>? { open("category") }
    /// What it was for.
    public var previousCategory: String? { text("previous_category") }
    /// What Meta says that it is for.
    public var correctCategory: String? { text("correct_category") }
    /// More exactly.
    public var subCategory: String? { text("sub_category") }
    /// How people rate it.
    public var qualityScore: QualityScore? { part("quality_score") }
    /// Why it was rejected; `NONE` if it was not.
    public var rejectedReason: String? { text("rejected_reason") }
    /// Its text and buttons, as they came.
    public var components: JSONValue? { json["components"] }
    /// `POSITIONAL` or `NAMED`.
    public var parameterFormat: String? { text("parameter_format") }
    /// Whether it can be sent.
    public var healthStatus: HealthStatus? { part("health_status") }
}

/// How people rate a number or a template.
public struct QualityScore: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["score": .string, "date": .time, "reasons": .array(.string)])

    /// The rating.
    public var score: OpenEnum<QualityRating>? { open("score") }
    /// When it was made, in Unix seconds; it changes by itself.
    public var date: Int64? { integer("date") }
    /// Why.
    public var reasons: [String]? { texts("reasons") }
}

/// Whether a template may be sent.
public enum TemplateStatus: String, Sendable, CaseIterable {
    case approved = "APPROVED"
    case archived = "ARCHIVED"
    case deleted = "DELETED"
    case disabled = "DISABLED"
    case flagged = "FLAGGED"
    case inAppeal = "IN_APPEAL"
    case limitExceeded = "LIMIT_EXCEEDED"
    case locked = "LOCKED"
    case paused = "PAUSED"
    case pending = "PENDING"
    case reinstated = "REINSTATED"
    case pendingDeletion = "PENDING_DELETION"
    case rejected = "REJECTED"
}

/// What a template is for.
public enum TemplateCategory: String, Sendable, CaseIterable {
    case authentication = "AUTHENTICATION"
    case marketing = "MARKETING"
    case utility = "UTILITY"
}
