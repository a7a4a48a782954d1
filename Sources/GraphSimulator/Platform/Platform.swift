/// Everything that the simulated platform holds, changed with `GraphSimulator.update`.
public struct Platform: Sendable {
    /// The accounts by WABA id.
    public var accounts: [String: Account]
    /// The access tokens that are known; any other gets error 190.
    public var tokens: [String: TokenState]
    /// What tokens may do, as `debug_token` says.
    public var scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
    /// The portfolios by id, for `owned_…` and `client_whatsapp_business_accounts`.
    public var businesses: [String: Business]
    /// The app that the tokens belong to.
    public var app: Application
    /// How edges serve their lists, where that differs from what is recorded.
    public var behaviours: [SimulatedEdge: EdgeBehaviour] = [:]
    /// What becomes of edges inside nodes, where that differs from what is recorded.
    public var expansions: [SimulatedEdge: ExpansionBehaviour] = [:]
    /// How batches are answered.
    public var batches = BatchBehaviour()
    /// Fields that a newer version of the API has taken away: asking for one fails the whole request.
    public var withdrawnFields: [NodeKind: Set<String>] = [:]
    /// Versions that are served; older ones are upgraded to the oldest, with a warning.
    public var versions: ClosedRange<SimulatedVersion> = SimulatedVersion(22, 0)...SimulatedVersion(26, 0)
    /// How long every answer takes at least.
    public var latency: Duration = .zero
    /// Whether `next` and `previous` hold the access token, as Meta's do.
    public var tokenInPageLinks = true
    /// Another origin for `next` and `previous`, to see that a reader does not go there.
    public var pageLinkOrigin: String?

    /// A platform; empty unless said otherwise.
    public init(
        accounts: [Account] = [], tokens: [String: TokenState] = [:], businesses: [String: Business] = [:], app: Application = Application()
    ) {
        self.accounts = Dictionary(accounts.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.tokens = tokens
        self.businesses = businesses
        self.app = app
    }

    /// How an edge serves its list.
    public subscript(behaviour edge: SimulatedEdge) -> EdgeBehaviour {
        get { behaviours[edge] ?? .recorded(edge) }
        set { behaviours[edge] = newValue }
    }

    /// What becomes of an edge inside a node.
    public subscript(expansion edge: SimulatedEdge) -> ExpansionBehaviour {
        get { expansions[edge] ?? .recorded(edge) }
        set { expansions[edge] = newValue }
    }

    /// A number by its id, whichever account it belongs to. Setting one that is nowhere does nothing; setting `nil` takes it away.
    public subscript(phoneNumber id: String) -> PhoneNumber? {
        get {
            guard let place = place(ofPhoneNumber: id) else { return nil }
            return accounts[place.account]?.phoneNumbers[place.index]
        }
        set {
            guard let place = place(ofPhoneNumber: id) else { return }
            if let newValue {
                accounts[place.account]?.phoneNumbers[place.index] = newValue
            } else {
                accounts[place.account]?.phoneNumbers.remove(at: place.index)
            }
        }
    }

    func place(ofPhoneNumber id: String) -> (account: String, index: Int)? {
        for (account, value) in accounts {
            if let index = value.phoneNumbers.firstIndex(where: { $0.id == id }) { return (account, index) }
        }
        return nil
    }
}

/// A portfolio: whose accounts it owns and whose it was given.
public struct Business: Sendable {
    /// Its name.
    public var name = "Lucky Shrub Portfolio"
    /// WABA ids.
    public var owned: [String]
    /// WABA ids.
    public var client: [String]

    /// A portfolio.
    public init(owned: [String] = [], client: [String] = []) {
        self.owned = owned
        self.client = client
    }
}

/// The app behind the tokens.
public struct Application: Sendable {
    /// Its id.
    public var id: String
    /// Its name.
    public var name: String
    /// Its secret. When there is one, an `appsecret_proof` that is sent is checked.
    public var secret: String?
    /// Whether a call without `appsecret_proof` is refused ("Require App Secret").
    public var requiresProof: Bool
    /// Its own budget, for calls that reach no account.
    public var budget: SimulatedBudget

    /// An app.
    public init(
        id: String = "670843887433847", name: String = "Lucky Shrub", secret: String? = nil, requiresProof: Bool = false,
        budget: SimulatedBudget = SimulatedBudget(callsPerHour: 20_000, code: 4)
    ) {
        self.id = id
        self.name = name
        self.secret = secret
        self.requiresProof = requiresProof
        self.budget = budget
    }
}
