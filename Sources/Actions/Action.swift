public import StrictJSON
public import WhatsAppBusiness

/// Something that is to be changed at Meta, its input checked and normalised.
public struct Action: Sendable, Equatable {
    /// What is done.
    public enum Deed: Sendable, Equatable {
        /// Users are blocked at the number, or unblocked: each once, in the order in which they were named.
        case block([UserAddress])
        case unblock([UserAddress])
        /// Members of a thing are set; a QR code without an id is created.
        case update(Kind, id: String?, JSONObject)
        /// A thing is taken away; `name` is a template's, which Meta asks for.
        case delete(Kind, id: String, name: String?)
        /// A message made of a template is sent.
        case send(TemplateMessage)
    }

    /// Where it is done.
    public struct Place: Sendable, Equatable {
        /// The account's name in the configuration, and Meta's id of it.
        public var account: String
        public var wabaID: String
        /// Meta's id of the number, for what belongs to one.
        public var phoneNumberID: String?

        /// A place.
        public init(account: String, wabaID: String, phoneNumberID: String? = nil) {
            self.account = account
            self.wabaID = wabaID
            self.phoneNumberID = phoneNumberID
        }
    }

    /// Where.
    public let place: Place
    /// What.
    public let deed: Deed
    /// What an account must allow for it.
    public let name: ActionName

    /// Users of one request; Meta takes no more (https://developers.facebook.com/docs/whatsapp/cloud-api/block-users).
    public static let usersPerRequest = 1000
    /// Users of one call; a number can block no more.
    public static let mostUsers = 64_000

    init(place: Place, deed: Deed, name: ActionName) {
        self.place = place
        self.deed = deed
        self.name = name
    }
}

// MARK: Reading what is asked for

extension Action {
    /// Users that are to be blocked, or unblocked.
    public static func users(_ users: [String], areBlocked: Bool, at place: Place) throws(MemberError) -> Action {
        guard place.phoneNumberID != nil else { throw MemberError("phoneNumberId", "is missing") }
        guard !users.isEmpty else { throw MemberError("users", "names nobody") }
        guard users.count <= mostUsers else { throw MemberError("users", "has more than \(mostUsers) elements") }
        var known: Set<String> = []
        var addresses: [UserAddress] = []
        for (index, user) in users.enumerated() {
            let address = try UserAddress(user, member: "users[\(index)]")
            if known.insert(address.key).inserted { addresses.append(address) }
        }
        return Action(place: place, deed: areBlocked ? .block(addresses) : .unblock(addresses), name: .block)
    }

    /// What an update of a kind needs to be allowed, before anything else of it is known.
    public static func name(ofUpdating kind: Kind, _ document: JSONObject) -> ActionName? {
        switch kind {
        case .businessProfile: .profile
        case .commerceSettings: .commerce
        case .phoneNumberSettings, .account: .settings
        case .qrCode: .qrCode
        case .subscribedApp: .callback
        case .phoneNumber:
            document.contains("conversational_automation")
                ? .automation : document.contains("webhook_configuration") ? .callback : .settings
        default: nil
        }
    }

    /// What a deletion of a kind needs to be allowed.
    public static func name(ofDeleting kind: Kind) -> ActionName? {
        switch kind {
        case .qrCode: .qrCode
        case .messageTemplate: .template
        case .subscribedApp: .callback
        default: nil
        }
    }

    /// Members of a thing that are to be set.
    public static func update(_ kind: Kind, id: String?, _ document: JSONObject, at place: Place) throws(MemberError) -> Action {
        guard let rule = DocumentRules.rule(of: kind), let name = name(ofUpdating: kind, document) else {
            throw MemberError("kind", "cannot be updated")
        }
        guard !document.isEmpty else { throw MemberError("document", "sets nothing") }
        try rule.check(.object(document), at: "document")
        if kind == .phoneNumberSettings { try DocumentRules.checkCallHours(document) }
        let isOfNumber = kind.row.scope == .phoneNumber || kind == .phoneNumber
        guard isOfNumber == (place.phoneNumberID != nil) else {
            throw MemberError("phoneNumberId", isOfNumber ? "is missing" : "belongs to no \(kind.rawValue)")
        }
        switch kind {
        case .phoneNumber:
            guard document.count == 1 else {
                throw MemberError("document", "has members that Meta takes only one by one: \(document.names.joined(separator: ", "))")
            }
            try checkOverride(document["webhook_configuration"], at: "document.webhook_configuration")
        case .subscribedApp: try checkOverride(.object(document), at: "document")
        default: break
        }
        // What there is one of is named by what it belongs to, if at all.
        if let id, kind != .qrCode, kind != .subscribedApp {
            guard id == place.phoneNumberID ?? place.wabaID else { throw MemberError("id", "is not that of the \(kind.rawValue)") }
        }
        if kind == .qrCode, let id { try checkCode(id) }
        return Action(place: place, deed: .update(kind, id: id, document), name: name)
    }

    /// A thing that is to be taken away.
    /// - Parameter name: a template's, by which Meta finds it.
    public static func delete(_ kind: Kind, id: String, name template: String? = nil, at place: Place) throws(MemberError) -> Action {
        guard let name = name(ofDeleting: kind) else { throw MemberError("kind", "cannot be deleted") }
        guard (kind == .qrCode) == (place.phoneNumberID != nil) else {
            throw MemberError("phoneNumberId", kind == .qrCode ? "is missing" : "belongs to no \(kind.rawValue)")
        }
        guard !id.isEmpty else { throw MemberError("id", "must not be empty") }
        if kind == .qrCode { try checkCode(id) }
        if kind == .messageTemplate, template == nil { throw MemberError("id", "is that of no template whose name is known") }
        return Action(place: place, deed: .delete(kind, id: id, name: template), name: name)
    }

    /// A message made of a template.
    public static func send(_ message: TemplateMessage, at place: Place) throws(MemberError) -> Action {
        guard place.phoneNumberID != nil else { throw MemberError("phoneNumberId", "is missing") }
        return Action(place: place, deed: .send(message), name: .send)
    }

    /// A new address is confirmed by Meta with a token, so that one without it is refused.
    private static func checkOverride(_ value: JSONValue?, at place: String) throws(MemberError) {
        guard let address = value?["override_callback_uri"]?.string, !address.isEmpty else { return }
        guard value?["verify_token"] != nil else { throw MemberError("\(place).verify_token", "is missing") }
    }

    private static func checkCode(_ code: String) throws(MemberError) {
        let isCode = 1...64 ~= code.utf8.count && code.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
        guard isCode else { throw MemberError("id", "is no QR code: that is of letters and digits") }
    }
}
