import GraphAPI
package import StrictYAML
import WhatsAppBusiness

/// What Meta says of one account of a configuration: `wabawatchd --check --online`.
package struct OnlineCheck: Sendable, Equatable {
    /// What Meta answered.
    struct Answers: Sendable {
        /// What the token may do.
        var token: Result<TokenInspection, GraphFailure>
        /// The account's name, if it has one.
        var account: Result<String?, GraphFailure>
        /// The ids of its numbers; `nil` where the configuration names none.
        var numbers: Result<Set<String>, GraphFailure>?
    }

    /// What is well, in a line; `nil` where something is not.
    package var confirmation: String?
    /// What is wrong with the configuration.
    package var problems: [ConfigurationProblem] = []
    /// What is worth knowing and no mistake, with the place that it is about.
    package var notes: [String] = []
    /// What could not be found out, because Meta did not answer.
    package var unanswered: [String] = []

    /// A token that ends within this time is worth a note.
    static let soon = Duration.seconds(14 * 86_400)

    /// What the answers about an account come to.
    init(_ account: Configuration.Account, _ answers: Answers, now: Timestamp) {
        token(account, answers.token, now)
        id(account, answers.account)
        numbers(account, answers.numbers)
        guard problems.isEmpty, unanswered.isEmpty, case .success(let name) = answers.account else { return }
        let parts = [name.map { "\"\($0)\"" }, expiry(answers.token), counted(answers.numbers)].compactMap(\.self)
        confirmation = "\(account.name) (\(account.wabaID)): " + (parts.isEmpty ? "is there" : parts.joined(separator: ", "))
    }

    private mutating func token(_ account: Configuration.Account, _ answer: Result<TokenInspection, GraphFailure>, _ now: Timestamp) {
        let place = account.tokenPlace
        let inspection: TokenInspection
        switch answer {
        case .success(let success): inspection = success
        case .failure(let failure):
            switch failure.code {
            case .unauthorized: problems.append(place.problem("\(failure)"))
            case _ where failure.isNoAnswer: unanswered.append(place.problem("the token could not be checked: \(failure)").description)
            default: notes.append(place.problem("Meta does not say what the token may do: \(failure)").description)
            }
            return
        }
        if inspection.isValid == false {
            problems.append(place.problem("Meta does not take the access token" + (inspection.refusal.map { ": \($0)" } ?? "")))
        }
        for (end, what) in [(inspection.expiresAt, "the access token"), (inspection.dataAccessExpiresAt, "the token's access to data")] {
            guard let end else { continue }
            if end <= now {
                problems.append(place.problem("\(what) ended at \(end)"))
            } else if end < now.advanced(by: Self.soon) {
                notes.append(place.problem("\(what) ends at \(end)").description)
            }
        }
        let needed = TokenInspection.managementScope
        if let scopes = inspection.scopes, !scopes.contains(needed) {
            let has = scopes.isEmpty ? "none" : scopes.prefix(20).joined(separator: ", ")
            problems.append(place.problem("the access token lacks the permission \(needed); it has \(has)"))
        }
        let limits = inspection.granularScopes?.filter { $0.scope == needed }.compactMap(\.targetIDs).filter { !$0.isEmpty } ?? []
        if !limits.isEmpty, !limits.contains(where: { $0.contains(account.wabaID) }) {
            notes.append(place.problem("the permission \(needed) is not given for \(account.wabaID) by name").description)
        }
    }

    private mutating func id(_ account: Configuration.Account, _ answer: Result<String?, GraphFailure>) {
        guard case .failure(let failure) = answer else { return }
        switch failure.code {
        case .unauthorized: if problems.isEmpty { problems.append(account.tokenPlace.problem("\(failure)")) }
        case .otherNode(let node, _, _):
            problems.append(
                account.wabaIDPlace.problem("\(account.wabaID) is the id of \(node.withArticle), not of a WhatsApp Business Account"))
        case _ where failure.isNoAnswer:
            unanswered.append(account.wabaIDPlace.problem("the account could not be checked: \(failure)").description)
        default: problems.append(account.wabaIDPlace.problem("the account cannot be seen with this token: \(failure)"))
        }
    }

    private mutating func numbers(_ account: Configuration.Account, _ answer: Result<Set<String>, GraphFailure>?) {
        switch answer {
        case nil: break
        case .success(let ids):
            for number in account.phoneNumbers ?? [] where !ids.contains(number) {
                problems.append(account.phoneNumbersPlace.problem("\(number) is not a phone number of the account \(account.wabaID)"))
            }
        // Where the account itself cannot be seen, that has been said.
        case .failure(let failure):
            if !problems.isEmpty || !unanswered.isEmpty { return }
            if failure.isNoAnswer {
                unanswered.append(account.phoneNumbersPlace.problem("the numbers could not be checked: \(failure)").description)
            } else {
                problems.append(account.phoneNumbersPlace.problem("the account's numbers cannot be seen with this token: \(failure)"))
            }
        }
    }

    private func expiry(_ answer: Result<TokenInspection, GraphFailure>) -> String? {
        guard case .success(let inspection) = answer else { return nil }
        return inspection.neverExpires ? "the token never expires" : inspection.expiresAt.map { "the token expires at \($0)" }
    }

    private func counted(_ answer: Result<Set<String>, GraphFailure>?) -> String? {
        guard case .success(let ids) = answer else { return nil }
        return "\(ids.count) phone number\(ids.count == 1 ? "" : "s")"
    }
}

extension GraphFailure {
    /// Whether it says nothing of what was asked about.
    fileprivate var isNoAnswer: Bool {
        switch code {
        case .unreachable, .transient, .throttled, .invalidAnswer, .tooMuchData, .paging: true
        default: false
        }
    }
}
