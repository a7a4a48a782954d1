public import StrictJSON

/// Parameters of `SendTemplate`.
public struct SendTemplateParameters: Parameters {
    public typealias Reply = SendTemplateReply
    public static let method = "SendTemplate"

    /// The account's name in the configuration.
    public var account: String
    /// The number that it comes from.
    public var phoneNumberID: String
    /// To whom.
    public var to: String
    /// The template's name and language.
    public var template: String
    public var language: String
    /// What stands in its places, as Meta takes it.
    public var components: [JSONObject]?

    /// Components that a message may have.
    public static let componentLimit = 100

    /// A message to be sent.
    public init(
        account: String, phoneNumberID: String, to: String, template: String, language: String, components: [JSONObject]? = nil
    ) {
        self.account = account
        self.phoneNumberID = phoneNumberID
        self.to = to
        self.template = template
        self.language = language
        self.components = components
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        try member.expectOnly("account", "phoneNumberId", "to", "template", "language", "components")
        account = try member("account", .name)
        phoneNumberID = try member("phoneNumberId", .name)
        to = try member("to", .name)
        template = try member("template", .name)
        language = try member("language", .name)
        components = try member(optional: "components", .list(.object, atMost: Self.componentLimit))
    }

    public var json: JSONObject {
        var json: JSONObject = [
            "account": .string(account), "phoneNumberId": .string(phoneNumberID), "to": .string(to), "template": .string(template),
            "language": .string(language),
        ]
        json["components"] = components.map { .array($0.map { .object($0) }) }
        return json
    }
}

/// What `SendTemplate` answers.
public struct SendTemplateReply: Record {
    /// The message as Meta took it.
    public var sent: SentTemplateRecord

    /// A reply.
    public init(sent: SentTemplateRecord) { self.sent = sent }
    public init(json: JSONObject) throws(MemberError) { sent = try MemberReader(json)("sent", .record(SentTemplateRecord.self)) }
    public var json: JSONObject { ["sent": .object(sent.json)] }
}

/// A message made of a template, as Meta took it.
public struct SentTemplateRecord: Record {
    /// Meta's id of the message.
    public var id: String
    /// To whom it was to go, as Meta understood it.
    public var input: String
    /// The digits of their number.
    public var toUser: String?
    /// The number that it comes from.
    public var fromPhoneID: String
    /// `accepted`, `held_for_quality_assessment`, `paused`, or what else Meta says.
    public var status: String?

    /// A message.
    public init(id: String, input: String, toUser: String? = nil, fromPhoneID: String, status: String? = nil) {
        self.id = id
        self.input = input
        self.toUser = toUser
        self.fromPhoneID = fromPhoneID
        self.status = status
    }

    public init(json: JSONObject) throws(MemberError) {
        let member = MemberReader(json)
        id = try member("id", .text)
        input = try member("input", .text)
        toUser = try member(optional: "toUser", .text)
        fromPhoneID = try member("fromPhoneId", .text)
        status = try member(optional: "status", .text)
    }

    public var json: JSONObject {
        var json: JSONObject = ["id": .string(id), "input": .string(input), "fromPhoneId": .string(fromPhoneID)]
        json["toUser"] = toUser.map(JSONValue.string)
        json["status"] = status.map(JSONValue.string)
        return json
    }
}
