import GraphAPI
import WhatsAppBusiness

/// Why nothing is set up, or not all: what is wrong, and what helps.
package struct SetupProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in one sentence.
    package var sentence: String
    /// What can be done about it, a line each.
    package var help: [String]

    package init(_ sentence: String, help: String...) {
        self.sentence = sentence
        self.help = help
    }

    package var description: String { ([sentence] + help.map { "  " + $0 }).joined(separator: "\n") }
}

extension SetupProblem {
    /// Where tokens come from.
    static let newToken =
        "Create one at business.facebook.com, Business settings, System users: Generate token, with \(TokenInspection.managementScope)."

    /// What is to be said where Meta does not answer at all; `nil` where it does.
    static func unreachable(_ failure: GraphFailure, at address: String) -> SetupProblem? {
        switch failure.code {
        case .unreachable(let error) where error.code == .tls:
            SetupProblem(
                "The connection to \(address) cannot be secured: \(error)",
                help: "Where a proxy opens TLS, name its certificate authority as graph.ca_file in the configuration.")
        case .unreachable(let error):
            SetupProblem(
                "Cannot reach \(address): \(error)",
                help: "Check this host's network and name resolution. A proxy is taken from the environment variable https_proxy.")
        case .invalidAnswer(let why):
            SetupProblem(
                "What answers at \(address) is not the Graph API: \(why.contains(" at byte ") ? "its answer is not valid JSON" : why)",
                help: "Check graph.base_url in the configuration, and whether a proxy or a login page is in the way.")
        case .transient, .throttled:
            SetupProblem("\(failure)".capitalizedFirst, help: "Try again in some minutes.")
        default: nil
        }
    }

    /// What is to be said where Meta refuses the token itself; `nil` where it does not.
    static func refused(_ failure: GraphFailure) -> SetupProblem? {
        if failure.graph?.message?.contains("appsecret_proof") == true {
            return SetupProblem(
                "The app requires a proof with its secret (appsecret_proof), which setup does not send",
                help: "Write the account's file by hand, with app_secret: see accounts.d/example.yaml.sample.",
                "Or turn off \"Require app secret\" in the app's advanced settings.")
        }
        guard failure.code == .unauthorized else { return nil }
        switch failure.graph?.subcode {
        case 463, 467: return SetupProblem("The token has expired or is not valid any more (\(failure.reason))", help: newToken)
        case 458: return SetupProblem("The app was removed from the business, so its token is refused (\(failure.reason))", help: newToken)
        case 460: return SetupProblem("The token ended when a password was changed (\(failure.reason))", help: newToken)
        default:
            return SetupProblem(
                "Meta refuses the token (\(failure.reason))",
                help: "Check that the whole token was copied, and nothing else.", newToken)
        }
    }
}

extension GraphFailure {
    /// Meta's words for it, or ours.
    var reason: String { graph.map { "\($0)" } ?? "\(self)" }
}

extension String {
    /// The same with a capital letter at its begin.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
