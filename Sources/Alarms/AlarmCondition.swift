public import WhatsAppBusiness

/// Something that is wrong now, whether or not it has lasted long enough to be an alarm.
public struct AlarmCondition: Sendable, Equatable {
    /// The alarm that it is a reason for.
    public var id: AlarmID
    /// How urgent it is.
    public var severity: Severity
    /// What is wrong, in one sentence without the account: `phone number +1 555-093-4873 (107878721936019) is BANNED`.
    public var text: String
    /// The kind of the thing that is wrong.
    public var kind: Kind
    /// The id of that thing.
    public var thing: String
    /// What it is about, sorted: the state that a number is in, the scopes that are missing, an account's templates. Where something joins these that is
    /// news, of the same alarm; words that change by themselves are not in it.
    public var content: [String]
    /// The names of the templates that it is about.
    public var templates: [String]?

    /// A condition.
    public init(
        _ id: AlarmID, _ severity: Severity, _ text: String, kind: Kind, thing: String, content: [String] = [], templates: [String]? = nil
    ) {
        self.id = id
        self.severity = severity
        self.text = text
        self.kind = kind
        self.thing = thing
        self.content = content.sorted()
        self.templates = templates
    }
}
