public import StrictJSON

/// A WhatsApp Business account (WABA) and everything that hangs on it.
public struct Account: Sendable {
    /// Its id.
    public var id: String
    /// The members of its node but the edges; a member that is taken out is left out of the answers.
    public var document: JSONObject
    /// Its numbers, in the order in which they are listed.
    public var phoneNumbers: [PhoneNumber]
    /// Items as `subscribed_apps` gives them.
    public var subscribedApps: [JSONObject]
    /// Items as `message_templates` gives them; `creation_time` (Unix seconds, never shown) stands for `since` and `until`.
    public var messageTemplates: [JSONObject]
    /// Items as `activities` gives them, newest first.
    public var activities: [JSONObject]
    /// Items of the neighbours `flows`, `solutions` and `assigned_users`, and things of kinds of which only the row is known.
    public var neighbours: [SimulatedEdge: [JSONObject]] = [:]
    /// Calls under `whatsapp_business_management`.
    public var budget: SimulatedBudget
    /// Calls under `whatsapp` (messages, registration).
    public var messagingBudget: SimulatedBudget

    /// An account.
    public init(
        id: String, document: JSONObject = [:], phoneNumbers: [PhoneNumber] = [], subscribedApps: [JSONObject] = [],
        messageTemplates: [JSONObject] = [], activities: [JSONObject] = [], budget: SimulatedBudget = SimulatedBudget(),
        messagingBudget: SimulatedBudget = SimulatedBudget()
    ) {
        self.id = id
        self.document = document
        self.phoneNumbers = phoneNumbers
        self.subscribedApps = subscribedApps
        self.messageTemplates = messageTemplates
        self.activities = activities
        self.budget = budget
        self.messagingBudget = messagingBudget
    }

    func budget(_ type: UsageType) -> SimulatedBudget { type == .messaging ? messagingBudget : budget }
}
