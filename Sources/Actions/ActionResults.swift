public import StrictJSON
public import WhatsAppBusiness

/// The reply to most writing requests. Only the boolean `true` is a success.
public struct SuccessResult: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["success": .bool, "id": .id, "message": .string], required: ["success"])

    /// Whether it worked.
    public var success: Bool? { flag("success") }
    /// What was made, where that is told.
    public var id: String? { id("id") }
    /// A sentence, where there is one.
    public var message: String? { text("message") }
}

/// The reply to `POST /{PHONE}/messages` (https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages).
public struct SentMessage: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(
        [
            "messaging_product": .string, "contacts": .array(MessageContact.shape), "messages": .array(MessageReceipt.shape),
        ], required: ["messages"])

    /// To whom.
    public var contacts: [MessageContact]? { parts("contacts") }
    /// What was taken.
    public var messages: [MessageReceipt]? { parts("messages") }

    /// The id of the message.
    public var id: String? { messages?.first?.id }
    /// The digits of the number that it goes to.
    public var recipient: String? { contacts?.first?.waID }
}

/// The reply to a message made of a template: a sent message with a status.
public struct SentTemplate: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = SentMessage.shape

    /// To whom.
    public var contacts: [MessageContact]? { parts("contacts") }
    /// What was taken.
    public var messages: [MessageReceipt]? { parts("messages") }

    /// The id of the message.
    public var id: String? { messages?.first?.id }
    /// Whether it goes out now.
    public var status: OpenEnum<SentTemplateStatus>? { messages?.first?.status }
}

/// Whom a message goes to.
public struct MessageContact: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["input": .string, "wa_id": .id])

    /// What was asked for.
    public var input: String? { text("input") }
    /// The digits of their number.
    public var waID: String? { id("wa_id") }
}

/// What was taken.
public struct MessageReceipt: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["id": .id, "message_status": .string])

    /// `wamid.…`
    public var id: String? { id("id") }
    /// Whether it goes out now; only for templates.
    public var status: OpenEnum<SentTemplateStatus>? { open("message_status") }
}

/// Whether a message made of a template goes out now.
public enum SentTemplateStatus: String, Sendable, CaseIterable {
    case accepted = "accepted"
    case heldForQualityAssessment = "held_for_quality_assessment"
    case paused = "paused"
}
