package import GraphAPI
import StrictJSON
package import WhatsAppBusiness
package import StrictYAML

/// Asks Meta about a token and the accounts that it sees. Nothing is changed there.
package struct SetupSurvey: Sendable {
    private let client: GraphClient
    /// The address that is asked.
    private let address: String
    /// So many accounts are asked about at a time.
    private static let atOnce = 8

    package init(_ configuration: Configuration, token: SetupToken, transport: any Transport) throws(ConfigurationError) {
        let endpoint: Endpoint
        do throws(ConfigurationProblem) { endpoint = try configuration.endpoint() } catch { throw ConfigurationError(problems: [error]) }
        client = GraphClient(endpoint: endpoint, token: token.access, transport: transport)
        address = "\(endpoint)"
    }

    /// What Meta says of the token.
    /// - Throws: where it is no use, or Meta cannot be asked.
    package func report(now: Timestamp) async throws(SetupProblem) -> TokenReport {
        let inspection: TokenInspection
        do throws(GraphFailure) { inspection = try await client.inspectToken() } catch {
            if let problem = SetupProblem.refused(error) ?? .unreachable(error, at: address) { throw problem }
            if error.code == .forbidden {
                throw SetupProblem(
                    "The token lacks the permission \(TokenInspection.managementScope) (\(error.reason))", help: SetupProblem.newToken)
            }
            return TokenReport(untold: error)
        }
        return try TokenReport(inspection, now: now)
    }

    /// The ids of accounts that an id stands for: its own, where it is an account's, else those that the portfolio owns or was given. What of these could not
    /// be listed is remarked upon.
    package func accounts(under id: String) async throws(SetupProblem) -> (ids: [String], remarks: [String]) {
        guard id.isAnID else {
            throw SetupProblem(
                "\(id) is not an id: ids of Meta's are decimal digits",
                help: "The id of a portfolio is shown at business.facebook.com under Business settings, Business info.")
        }
        do throws(GraphFailure) {
            _ = try await client.fetch(Self.account(id))
            return ([id], [])
        } catch {
            if case .otherNode(.business, _, _) = error.code { return try await portfolio(id) }
            throw problem(error, about: id)
        }
    }

    private func portfolio(_ id: String) async throws(SetupProblem) -> (ids: [String], remarks: [String]) {
        var ids: [String] = []
        var failures: [GraphFailure] = []
        for edge in [Edge.ownedAccounts, .clientAccounts] {
            do throws(GraphFailure) {
                for key in try await client.all(GraphRequest(edge, id: id), pageLimit: 100).keys where !ids.contains(key) {
                    ids.append(key)
                }
            } catch {
                failures.append(error)
            }
        }
        if let failure = failures.first, ids.isEmpty {
            if let problem = SetupProblem.refused(failure) ?? .unreachable(failure, at: address) { throw problem }
            throw SetupProblem(
                "The accounts of the portfolio \(id) cannot be listed with this token (\(failure.reason))",
                help: "The permission business_management is needed to list them. Without it, give --business the id of one account.")
        }
        guard !ids.isEmpty else {
            throw SetupProblem(
                "The portfolio \(id) has no WhatsApp Business Account that this token sees",
                help: "Assign the accounts to the token's system user: Business settings, System users, Assign assets.")
        }
        let remarks = failures.map { "Not all accounts of the portfolio \(id) could be listed (\($0.reason))." }
        return (Array(ids.prefix(TokenReport.mostTargets)), remarks)
    }

    private func problem(_ failure: GraphFailure, about id: String) -> SetupProblem {
        if let problem = SetupProblem.refused(failure) ?? .unreachable(failure, at: address) { return problem }
        return SetupProblem("\(id) \(Self.trouble(failure))", help: Self.help(failure))
    }

    /// What is wrong with an id that is no account to be seen, as the end of a sentence.
    private static func trouble(_ failure: GraphFailure) -> String {
        switch failure.code {
        case .otherNode(let node, _, _): "is the id of \(node.withArticle), not of a WhatsApp Business Account"
        case .notFound: "cannot be seen with this token: it does not exist, or was not assigned to the token's system user"
        case .forbidden: "cannot be seen with this token: a permission is missing (\(failure.reason))"
        default: "cannot be asked about: \(failure)"
        }
    }

    private static func help(_ failure: GraphFailure) -> String {
        if case .otherNode(.phoneNumber, _, _) = failure.code {
            return "Give the id of the account that the number is in: WhatsApp Manager, Phone numbers, in the address after waba_id=."
        }
        return "Assign the account to the token's system user: Business settings, System users, Assign assets."
    }

    /// What can be seen of accounts, in the order of their ids.
    /// - Parameter known: the names of accounts in the configuration, by their ids.
    package func candidates(_ ids: [String], known: [String: String]) async throws(SetupProblem) -> [SetupCandidate] {
        let found = await withTaskGroup(of: (Int, Result<SetupCandidate, SetupProblem>).self) { group in
            var found: [Int: Result<SetupCandidate, SetupProblem>] = [:]
            var rest = Array(ids.enumerated())[...]
            for _ in 0..<Self.atOnce {
                if let (place, id) = rest.popFirst() { group.addTask { (place, await candidate(id, known[id])) } }
            }
            while let (place, outcome) = await group.next() {
                found[place] = outcome
                // Where Meta cannot be reached no more is asked.
                guard case .success = outcome, let (place, id) = rest.popFirst() else { continue }
                group.addTask { (place, await candidate(id, known[id])) }
            }
            return found
        }
        var candidates: [SetupCandidate] = []
        for (_, outcome) in found.sorted(by: { $0.key < $1.key }) { candidates.append(try outcome.get()) }
        return candidates
    }

    private func candidate(_ id: String, _ configuredName: String?) async -> Result<SetupCandidate, SetupProblem> {
        var candidate = SetupCandidate(id: id, configuredName: configuredName)
        do throws(GraphFailure) {
            candidate.name = try await client.fetch(Self.account(id)).body["name"]?.string
        } catch {
            if let problem = SetupProblem.unreachable(error, at: address) { return .failure(problem) }
            candidate.trouble = Self.trouble(error)
            return .success(candidate)
        }
        let numbers = GraphRequest(.phoneNumbers, id: id, fields: ["id", "display_phone_number", "verified_name"])
        do throws(GraphFailure) {
            candidate.numbers = try await client.all(numbers, pageLimit: 100).items.map { item in
                SetupCandidate.Number(
                    id: item["id"]?.idText ?? "?", display: item["display_phone_number"]?.string, name: item["verified_name"]?.string)
            }
        } catch {
            if let problem = SetupProblem.unreachable(error, at: address) { return .failure(problem) }
            candidate.numbers = nil
        }
        return .success(candidate)
    }

    /// A field that only accounts have: under any other id Meta names what the id belongs to.
    private static func account(_ id: String) -> GraphRequest {
        GraphRequest(.account, id: id, fields: ["id", "name", "message_template_namespace"])
    }
}
