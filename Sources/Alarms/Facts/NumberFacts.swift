public import StrictJSON
public import WhatsAppBusiness

/// What is known of a phone number that alarms are decided by. Not its documents: there may be tens of thousands of numbers.
public struct NumberFacts: Sendable, Equatable {
    /// The number as people know it.
    public var displayNumber: String?
    /// Its status, in capitals.
    public var status: String?
    /// What it runs on, in capitals.
    public var platform: String?
    /// How people rate it, in capitals.
    public var rating: String?
    /// Whether its name was approved, and the name that is asked for, in capitals.
    public var nameStatus: String?
    public var newNameStatus: String?
    /// Whether two-step verification has a PIN.
    public var isPINEnabled: Bool?
    /// Where its messages go by the most specific scope that has an address; an address of `nil` is none at all.
    public var callback: Callback?
    /// What its health status says.
    public var health = HealthFacts()
    /// Whether people see its catalogue; `nil` where nothing is known of it.
    public var isCatalogueVisible: Bool?
    /// Since when some of this is so.
    public var times = NumberTimes()

    /// Where messages go.
    public struct Callback: Sendable, Equatable {
        /// The address; `nil` where there is none.
        public var url: String?
        /// Whose it is; `nil` where there is none.
        public var scope: CallbackURLScope?

        /// An address, or none.
        public init(url: String? = nil, scope: CallbackURLScope? = nil) {
            self.url = url
            self.scope = scope
        }
    }

    /// What a number's document says.
    public init(_ document: JSONObject) {
        let number = BusinessPhoneNumber(checked: document)
        displayNumber = number.displayPhoneNumber
        status = number.status?.rawText.uppercased()
        platform = number.platformType?.rawText.uppercased()
        rating = (number.qualityRating ?? number.qualityScore?.score)?.rawText.uppercased()
        nameStatus = number.nameStatus?.rawText.uppercased()
        newNameStatus = number.newNameStatus?.rawText.uppercased()
        isPINEnabled = number.isPINEnabled
        callback = number.webhookConfiguration.map { webhooks in
            Callback(url: webhooks.scope.flatMap(webhooks.callbackURL), scope: webhooks.scope)
        }
        health = HealthFacts(document)
    }

    /// Takes what the number's commerce settings say; without a catalogue people see none.
    public mutating func take(commerce document: JSONObject) {
        isCatalogueVisible = CommerceSettings(checked: document).isCatalogVisible ?? false
    }
}

/// Since when a number has been in states that are wrong only after a while, and what it was before: what its document alone does not say.
public struct NumberTimes: Sendable, Equatable {
    /// Since when its status has been `PENDING`.
    public var pendingSince: Timestamp?
    /// Since when a name of its has been under review.
    public var reviewSince: Timestamp?
    /// Whether it ran on the Cloud API before.
    public var wasOnCloudAPI = false

    /// Nothing is known.
    public init() {}
}
