public import StrictJSON
public import WhatsAppBusiness

/// One change that a webhook reports about the management of an account.
public struct WebhookReport: Sendable, Equatable {
    /// What kind of report it is.
    public let field: WebhookField
    /// What it says, as it came, but for secrets; `null` where there is nothing.
    public let value: JSONValue
    /// What it is known by.
    public let digest: WebhookDigest
    /// What it names by which its account is found.
    public let names: ReportNames

    init(_ field: WebhookField, value: JSONValue?, entryID: JSONValue?, time: JSONValue?) {
        self.field = field
        digest = WebhookDigest(entryID: entryID, time: time, field: field.rawValue, value: value)
        self.value = (value ?? .null).withoutNamedSecrets
        names = ReportNames(field, value ?? .null, entryID: entryID?.idText)
    }

    /// What the ledger keeps of it: the field's name and the value.
    public var document: JSONObject { ["field": .string(field.rawValue), "value": value] }
}

/// What a report names: accounts and numbers as Meta calls them.
public struct ReportNames: Sendable, Hashable {
    /// Ids that may be the account's, the likeliest first: the entry's, which can be a portfolio's or `0`, and that of `waba_info`.
    public let accountIDs: [String]
    /// The digits of the phone number that it concerns.
    public let digits: String?
    /// Meta's id of that number.
    public let phoneNumberID: String?
    /// Meta's id of the template that it concerns.
    public let templateID: String?

    /// Bytes of an id: what is longer is none.
    private static let longestID = 64
    /// Digits of a phone number: fifteen by E.164, and some to spare.
    private static let longestNumber = 20

    init(_ field: WebhookField, _ value: JSONValue, entryID: String?) {
        func id(_ value: JSONValue?) -> String? { value?.idText.flatMap { $0.isEmpty || $0.utf8.count > Self.longestID ? nil : $0 } }
        let ids = [entryID.flatMap { $0.utf8.count <= Self.longestID ? $0 : nil }, id(value["waba_info"]?["waba_id"])]
        accountIDs = ids.compactMap(\.self)
        digits = Self.digits(value["phone_number"]) ?? Self.digits(value["display_phone_number"])
        let isAboutNumber = value["entity_type"]?.string?.uppercased() == "PHONE_NUMBER"
        phoneNumberID = id(value["phone_number_settings"]?["phone_number_id"]) ?? (isAboutNumber ? id(value["entity_id"]) : nil)
        templateID = id(value["message_template_id"])
    }

    /// The digits of a number, however it is written; `nil` where there are none, or too many.
    public static func digits(of text: String) -> String? {
        let digits = text.utf8.lazy.filter { 0x30...0x39 ~= $0 }
        let count = digits.prefix(longestNumber + 1).count
        return count == 0 || count > longestNumber ? nil : String(decoding: digits, as: UTF8.self)
    }

    private static func digits(_ value: JSONValue?) -> String? { value?.idText.flatMap { digits(of: $0) } }
}

/// What of ours a report is about.
public struct ReportSubject: Sendable, Hashable {
    /// The account's name in the configuration.
    public var account: String
    /// Meta's id of it.
    public var wabaID: String
    /// The number's id, if it names a number of ours,
    public var phoneNumberID: String?
    /// and the number as people know it.
    public var displayNumber: String?

    /// An account, or one of its numbers.
    public init(account: String, wabaID: String, phoneNumberID: String? = nil, displayNumber: String? = nil) {
        self.account = account
        self.wabaID = wabaID
        self.phoneNumberID = phoneNumberID
        self.displayNumber = displayNumber
    }
}

extension JSONValue {
    /// How the names of members end that hold a secret: a password of a SIP server, a token.
    private static let secretEndings = ["token", "secret", "password", "proof"]

    /// The value with every member that its name says to be a secret replaced.
    var withoutNamedSecrets: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withoutNamedSecrets))
        case .object(let object):
            .object(
                JSONObject(
                    object.map { member in
                        let name = member.name.lowercased()
                        let isSecret = Self.secretEndings.contains { name.hasSuffix($0) } && !member.value.isNull
                        return (member.name, isSecret ? "(redacted)" : member.value.withoutNamedSecrets)
                    }))
        case .null, .bool, .number, .string: self
        }
    }
}
