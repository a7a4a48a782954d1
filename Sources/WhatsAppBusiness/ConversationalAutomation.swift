public import StrictJSON

/// What a number offers before anybody writes
/// (https://developers.facebook.com/docs/whatsapp/cloud-api/phone-numbers/conversational-components). A member of the phone number; order is what people see.
public struct ConversationalAutomation: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "id": .id, "enable_welcome_message": .bool, "prompts": .array(.string), "commands": .array(Command.shape),
    ])

    /// Meta's id of the bot, not of the number.
    public var id: String? { id("id") }
    /// Whether the first opening of a chat is announced.
    public var isWelcomeMessageEnabled: Bool? { flag("enable_welcome_message") }
    /// Ice breakers; at most four of 80 characters.
    public var prompts: [String]? { texts("prompts") }
    /// At most thirty.
    public var commands: [Command]? { parts("commands") }
}

/// Something that people can call with a slash.
public struct Command: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["command_name": .string, "command_description": .string])

    /// At most 32 characters.
    public var name: String? { text("command_name") }
    /// At most 256 characters.
    public var hint: String? { text("command_description") }
}
