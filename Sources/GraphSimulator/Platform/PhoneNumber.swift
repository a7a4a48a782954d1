public import StrictJSON

/// A business phone number and everything that hangs on it.
public struct PhoneNumber: Sendable {
    /// Its id.
    public var id: String
    /// The members of its node; a member that is taken out is left out of the answers.
    public var document: JSONObject
    /// The one item of `whatsapp_business_profile`.
    public var profile: JSONObject
    /// The answer of `settings`. SIP passwords in it are shown only when asked for.
    public var settings: JSONObject
    /// The one item of `whatsapp_commerce_settings`; `nil` when no catalog is linked, and the list is empty.
    public var commerceSettings: JSONObject?
    /// Items of `message_qrdls`, newest first. `creation_time` is never shown.
    public var qrCodes: [JSONObject]
    /// Whom it has blocked.
    public var blockedUsers: BlockedUsers
    /// The WhatsApp ids that wrote in the last 24 hours and so can be blocked; `nil` means everyone.
    public var recentUsers: Set<String>?
    /// Answers of the neighbours: `username`, `official_business_account`, `whatsapp_business_encryption`, `business_compliance_info`.
    public var neighbours: [SimulatedEdge: JSONObject]
    /// Things of kinds of which only the row is known.
    public var things: [SimulatedEdge: [JSONObject]] = [:]

    /// A number.
    public init(
        id: String, document: JSONObject = [:], profile: JSONObject = [:], settings: JSONObject = [:], commerceSettings: JSONObject? = nil,
        qrCodes: [JSONObject] = [], blockedUsers: BlockedUsers = BlockedUsers(), recentUsers: Set<String>? = nil,
        neighbours: [SimulatedEdge: JSONObject] = [:]
    ) {
        self.id = id
        self.document = document
        self.profile = profile
        self.settings = settings
        self.commerceSettings = commerceSettings
        self.qrCodes = qrCodes
        self.blockedUsers = blockedUsers
        self.recentUsers = recentUsers
        self.neighbours = neighbours
    }
}
