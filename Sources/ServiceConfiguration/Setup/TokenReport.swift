package import GraphAPI
package import WhatsAppBusiness

/// What Meta says of a token, as somebody who sets up an account wants to know it: whose it is, what it may do, until when, and for which accounts.
package struct TokenReport: Sendable, Equatable {
    /// What is said of it, a line each.
    package var lines: [String] = []
    /// The ids that its permission is limited to; empty where it holds for all that it reaches, or Meta does not say.
    package var targets: [String] = []

    /// No more accounts are asked about.
    static let mostTargets = 1000
    /// A token that ends within this time is remarked upon.
    private static let soon = Duration.seconds(14 * 86_400)

    /// - Throws: where the token is no use.
    package init(_ inspection: TokenInspection, now: Timestamp) throws(SetupProblem) {
        if inspection.isValid == false {
            throw SetupProblem(
                "Meta says that the token is not valid" + (inspection.refusal.map { ": \($0)" } ?? ""), help: SetupProblem.newToken)
        }
        for (end, what) in [(inspection.expiresAt, "The token"), (inspection.dataAccessExpiresAt, "The token's access to data")] {
            if let end, end <= now { throw SetupProblem("\(what) ended at \(end)", help: SetupProblem.newToken) }
        }
        let needed = TokenInspection.managementScope
        if let scopes = inspection.scopes, !scopes.contains(needed) {
            let has = scopes.isEmpty ? "it has none" : "it has \(scopes.prefix(20).joined(separator: ", "))"
            throw SetupProblem("The token lacks the permission \(needed); \(has)", help: SetupProblem.newToken)
        }
        lines.append("Token of \(Self.owner(inspection))")
        if let scopes = inspection.scopes { lines.append("  may: \(scopes.prefix(20).joined(separator: ", "))") }
        lines.append("  ends: \(Self.end(inspection, now: now))")
        var seen: Set<String> = []
        targets = (inspection.granularScopes ?? []).filter { $0.scope == needed }.flatMap { $0.targetIDs ?? [] }
            .filter { seen.insert($0).inserted && $0.isAnID }.prefix(Self.mostTargets).map(\.self)
    }

    /// What is said where Meta does not tell of the token.
    package init(untold failure: GraphFailure) {
        lines = ["Meta does not say whose token this is, nor what it may do: \(failure)"]
    }

    private static func owner(_ inspection: TokenInspection) -> String {
        let kind =
            switch inspection.type {
            case "SYSTEM_USER": "a system user"
            case "USER": "a person"
            case "PAGE": "a page"
            case "APP": "an app itself"
            case let type?: "the type \(type)"
            case nil: "an unknown owner"
            }
        let user = inspection.userID.map { " (\($0))" } ?? ""
        let app = inspection.application.map { "\"\($0)\"" } ?? "unknown name"
        return "\(kind)\(user), by the app \(app)\(inspection.appID.map { " (\($0))" } ?? "")"
    }

    private static func end(_ inspection: TokenInspection, now: Timestamp) -> String {
        let ends = [inspection.expiresAt, inspection.dataAccessExpiresAt].compactMap(\.self)
        guard let end = ends.min() else { return inspection.neverExpires ? "never" : "not told" }
        return "\(end)" + (end < now.advanced(by: soon) ? ", which is soon: a system user's token can be made that never ends" : "")
    }
}

extension String {
    /// Whether this is an id of Meta's: decimal digits.
    var isAnID: Bool { 1...40 ~= utf8.count && utf8.allSatisfy { 0x30...0x39 ~= $0 } }
}
