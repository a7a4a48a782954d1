public import StrictJSON

/// A message made of a template, to one user.
public struct TemplateMessage: Sendable, Equatable {
    /// To whom.
    public let to: UserAddress
    /// The template's name, and the language of it: `en_US`.
    public let template: String
    public let language: String
    /// What stands in its places, as Meta takes it; empty for a template without any.
    public let components: [JSONObject]

    /// Components of a message, and bytes of all of them.
    static let mostComponents = 20
    static let longestComponents = 64 << 10

    /// Checks what it is made of (https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates).
    public init(to: String, template: String, language: String, components: [JSONObject] = []) throws(MemberError) {
        self.to = try UserAddress(to, member: "to")
        let isNameByte: (UInt8) -> Bool = { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x5F }
        guard 1...512 ~= template.utf8.count, template.utf8.allSatisfy(isNameByte) else {
            throw MemberError("template", "should be 1 to 512 small letters, digits and underscores")
        }
        let isLanguageByte: (UInt8) -> Bool = { 0x41...0x5A ~= $0 || isNameByte($0) || $0 == 0x2D }
        guard 2...16 ~= language.utf8.count, language.utf8.allSatisfy(isLanguageByte) else {
            throw MemberError("language", "should be a code such as en_US")
        }
        guard components.count <= Self.mostComponents else {
            throw MemberError("components", "has \(components.count) elements, and at most \(Self.mostComponents) are allowed")
        }
        guard components.reduce(0, { $0 + JSONValue.object($1).description.utf8.count }) <= Self.longestComponents else {
            throw MemberError("components", "takes more than \(Self.longestComponents) bytes")
        }
        for (index, component) in components.enumerated() where component["type"]?.string == nil {
            throw MemberError("components[\(index)].type", "is missing")
        }
        self.template = template
        self.language = language
        self.components = components
    }
}
