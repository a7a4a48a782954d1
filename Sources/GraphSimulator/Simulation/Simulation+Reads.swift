import StrictJSON
import WhatsAppBusiness

/// What a read gives, before it is written down.
enum Content {
    case document(JSONObject)
    /// `{"data":[…]}` with no paging.
    case list([JSONObject])
    /// A page of a list.
    case page(Page, NodeKind, FieldSelection?, account: String?, link: Link)
}

/// What the links of a page begin with.
struct Link {
    var url: String
    /// The parameters that stay from page to page.
    var parameters: [(String, String)]

    func with(_ more: [(String, String)]) -> String {
        let query = (parameters + more).map { "\(PercentCoding.encode($0.0))=\(PercentCoding.encode($0.1))" }
        return query.isEmpty ? url : url + "?" + query.joined(separator: "&")
    }
}

extension Simulation {
    /// The answer's body.
    mutating func body(_ request: GraphRequest, _ call: Call, at now: Timestamp) throws(SimulatedError) -> [UInt8] {
        switch (call.edge, request.method) {
        case (.batch, "POST"): return try batch(request, at: now)
        case (.several, "GET"): return try several(request, at: now)
        case (_, "GET"):
            let selection = try request["fields"].map { text throws(SimulatedError) in try FieldSelection(parsing: text) }
            let kept = request.query.filter { !PageRequest.names.contains($0.name) && !Self.secrets.contains($0.name) }
            let content = try read(call, selection, link: link(request, call, kept.map { ($0.name, $0.value) })) { request[$0] }
            return try bytes(content)
        default: return JSONValue.object(try write(request, call, at: now)).graphJSON
        }
    }

    static let secrets: Set<String> = ["access_token", "appsecret_proof", "appsecret_time"]

    private func link(_ request: GraphRequest, _ call: Call, _ parameters: [(String, String)]) -> Link {
        let token = platform.tokenInPageLinks ? request.token.map { [("access_token", $0)] } ?? [] : []
        return Link(
            url: "\(platform.pageLinkOrigin ?? origin)/\(version(of: request))/\(call.path)", parameters: token + parameters)
    }

    /// What a node or list says. `argument` gives the parameters of the request, or of an expansion, and `largest` the longest page of one.
    func read(
        _ call: Call, _ selection: FieldSelection?, link: Link, largest: Int? = nil, _ argument: (String) -> String?
    ) throws(SimulatedError) -> Content {
        switch call.edge {
        case .account:
            guard let account = call.account.flatMap({ platform.accounts[$0] }) else { break }
            return .document(try select(account, selection, link: link))
        case .business:
            guard let id = call.id, let business = platform.businesses[id] else { break }
            return .document(
                try select(
                    ["id": .string(id), "name": .string(business.name), "verification_status": "verified"], .business, selection))
        case .phoneNumber:
            var document = try phone(call).document
            document["id"] = call.id.map { .string($0) }
            return .document(try selectPhone(document, in: call.account, selection, link: link))
        case .template:
            guard let account = call.account.flatMap({ platform.accounts[$0] }) else { break }
            return .document(try select(account.messageTemplates[call.index], .template, selection))
        case .profile: return .list([try select(try phone(call).profile, .profile, selection)])
        case .settings:
            let settings = try phone(call).settings
            return .document(
                try select(argument("include_sip_credentials") == "true" ? settings : settings.withoutPasswords, .settings, selection))
        case .commerceSettings:
            let settings = try phone(call).commerceSettings
            return .list(try settings.map { settings throws(SimulatedError) in [try select(settings, .commerceSettings, selection)] } ?? [])
        case .qrCode:
            guard let code = try phone(call).qrCodes.first(where: { $0["code"]?.string == call.code }) else {
                throw .noObject(call.code ?? "", method: "get")
            }
            return .list([try select(code, .qrCode, selection)])
        case .conversationalAutomation:
            return .document(try phone(call).document["conversational_automation"]?.object ?? [:])
        case .username, .officialBusinessAccount:
            return .document(try select(neighbour(call), .neighbour, selection))
        case .encryption, .complianceInfo: return .list([try select(neighbour(call), .neighbour, selection)])
        case .debugToken: return .document(["data": .object(debugToken(argument("input_token") ?? ""))])
        case .some(let edge):
            if let content = try plain(call, edge, selection) { return content }
            guard let kind = edge.item else { break }
            let listing = try listing(call, edge, argument)
            var page = try Pager(behaviour: behaviour(of: edge, largest: largest)).page(listing, try PageRequest(argument))
            if edge == .messageTemplates, argument("summary") != nil { page.summary = summary(call, listed: listing.count) }
            return .page(page, kind, selection, account: call.account, link: link)
        case .none: break
        }
        throw .noObject(call.id ?? "", method: "get")
    }

    private func neighbour(_ call: Call) throws(SimulatedError) -> JSONObject {
        guard let edge = call.edge, let document = try phone(call).neighbours[edge] else { throw .noObject(call.id ?? "", method: "get") }
        return document
    }

    private func select(_ account: Account, _ selection: FieldSelection?, link: Link) throws(SimulatedError) -> JSONObject {
        var document = account.document
        document["id"] = .string(account.id)
        return try select(document, .account, selection) { edge, field throws(SimulatedError) in
            try expand(Call(edge: edge, id: account.id, account: account.id), field, inside: .account, link: link)
        }
    }

    private func selectPhone(
        _ document: JSONObject, in account: String?, _ selection: FieldSelection?, link: Link
    ) throws(SimulatedError) -> JSONObject {
        try select(document, .phoneNumber, selection) { edge, field throws(SimulatedError) in
            guard let account, let id = document["id"]?.string,
                let index = platform.accounts[account]?.phoneNumbers.firstIndex(where: { $0.id == id })
            else { return nil }
            return try expand(Call(edge: edge, id: id, account: account, index: index), field, inside: .phoneNumber, link: link)
        }
    }

    // MARK: Writing it down

    func value(_ content: Content) throws(SimulatedError) -> JSONValue {
        switch content {
        case .document(let document): return .object(document)
        case .list(let documents): return ["data": .array(documents.map { .object($0) })]
        case .page(let page, let kind, let selection, let account, let link):
            var items: [JSONValue] = []
            for index in page.range { items.append(.object(try item(page, index, kind, selection, account, link))) }
            var value: JSONObject = ["data": .array(items)]
            value["summary"] = page.summary.map { .object($0) }
            value["paging"] = paging(page, link).map { .object($0) }
            return .object(value)
        }
    }

    private func bytes(_ content: Content) throws(SimulatedError) -> [UInt8] {
        guard case .page(let page, .blockedUser, nil, _, let link) = content, let listing = page.listing as? BlockedListing else {
            return try value(content).graphJSON
        }
        var bytes = Array(#"{"data":["#.utf8)
        bytes.reserveCapacity(64 * page.range.count + 1024)
        let start = listing.range.lowerBound
        listing.users.write(page.range.lowerBound + start..<page.range.upperBound + start, into: &bytes)
        bytes.append(contentsOf: "]".utf8)
        if let paging = paging(page, link) {
            bytes.append(contentsOf: #","paging":"#.utf8)
            JSONValue.object(paging).writeGraphJSON(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private func item(
        _ page: Page, _ index: Int, _ kind: NodeKind, _ selection: FieldSelection?, _ account: String?, _ link: Link
    ) throws(SimulatedError) -> JSONObject {
        let document = page.listing.document(at: index)
        switch kind {
        case .phoneNumber: return try selectPhone(document, in: account, selection, link: link)
        case .account:
            guard let account = platform.accounts[page.listing.key(at: index)] else { return document }
            return try select(account, selection, link: link)
        default: return try select(document, kind, selection)
        }
    }

    private func paging(_ page: Page, _ link: Link) -> JSONObject? {
        var paging: JSONObject = [:]
        paging["cursors"] = page.cursors.map { .object($0) }
        paging["next"] = page.next.map { .string(link.with($0)) }
        paging["previous"] = page.previous.map { .string(link.with($0)) }
        return paging.isEmpty ? nil : paging
    }

    private func debugToken(_ token: String) -> JSONObject {
        let state = platform.tokens[token]
        var expires: Int64 = 0
        if case .expires(let end) = state { expires = end.milliseconds / 1000 }
        return [
            "app_id": .string(platform.app.id), "application": .string(platform.app.name), "type": "SYSTEM_USER",
            "is_valid": .bool(state.map { $0 != .expired && $0 != .revoked && $0 != .passwordChanged } ?? false),
            "expires_at": .integer(expires), "data_access_expires_at": 0, "user_id": "122100000000000",
            "scopes": .array(platform.scopes.map(JSONValue.string)),
            "granular_scopes": .array(platform.scopes.map { .object(granular($0, state)) }),
        ]
    }

    /// A permission with the accounts that it is limited to; without them where it holds for all.
    private func granular(_ scope: String, _ state: TokenState?) -> JSONObject {
        guard case .limited(let accounts) = state, scope.hasPrefix("whatsapp_business") else { return ["scope": .string(scope)] }
        return ["scope": .string(scope), "target_ids": .array(accounts.sorted().map(JSONValue.string))]
    }
}

extension JSONObject {
    /// Settings without the passwords that are shown only when asked for.
    var withoutPasswords: JSONObject {
        guard var calling = self["calling"]?.object, var sip = calling["sip"]?.object, let servers = sip["servers"]?.array else {
            return self
        }
        sip["servers"] = .array(
            servers.map { server in
                guard var object = server.object else { return server }
                object["sip_user_password"] = nil
                return .object(object)
            })
        calling["sip"] = .object(sip)
        var settings = self
        settings["calling"] = .object(calling)
        return settings
    }
}
