extension Edge {
    /// Every edge that is polled; `phoneNumber` is asked on demand.
    public static let watched = Kind.polled.filter { $0.row.ridesOn == nil }.compactMap(\.row.edge)

    /// The edge whose answer shows a kind: another kind's, where it rides on that.
    public static func serving(_ kind: Kind) -> Edge? { (kind.row.ridesOn?.kind ?? kind).row.edge }

    /// A kind's own edge.
    private static func own(_ kind: Kind) -> Edge {
        guard let edge = kind.row.edge else { preconditionFailure("Meta is not asked for \(kind.rawValue)") }
        return edge
    }
}

// Edges that the code names. Those of kinds stand in the table of kinds.

extension Edge {
    public static let account = own(.account)
    public static let subscribedApps = own(.subscribedApp)
    public static let phoneNumbers = own(.phoneNumber)
    public static let phoneNumberSettings = own(.phoneNumberSettings)
    public static let businessProfile = own(.businessProfile)
    public static let commerceSettings = own(.commerceSettings)
    public static let blockedUsers = own(.blockedUser)
    public static let qrCodes = own(.qrCode)
    public static let messageTemplates = own(.messageTemplate)

    /// `GET /{PHONE}`: one number outside a readable account.
    public static let phoneNumber = Edge(
        "phone number", kind: .phoneNumber, path: "", fields: phoneNumbers.fields, form: .node, item: BusinessPhoneNumber.self,
        keys: ["/id"])

    /// `GET /debug_token`: what Meta says of a token. It has no node; its name stands in the id's place.
    public static let debugToken = Edge("debug_token", kind: nil, path: "", fields: [], form: .single, item: TokenInspection.self)

    /// `GET /{BUSINESS}/owned_whatsapp_business_accounts`: the accounts that a portfolio owns.
    public static let ownedAccounts = accounts("owned accounts", path: "owned_whatsapp_business_accounts")

    /// `GET /{BUSINESS}/client_whatsapp_business_accounts`: the accounts of others that were shared with a portfolio.
    public static let clientAccounts = accounts("client accounts", path: "client_whatsapp_business_accounts")

    private static func accounts(_ name: String, path: String) -> Edge {
        Edge(
            name, kind: nil, path: path, fields: ["id", "name"], limit: 100, form: .list, item: WhatsAppBusinessAccount.self,
            keys: ["/id"])
    }
}
