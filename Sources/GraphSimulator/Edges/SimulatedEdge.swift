public import WhatsAppBusiness

/// Something that can be asked for: a node or a list that hangs on one. The raw value is the last part of the path where there is one; that of a kind is in
/// the kind's row.
public struct SimulatedEdge: RawRepresentable, Sendable, Hashable {
    public let rawValue: String

    private init(_ rawValue: String) { self.rawValue = rawValue }

    /// The edge that serves a kind.
    public init(_ kind: Kind) {
        guard let edge = kind.row.edge, !edge.path.isEmpty else { preconditionFailure("\(kind.rawValue) has no edge of its own") }
        rawValue = edge.path
    }

    /// An edge by its name; `nil` if there is none of that name.
    public init?(rawValue: String) {
        self.rawValue = rawValue
        guard Self.own.contains(self) || served != nil else { return nil }
    }

    public static let account = SimulatedEdge("account")
    public static let phoneNumber = SimulatedEdge("phoneNumber")
    public static let template = SimulatedEdge("template")
    public static let business = SimulatedEdge("business")
    public static let phoneNumbers = SimulatedEdge(.phoneNumber)
    public static let subscribedApps = SimulatedEdge(.subscribedApp)
    public static let messageTemplates = SimulatedEdge(.messageTemplate)
    public static let activities = SimulatedEdge("activities")
    public static let flows = SimulatedEdge("flows")
    public static let solutions = SimulatedEdge("solutions")
    public static let assignedUsers = SimulatedEdge("assigned_users")
    public static let ownedAccounts = SimulatedEdge("owned_whatsapp_business_accounts")
    public static let clientAccounts = SimulatedEdge("client_whatsapp_business_accounts")
    public static let profile = SimulatedEdge(.businessProfile)
    public static let settings = SimulatedEdge(.phoneNumberSettings)
    public static let commerceSettings = SimulatedEdge(.commerceSettings)
    public static let qrCodes = SimulatedEdge(.qrCode)
    public static let qrCode = SimulatedEdge("message_qrdls/{code}")
    public static let blockedUsers = SimulatedEdge(.blockedUser)
    public static let conversationalAutomation = SimulatedEdge("conversational_automation")
    public static let username = SimulatedEdge("username")
    public static let officialBusinessAccount = SimulatedEdge("official_business_account")
    public static let encryption = SimulatedEdge("whatsapp_business_encryption")
    public static let complianceInfo = SimulatedEdge("business_compliance_info")
    public static let messages = SimulatedEdge("messages")
    public static let marketingMessages = SimulatedEdge("marketing_messages")
    public static let register = SimulatedEdge("register")
    public static let deregister = SimulatedEdge("deregister")
    public static let requestCode = SimulatedEdge("request_code")
    public static let verifyCode = SimulatedEdge("verify_code")
    public static let debugToken = SimulatedEdge("debug_token")
    /// `GET /?ids=a,b`.
    public static let several = SimulatedEdge("?ids")
    /// `POST /` with `batch`.
    public static let batch = SimulatedEdge("?batch")

    /// Those that the simulator knows more of than a kind's row says, or that no kind has.
    static let own: Set<SimulatedEdge> = [
        .account, .phoneNumber, .template, .business, .phoneNumbers, .subscribedApps, .messageTemplates, .activities, .flows, .solutions,
        .assignedUsers, .ownedAccounts, .clientAccounts, .profile, .settings, .commerceSettings, .qrCodes, .qrCode, .blockedUsers,
        .conversationalAutomation, .username, .officialBusinessAccount, .encryption, .complianceInfo, .messages, .marketingMessages,
        .register, .deregister, .requestCode, .verifyCode, .debugToken, .several, .batch,
    ]

    /// The usage type whose budget a call is counted under, as recorded.
    var usageType: UsageType {
        switch self {
        case .messages, .marketingMessages, .register, .deregister: .messaging
        default: .management
        }
    }

    /// What a list holds; `nil` if it is no list.
    var item: NodeKind? {
        switch self {
        case .phoneNumbers: .phoneNumber
        case .subscribedApps: .subscribedApp
        case .messageTemplates: .template
        case .activities: .activity
        case .ownedAccounts, .clientAccounts: .account
        case .qrCodes: .qrCode
        case .blockedUsers: .blockedUser
        case .flows, .solutions, .assignedUsers: .neighbour
        default: isPlain && served?.form == .list ? .neighbour : nil
        }
    }
}

/// Whose budget a call is counted under.
public enum UsageType: String, Sendable, CaseIterable {
    case management = "whatsapp_business_management"
    case messaging = "whatsapp"
    /// The app's own, seen only on calls that reach no account.
    case app
}

/// Which calls a fault strikes: those that agree with everything that is said.
public struct EdgeMatch: Sendable, Equatable {
    /// The edge, or any.
    public var edge: SimulatedEdge?
    /// The id in the path (of an account or a number), or any.
    public var id: String?
    /// The method, in capitals, or any.
    public var method: String?
    /// A name that is asked for in `fields`, at whatever depth, or any.
    public var field: String?
    /// Only calls that ask for more things a page than this, or for as many as there are; `nil` is any.
    public var limitAbove: Int?

    /// A match; nothing said is everything matched.
    public init(edge: SimulatedEdge? = nil, id: String? = nil, method: String? = nil, field: String? = nil, limitAbove: Int? = nil) {
        self.edge = edge
        self.id = id
        self.method = method
        self.field = field
        self.limitAbove = limitAbove
    }

    /// Every call.
    public static let any = EdgeMatch()
    /// Calls of one edge, of one account or number if it is named.
    public static func edge(_ edge: SimulatedEdge, of id: String? = nil, method: String? = nil) -> EdgeMatch {
        EdgeMatch(edge: edge, id: id, method: method)
    }

    /// Whether a call agrees. `expanded`: an edge that rides on the call counts as well.
    func matches(_ call: Call, _ request: GraphRequest, expanded: Bool) -> Bool {
        guard id == nil || id == call.id, method == nil || method == request.method else { return false }
        if let edge, edge != call.edge {
            guard expanded, request.selection?.names.contains(edge.rawValue) == true else { return false }
        }
        if let field, request.selection?.names.contains(field) != true { return false }
        if let limitAbove, request.largestLimit <= limitAbove { return false }
        return true
    }
}
