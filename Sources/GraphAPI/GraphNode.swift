public import WhatsAppBusiness

/// What kind of node an id belongs to, as far as it matters to whoever gave the wrong one.
public enum GraphNode: Sendable, Equatable {
    /// A WhatsApp Business Account, which Meta turns into a Messaging account under the same id.
    case account
    /// One of its phone numbers, or what Meta turns them into.
    case phoneNumber
    /// A business portfolio.
    case business
    /// Something else, by Meta's name for it.
    case other(String)

    /// The node of a type, as errors name it: `WhatsAppBusinessAccount`, `Business` …
    init(type: String) {
        switch type {
        case "WhatsAppBusinessAccount", "WhatsAppMessagingAccount", "MessagingAccount": self = .account
        case "WhatsAppBusinessPhoneNumber", "WhatsAppBusinessPreVerifiedPhoneNumber", "WhatsAppPhoneNumber", "WhatsAppAccount":
            self = .phoneNumber
        case "Business", "BusinessManager", "BusinessPortfolio": self = .business
        default: self = .other(type)
        }
    }
}

extension GraphNode: CustomStringConvertible {
    /// The name that people know it by.
    public var description: String {
        switch self {
        case .account: "WhatsApp Business Account"
        case .phoneNumber: "phone number"
        case .business: "business portfolio"
        case .other("Application"): "app"
        case .other("User"), .other("SystemUser"), .other("AppScopedUser"): "user"
        case .other("Page"): "page"
        case .other("AdAccount"): "ad account"
        case .other(let type): "node of the type \(type)"
        }
    }

    /// The same as it stands in a sentence: `a phone number`.
    public var withArticle: String { (description.first.map { "aeio".contains($0) } ?? false ? "an " : "a ") + description }
}

extension Edge {
    /// The kind of node that the edge belongs to: whose id it is asked by.
    public var node: GraphNode {
        guard let row = kind?.row else { return .business }
        // A number that is asked for by itself, and not in its account's list.
        if row.listsPhoneNumbers, path.isEmpty { return .phoneNumber }
        return row.scope == .account ? .account : .phoneNumber
    }
}
