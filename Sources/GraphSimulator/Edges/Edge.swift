/// Something that can be asked for: a node or a list that hangs on one. The raw value is the last part of the path where there is one.
public enum Edge: String, Sendable, CaseIterable {
    case account, phoneNumber, template, business
    case phoneNumbers = "phone_numbers"
    case subscribedApps = "subscribed_apps"
    case messageTemplates = "message_templates"
    case activities, flows, solutions
    case assignedUsers = "assigned_users"
    case ownedAccounts = "owned_whatsapp_business_accounts"
    case clientAccounts = "client_whatsapp_business_accounts"
    case profile = "whatsapp_business_profile"
    case settings
    case commerceSettings = "whatsapp_commerce_settings"
    case qrCodes = "message_qrdls"
    case qrCode = "message_qrdls/{code}"
    case blockedUsers = "block_users"
    case conversationalAutomation = "conversational_automation"
    case username
    case officialBusinessAccount = "official_business_account"
    case encryption = "whatsapp_business_encryption"
    case complianceInfo = "business_compliance_info"
    case messages
    case marketingMessages = "marketing_messages"
    case register, deregister
    case requestCode = "request_code"
    case verifyCode = "verify_code"
    case debugToken = "debug_token"
    /// `GET /?ids=a,b`.
    case several = "?ids"
    /// `POST /` with `batch`.
    case batch = "?batch"

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
        default: nil
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
    public var edge: Edge?
    /// The id in the path (of an account or a number), or any.
    public var id: String?
    /// The method, in capitals, or any.
    public var method: String?
    /// A name that is asked for in `fields`, at whatever depth, or any.
    public var field: String?
    /// Only calls that ask for more things a page than this, or for as many as there are; `nil` is any.
    public var limitAbove: Int?

    /// A match; nothing said is everything matched.
    public init(edge: Edge? = nil, id: String? = nil, method: String? = nil, field: String? = nil, limitAbove: Int? = nil) {
        self.edge = edge
        self.id = id
        self.method = method
        self.field = field
        self.limitAbove = limitAbove
    }

    /// Every call.
    public static let any = EdgeMatch()
    /// Calls of one edge, of one account or number if it is named.
    public static func edge(_ edge: Edge, of id: String? = nil, method: String? = nil) -> EdgeMatch {
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
