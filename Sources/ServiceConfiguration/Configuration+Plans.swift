package import GraphAPI
package import StrictYAML
import Synchronization
package import Watching
import WhatsAppBusiness

extension Configuration {
    /// Whether everything that the configuration names can be had: the secrets, the endpoint, the certificate authority, the group. Where no credentials
    /// were passed, everything else is polled.
    /// - Returns: what could not be looked at, a line each.
    package func check(secrets: Secrets) throws(ConfigurationError) -> [String] {
        var problems: [ConfigurationProblem] = []
        do throws(ConfigurationError) { try transport().close() } catch { problems += error.problems }
        do throws(ConfigurationError) { _ = try controlGroupID() } catch { problems += error.problems }
        let unseen = Dictionary(uniqueKeysWithValues: accounts.map { ($0.name, secrets.unseen(of: $0)) })
        for account in accounts {
            func look<Secret>(_ place: Place, _ read: () throws(ConfigurationProblem) -> Secret) {
                if unseen[account.name]?.contains(where: { $0.place == place }) == true { return }
                do throws(ConfigurationProblem) { _ = try read() } catch { problems.append(error) }
            }
            look(account.tokenPlace) { () throws(ConfigurationProblem) in try secrets.token(of: account) }
            if account.appSecret != nil {
                look(account.appSecretPlace) { () throws(ConfigurationProblem) in try secrets.appSecret(of: account) }
            }
        }
        let unseenOfWebhook = secrets.unseen(of: webhook)
        for (source, place) in zip(webhook.appSecrets, webhook.appSecretPlaces)
        where !unseenOfWebhook.contains(where: { $0.place == place }) {
            do throws(ConfigurationProblem) { _ = try secrets.appSecret(from: source, place) } catch { problems.append(error) }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return (accounts.flatMap { unseen[$0.name] ?? [] } + unseenOfWebhook).map { $0.place.problem($0.sentence).description }
    }

    /// The accounts as they are to be watched.
    /// - Parameter carrier: what carries an account's requests over that transport, by its name.
    package func plans(
        secrets: Secrets, transport shared: any Transport,
        carrier: @escaping @Sendable (String, any Transport) -> any Transport = { $1 }
    ) throws(ConfigurationError) -> [AccountPlan] {
        let endpoints = try plans(secrets: secrets) { endpoint, token, appSecret in (endpoint, token, appSecret) }
        return endpoints.map { account, access in
            let (endpoint, token, appSecret) = access
            let transport = carrier(account.name, shared)
            @Sendable func client(_ token: AccessToken, _ appSecret: AppSecret?) -> GraphClient {
                GraphClient(endpoint: endpoint, token: token, appSecret: appSecret, transport: transport)
            }
            // What was handed out last, so that the same token is not taken for another one.
            let known = Mutex(token)
            return AccountPlan(
                name: account.name, wabaID: account.wabaID, client: client(token, appSecret),
                numbers: account.phoneNumbers.map { .only(Set($0)) } ?? .all,
                intervals: account.watch.kinds.compactMapValues(\.every), lists: account.watch.lists, splay: account.watch.splay,
                isAdaptive: account.watch.isAdaptive, ceiling: budget.callsPerHour.map { .fixed($0) } ?? .share(budget.share),
                expansion: graph.expansion, ignored: account.ignored, expectations: account.expectations, alarms: account.alarms,
                checksToken: true,
                renewedClient: {
                    guard let token = try? secrets.token(of: account), known.withLock({ $0 != token }) else { return nil }
                    known.withLock { $0 = token }
                    return client(token, (try? secrets.appSecret(of: account)) ?? appSecret)
                })
        }
    }

    /// What is made of each account's endpoint and secrets.
    func plans<Client>(
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

    func endpoint() throws(ConfigurationProblem) -> Endpoint {
        do {
            return try Endpoint(baseURL: graph.baseURL, version: graph.version)
        } catch {
            throw problem("graph.base_url", "\(error)")
        }
    }
}

extension Configuration.Watch {
    /// How long lists are walked.
    var lists: [Kind: ListPlan] {
        kinds.filter { $0.key.row.takesWindows }.mapValues { settings in
            let paging: ListPlan.Paging =
                switch settings.paging {
                case .auto: .auto
                case .cursor: .cursor
                case .time: .time
                }
            let since = Timestamp(parsing: "\(settings.since)T00:00:00Z") ?? ListPlan().since
            return ListPlan(paging: paging, window: settings.window, since: since, fullSweep: settings.fullSweep)
        }
    }
}
