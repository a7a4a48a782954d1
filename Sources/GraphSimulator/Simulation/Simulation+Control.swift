import StrictJSON

/// Changes from outside the process, for whoever runs the executable: paths below `/simulator`, with no token.
///
///     POST   /simulator/faults      {"kind":"status","status":502,"edge":"settings","id":"…","method":"GET","times":2}
///                                   or any other of `NamedFault.all`, with its parameters
///     DELETE /simulator/faults
///     POST   /simulator/webhooks    {"copies":2,"delay_ms":500,"batch":3,"disorder":2}, all of them optional: how webhooks come from now on
///     POST   /simulator/tokens      {"TOKEN":"expired"}
///     POST   /simulator/ID          members of an account's, a number's or a template's node; null takes one away
///     POST   /simulator/ID/EDGE     the same for whatsapp_business_profile, settings and whatsapp_commerce_settings, and for an edge of which only a
///                                   kind's row is known; a thing of a list is told by its key, and put there
///     DELETE /simulator/ID/EDGE     takes such a thing away
extension Simulation {
    mutating func control(_ request: GraphRequest) -> GraphAnswer {
        let result: Result<Void, SimulatedError> = Result { () throws(SimulatedError) in
            switch (request.method, request.path.dropFirst().first, request.path.count) {
            case ("POST", "faults", 2):
                var parameters = request.body
                parameters["kind"] = .none
                faults.append(try ArmedFault(named: request.body["kind"]?.string ?? "", parameters))
            case ("DELETE", "faults", 2): faults = []
            case ("POST", "tokens", 2): try setTokens(request.body)
            case ("POST", "webhooks", 2): webhooks = try WebhookBehaviour(request.body)
            case ("POST", let id?, 2): try change(id, nil, request.body)
            case ("POST", let id?, 3):
                guard let edge = SimulatedEdge(rawValue: request.path[2]) else { throw .noObject(request.path[2], method: "post") }
                try change(id, edge, request.body)
            case ("DELETE", let id?, 3):
                guard let edge = SimulatedEdge(rawValue: request.path[2]) else { throw .noObject(request.path[2], method: "delete") }
                try change(id, plain: edge, request.body, isGone: true)
            default: throw .noObject(request.path.joined(separator: "/"), method: request.method)
            }
        }
        let headers = [(name: "content-type", value: "application/json; charset=UTF-8")]
        switch result {
        case .success: return GraphAnswer(status: 200, headers: headers, body: JSONValue.object(Self.success).graphJSON)
        case .failure(let error): return refuse(error, headers)
        }
    }

    private mutating func setTokens(_ body: JSONObject) throws(SimulatedError) {
        let states: [String: TokenState] = [
            "valid": .valid, "expired": .expired, "revoked": .revoked, "passwordChanged": .passwordChanged,
            "withoutPermission": .withoutPermission,
        ]
        for member in body {
            guard let state = member.value.string.flatMap({ states[$0] }) else {
                throw .parameter("A token's state is one of \(states.keys.sorted())")
            }
            platform.tokens[member.name] = state
        }
    }

    private mutating func change(_ id: String, _ edge: SimulatedEdge?, _ body: JSONObject) throws(SimulatedError) {
        if let edge, edge.isPlain { return try change(id, plain: edge, body, isGone: false) }
        if edge == nil, platform.accounts[id] != nil {
            platform.accounts[id]?.document.merge(body)
            return
        }
        if edge == nil {
            for account in platform.accounts.keys {
                guard let index = platform.accounts[account]?.messageTemplates.firstIndex(where: { $0["id"]?.string == id }) else {
                    continue
                }
                platform.accounts[account]?.messageTemplates[index].merge(body)
                return
            }
        }
        guard var number = platform[phoneNumber: id] else { throw .noObject(id, method: "post") }
        switch edge {
        case .none: number.document.merge(body)
        case .profile: number.profile.merge(body)
        case .settings: number.settings.merge(body)
        case .commerceSettings:
            var settings = number.commerceSettings ?? [:]
            settings.merge(body)
            number.commerceSettings = settings.isEmpty ? nil : settings
        default: throw .noObject(id, method: "post")
        }
        platform[phoneNumber: id] = number
    }
}

extension JSONObject {
    /// Takes over the other's members; `null` takes one away.
    mutating func merge(_ other: JSONObject) {
        for member in other { self[member.name] = member.value.isNull ? .none : member.value }
    }
}
