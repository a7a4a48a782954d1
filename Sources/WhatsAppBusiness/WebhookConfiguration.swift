public import StrictJSON

/// Where the webhooks of a number go: one address for each scope, the most specific in force.
public struct WebhookConfiguration: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "phone_number": .string, "whatsapp_business_account": .string, "application": .string, "override_callback_uri": .string,
    ])

    /// The override of the number.
    public var phoneNumber: String? { text("phone_number") }
    /// The override of the account.
    public var account: String? { text("whatsapp_business_account") }
    /// The app's own.
    public var application: String? { text("application") }
    /// The override that is written, in documents of Meta's.
    public var overrideCallbackURI: String? { text("override_callback_uri") }

    /// The address of a scope.
    public func callbackURL(_ scope: CallbackURLScope) -> String? {
        switch scope {
        case .application: application
        case .account: account
        case .phoneNumber: phoneNumber
        }
    }

    /// The scope that is in force.
    public var scope: CallbackURLScope? { CallbackURLScope.allCases.last { callbackURL($0)?.isEmpty == false } }
}

/// What an address for webhooks holds for, from the widest to the most specific.
public enum CallbackURLScope: String, Sendable, CaseIterable {
    case application = "APP"
    case account = "WABA"
    case phoneNumber = "PHONE"
}
