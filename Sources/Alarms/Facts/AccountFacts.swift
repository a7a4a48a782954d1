public import StrictJSON
public import WhatsAppBusiness

/// All that is known of one account that alarms are decided by.
public struct AccountFacts: Sendable, Equatable {
    /// The account's name in the configuration.
    public var account: String
    /// Meta's id of it.
    public var wabaID: String
    /// Whether it may be used and what Meta's review decided, in capitals.
    public var status: String?
    public var reviewStatus: String?
    /// What webhooks have reported of it and of its numbers.
    public var reported = ReportedTroubles()
    /// What its health status says.
    public var health = HealthFacts()
    /// The apps that get its webhooks; `nil` before they were seen.
    public var apps: Set<String>?
    /// Its numbers, by their ids; `nil` before they were seen.
    public var numbers: [String: NumberFacts]?
    /// The numbers that the configuration names.
    public var namedNumbers: Set<String> = []
    /// What became of its templates lately.
    public var templates = TemplateHistory()
    /// Its watches; `nil` before they were asked for.
    public var watches: [WatchFacts]?
    /// What Meta says of its token; `nil` where that was never asked or Meta did not say.
    public var token: TokenFacts?
    /// Which version of the Graph API it is asked by, and which one Meta answered by instead.
    public var version: APIVersion?
    public var upgraded: APIVersion?
    /// What it says that it looks like.
    public var expectations = Expectations()

    /// An account of which nothing is known yet.
    public init(account: String, wabaID: String) {
        self.account = account
        self.wabaID = wabaID
    }

    /// Takes what the account's own document says.
    public mutating func take(account document: JSONObject) {
        let business = WhatsAppBusinessAccount(checked: document)
        status = business.status?.rawText.uppercased()
        reviewStatus = business.reviewStatus?.rawText.uppercased()
        health = HealthFacts(document)
    }

    /// What is known of an access token.
    public struct TokenFacts: Sendable, Equatable {
        /// When it ends; `nil` for never.
        public var expiresAt: Timestamp?
        /// When data can no longer be asked for with it; `nil` for never.
        public var dataAccessExpiresAt: Timestamp?
        /// The scopes that were there or are needed, and are missing.
        public var missingScopes: Set<String>

        /// A token.
        public init(expiresAt: Timestamp? = nil, dataAccessExpiresAt: Timestamp? = nil, missingScopes: Set<String> = []) {
            self.expiresAt = expiresAt
            self.dataAccessExpiresAt = dataAccessExpiresAt
            self.missingScopes = missingScopes
        }
    }
}

/// What is known that concerns all accounts: the alarms of account `*`.
public struct ServiceFacts: Sendable, Equatable {
    /// The watch over the connection to Meta; `nil` before it was asked for.
    public var connection: WatchFacts?
    /// Why the ledger cannot be written, where it cannot.
    public var ledgerTrouble: String?
    /// Whether the ledger was damaged and was set aside for a new one when this process began.
    public var isLedgerNew = false

    /// Nothing is known yet.
    public init() {}
}
