import StrictJSON

extension Simulation {
    /// The whole list behind an edge, filtered as the request asks, in the order that it asks for: lists have the newest first.
    func listing(_ call: Call, _ edge: SimulatedEdge, _ argument: (String) -> String?) throws(SimulatedError) -> any Listing {
        let listing = try filtered(call, edge, argument)
        switch argument("order") {
        case nil, "reverse_chronological": return listing
        case "chronological":
            guard let documents = (listing as? DocumentListing)?.documents else { return listing }
            return DocumentListing(documents: documents.reversed(), edge: edge)
        default: throw .parameter("Param order must be one of {chronological, reverse_chronological}")
        }
    }

    private func filtered(_ call: Call, _ edge: SimulatedEdge, _ argument: (String) -> String?) throws(SimulatedError) -> any Listing {
        if edge == .ownedAccounts || edge == .clientAccounts {
            let business = call.id.flatMap { platform.businesses[$0] } ?? Business()
            let ids = (edge == .ownedAccounts ? business.owned : business.client).filter { platform.accounts[$0] != nil }
            return DocumentListing(documents: ids.map { ["id": .string($0)] }, edge: edge)
        }
        guard let account = call.account.flatMap({ platform.accounts[$0] }) else { throw .noObject(call.id ?? "", method: "get") }
        switch edge {
        case .phoneNumbers: return try numbers(of: account, argument)
        case .subscribedApps: return DocumentListing(documents: account.subscribedApps, edge: edge)
        case .messageTemplates: return templates(of: account, argument)
        case .activities:
            let wanted = argument("activity_type").map { Set($0.split(separator: ",").map(String.init)) }
            let kept = account.activities.filter { wanted?.contains($0["activity_type"]?.string ?? "") ?? true }
            return DocumentListing(documents: kept, edge: edge)
        case .flows, .solutions, .assignedUsers: return DocumentListing(documents: account.neighbours[edge] ?? [], edge: edge)
        case .qrCodes:
            let code = argument("code")
            let codes = try phone(call).qrCodes
            return DocumentListing(documents: code == nil ? codes : codes.filter { $0["code"]?.string == code }, edge: edge)
        case .blockedUsers:
            let users = try phone(call).blockedUsers
            return BlockedListing(users: users, range: 0..<users.count)
        default:
            guard edge.isPlain else { throw .noObject(call.id ?? "", method: "get") }
            return DocumentListing(documents: things(call, edge), edge: edge)
        }
    }

    /// `sort=creation_time.asc` and `filtering=[{"field":…,"operator":"EQUAL","value":…}]`.
    private func numbers(of account: Account, _ argument: (String) -> String?) throws(SimulatedError) -> any Listing {
        var documents = account.phoneNumbers.map { phone -> JSONObject in
            var document = phone.document
            document["id"] = .string(phone.id)
            return document
        }
        if let filtering = argument("filtering") {
            guard let filters = try? JSONValue(parsing: filtering).array else { throw .parameter("filtering must be a JSON array") }
            for filter in filters {
                guard let field = filter["field"]?.string, let wanted = filter.object?[member: "value"] else {
                    throw .parameter("filtering needs field and value")
                }
                documents = documents.filter { $0[member: field] == wanted }
            }
        }
        if let sort = argument("sort") {
            let parts = sort.split(separator: ".")
            guard parts.count == 2, ["creation_time", "last_onboarded_time"].contains(parts[0]), ["asc", "desc"].contains(parts[1]) else {
                throw .parameter("Param sort is not valid")
            }
            let key = parts[0] == "creation_time" ? "id" : "last_onboarded_time"
            documents.sort { ($0[key]?.string ?? "") < ($1[key]?.string ?? "") }
            if parts[1] == "desc" { documents.reverse() }
        }
        return DocumentListing(documents: documents, edge: .phoneNumbers)
    }

    private func templates(of account: Account, _ argument: (String) -> String?) -> any Listing {
        var documents = account.messageTemplates
        for name in ["status", "category", "language", "name"] {
            // Several values stand with commas between.
            guard let wanted = argument(name)?.split(separator: ",").map(String.init) else { continue }
            documents = documents.filter { wanted.contains($0[name]?.string ?? "") }
        }
        if let wanted = argument("quality_score") { documents = documents.filter { $0["quality_score"]?["score"]?.string == wanted } }
        if let wanted = argument("content") { documents = documents.filter { Self.text(of: $0).contains(wanted) } }
        if let wanted = argument("name_or_content") {
            documents = documents.filter { ($0["name"]?.string ?? "").contains(wanted) || Self.text(of: $0).contains(wanted) }
        }
        return DocumentListing(documents: documents, edge: .messageTemplates)
    }

    /// What `summary=total_count,…` adds to a list of templates.
    func summary(_ call: Call, listed: Int) -> JSONObject {
        let count = call.account.flatMap { platform.accounts[$0] }?.messageTemplates.count ?? 0
        return [
            "total_count": .integer(listed), "message_template_count": .integer(count), "message_template_limit": 6000,
            "are_translations_complete": false,
        ]
    }

    private static func text(of template: JSONObject) -> String {
        (template["components"]?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n")
    }
}
