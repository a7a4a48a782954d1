public import StrictJSON

/// Whether messages can be sent, for an account, a number or a template
/// (https://developers.facebook.com/docs/whatsapp/cloud-api/health-status).
public struct HealthStatus: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["can_send_message": .string, "entities": .array(HealthEntity.shape)])

    /// The worst of the entities.
    public var canSendMessage: OpenEnum<Availability>? { open("can_send_message") }
    /// Everything that a message passes: number, account, business, app.
    public var entities: [HealthEntity]? { parts("entities") }
}

/// One of the things that a message passes. It is told apart by type and id.
public struct HealthEntity: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "entity_type": .string, "id": .id, "can_send_message": .string, "can_receive_call_sip": .string,
        "additional_info": .array(.string), "errors": .array(HealthError.shape),
    ])

    /// What it is.
    public var entityType: OpenEnum<HealthEntityType>? { open("entity_type") }
    /// Meta's id of it.
    public var id: String? { id("id") }
    /// Whether it lets messages pass.
    public var canSendMessage: OpenEnum<Availability>? { open("can_send_message") }
    /// Whether it takes calls by SIP.
    public var canReceiveCallSIP: OpenEnum<Availability>? { open("can_receive_call_sip") }
    /// Why it is limited, in words that change.
    public var additionalInfo: [String]? { texts("additional_info") }
    /// Why it is blocked.
    public var errors: [HealthError]? { parts("errors") }
}

/// Why a thing blocks messages.
public struct HealthError: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["error_code": .integer, "error_description": .string, "possible_solution": .string])

    /// A number of the 141000s.
    public var errorCode: Int64? { integer("error_code") }
    /// What is wrong, in words that change.
    public var errorDescription: String? { text("error_description") }
    /// What may help, in words that change.
    public var possibleSolution: String? { text("possible_solution") }
}

/// Whether a thing lets messages pass.
public enum Availability: String, Sendable, CaseIterable {
    case available = "AVAILABLE"
    case limited = "LIMITED"
    case blocked = "BLOCKED"
}

/// What a thing is that messages pass.
public enum HealthEntityType: String, Sendable, CaseIterable {
    case phoneNumber = "PHONE_NUMBER"
    case waba = "WABA"
    case business = "BUSINESS"
    case app = "APP"
    case messageTemplate = "MESSAGE_TEMPLATE"
}
