import GraphAPI
import Watching
import WhatsAppBusiness

extension Configuration {
    /// Whether everything that the configuration names can be had: the secrets, the endpoint, the certificate authority.
    public func check(secrets: Secrets) throws(ConfigurationError) { _ = try plans(secrets: secrets) { _, _, _ in } }

    /// The accounts as they are to be watched.
    func plans(secrets: Secrets, transport: any Transport) throws(ConfigurationError) -> [AccountPlan] {
        try plans(secrets: secrets) { endpoint, token, appSecret in
            GraphClient(endpoint: endpoint, token: token, appSecret: appSecret, transport: transport)
        }
        .map { account, client in
            AccountPlan(
                name: account.name, wabaID: account.wabaID, client: client,
                numbers: account.phoneNumbers.map { .only(Set($0)) } ?? .all,
                intervals: account.watch.kinds.compactMapValues(\.every), splay: account.watch.splay,
                ceiling: budget.callsPerHour.map { .fixed($0) } ?? .share(budget.share))
        }
    }

    private func plans<Client>(
        secrets: Secrets, client: (Endpoint, AccessToken, AppSecret?) -> Client
    ) throws(ConfigurationError) -> [(Account, Client)] {
        var problems: [ConfigurationProblem] = []
        var plans: [(Account, Client)] = []
        for account in accounts {
            do throws(ConfigurationProblem) {
                let endpoint = try endpoint()
                plans.append((account, client(endpoint, try secrets.token(of: account), try secrets.appSecret(of: account))))
            } catch {
                if !problems.contains(error) { problems.append(error) }
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return plans
    }

    private func endpoint() throws(ConfigurationProblem) -> Endpoint {
        do {
            return try Endpoint(baseURL: graph.baseURL, version: graph.version)
        } catch {
            throw ConfigurationProblem(file: file, line: nil, key: "graph", sentence: "\(error)")
        }
    }
}
