public import GraphAPI
public import WhatsAppBusiness

/// One account as it is to be watched.
public struct AccountPlan: Sendable {
    /// Which of an account's numbers are watched.
    public enum Numbers: Sendable, Equatable {
        case all
        case only(Set<String>)
    }

    /// The account's name in the configuration.
    public var name: String
    /// Meta's id of it.
    public var wabaID: String
    /// How Meta is asked.
    public var client: GraphClient
    /// Which numbers are watched.
    public var numbers: Numbers
    /// How often each kind is looked at; a kind that is missing is not.
    public var intervals: [Kind: Duration]
    /// The largest deviation from an interval, as a part of it.
    public var splay: Double
    /// How many requests may be made.
    public var ceiling: Budget.Ceiling

    /// An account as it is to be watched.
    public init(
        name: String, wabaID: String, client: GraphClient, numbers: Numbers, intervals: [Kind: Duration], splay: Double = 0.1,
        ceiling: Budget.Ceiling
    ) {
        self.name = name
        self.wabaID = wabaID
        self.client = client
        self.numbers = numbers
        self.intervals = intervals
        self.splay = splay
        self.ceiling = ceiling
    }

    /// The kinds that are looked at account by account.
    static let accountKinds: [Kind] = [.phoneNumber]
    /// The kinds that are looked at number by number.
    static let numberKinds: [Kind] = [.businessProfile]
}

extension Kind {
    /// The edge that shows the things of this kind.
    var edge: Edge {
        guard let edge = Edge.serving(self) else { preconditionFailure("no edge shows \(rawValue)") }
        return edge
    }
}
