import GraphAPI
import StrictJSON
package import WhatsAppBusiness

extension Configuration {
    /// So many accounts are asked about at a time.
    private static let asked = 8

    /// Asks Meta about every token and every account, once each, and about the numbers of those accounts that name theirs. Accounts whose secrets cannot
    /// be looked at here are left out. As soon as Meta cannot be reached no more is asked.
    /// - Parameter tell: is given what came out for an account as soon as that is known.
    package func checkOnline(secrets: Secrets, now: Timestamp, tell: (OnlineCheck) throws -> Void) async throws {
        let transport = try transport()
        defer { transport.close() }
        try await checkOnline(secrets: secrets, now: now, transport: transport, tell: tell)
    }

    func checkOnline(secrets: Secrets, now: Timestamp, transport: any Transport, tell: (OnlineCheck) throws -> Void) async throws {
        var visible = self
        visible.accounts = accounts.filter { secrets.unseen(of: $0).isEmpty }
        var tokens: [(token: AccessToken, client: GraphClient)] = []
        let questions = try visible.plans(secrets: secrets) { endpoint, token, appSecret in
            let client = GraphClient(endpoint: endpoint, token: token, appSecret: appSecret, transport: transport)
            if !tokens.contains(where: { $0.token == token }) { tokens.append((token, client)) }
            return (index: tokens.firstIndex { $0.token == token } ?? 0, client: client)
        }
        var inspections: [Int: Result<TokenInspection, GraphFailure>] = [:]
        var unreachable: GraphFailure?
        try await several(tokens.indices.map { $0 }, while: { unreachable == nil }) { [tokens] index in
            (index, await result { () throws(GraphFailure) in try await tokens[index].client.inspectToken() })
        } take: { index, inspection in
            inspections[index] = inspection
            if case .failure(let failure) = inspection, failure.isUnreachable { unreachable = failure }
        }
        try await several(questions, while: { unreachable == nil }) { [inspections] account, access in
            let token = inspections[access.index] ?? .failure(GraphFailure(.transient))
            return (account, await access.client.answers(about: account, token: token))
        } take: { account, answers in
            if case .failure(let failure) = answers.account, failure.isUnreachable { unreachable = failure }
            try tell(OnlineCheck(account, answers, now: now))
        }
        if let unreachable { try tell(OnlineCheck(unreachable)) }
    }

    /// Does something for each of many, a few at a time, and takes what comes of it in the order in which it comes; begins no more once `goesOn` says so.
    private func several<Item: Sendable, Outcome: Sendable>(
        _ items: [Item], while goesOn: () -> Bool, _ work: @escaping @Sendable (Item) async -> Outcome, take: (Outcome) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var rest = items[...]
            for _ in 0..<Self.asked {
                if goesOn(), let item = rest.popFirst() { group.addTask { await work(item) } }
            }
            while let outcome = try await group.next() {
                try take(outcome)
                if goesOn(), let item = rest.popFirst() { group.addTask { await work(item) } }
            }
        }
    }
}

extension OnlineCheck {
    /// What there is to say where Meta cannot be reached.
    fileprivate init(_ failure: GraphFailure) { unanswered = ["Meta cannot be asked, so not everything was checked: \(failure)"] }
}

extension GraphClient {
    /// What Meta says about an account whose token has been asked about. One that is refused is not used again.
    fileprivate func answers(
        about account: Configuration.Account, token: Result<TokenInspection, GraphFailure>
    ) async -> OnlineCheck.Answers {
        if case .failure(let failure) = token, failure.code == .unauthorized {
            return OnlineCheck.Answers(token: token, account: .failure(failure), numbers: nil)
        }
        // A field that only accounts have: under any other id Meta names what the id belongs to.
        let request = GraphRequest(.account, id: account.wabaID, fields: ["id", "name", "message_template_namespace"])
        let named = await result { () throws(GraphFailure) in try await fetch(request).body["name"]?.string }
        guard account.phoneNumbers != nil, case .success = named else {
            return OnlineCheck.Answers(token: token, account: named, numbers: nil)
        }
        let numbers = await result { () throws(GraphFailure) in
            Set(try await all(GraphRequest(.phoneNumbers, id: account.wabaID, fields: ["id"])).keys)
        }
        return OnlineCheck.Answers(token: token, account: named, numbers: numbers)
    }
}

private func result<Success: Sendable>(
    _ work: () async throws(GraphFailure) -> Success
) async -> Result<Success, GraphFailure> {
    do throws(GraphFailure) { return .success(try await work()) } catch { return .failure(error) }
}

extension GraphFailure {
    /// Whether nobody was reached, so that asking about something else is not worth waiting for.
    fileprivate var isUnreachable: Bool { if case .unreachable = code { true } else { false } }
}
