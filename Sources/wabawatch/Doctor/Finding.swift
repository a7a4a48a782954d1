import Printing
import StrictJSON
import WhatsAppBusiness

/// What one check of `doctor` found: how it stands, in one sentence, and what to do where there is something.
struct Finding: Equatable {
    /// How a check came out, from the best to the worst.
    enum Verdict: String, CaseIterable, Comparable {
        case well
        /// It could not be found out; the sentence says why.
        case unknown = "not_known"
        case attention, wrong

        static func < (left: Verdict, right: Verdict) -> Bool { left.position < right.position }
        private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// For people: `not known`.
        var words: String { rawValue.replacing("_", with: " ") }

        /// How it is painted.
        var style: Style {
            switch self {
            case .well: .good
            case .unknown: .faint
            case .attention: .warning
            case .wrong: .critical
            }
        }
    }

    /// What is checked, in the order in which it is shown: first the host and the daemon, then what there is of each account.
    enum Check: String, CaseIterable, Comparable {
        case socket, version, unit, journal, drops, permissions, secrets, connection, ledger
        case token, expiry, scopes, callback, watches, budget
        case apiVersion = "api_version"
        case alarms

        static func < (left: Check, right: Check) -> Bool { left.position < right.position }
        private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// The checks of an account.
        static let ofAccounts: [Check] = [.token, .expiry, .scopes, .callback, .watches, .budget, .apiVersion, .alarms]

        /// For people: `API version`.
        var words: String { self == .apiVersion ? "API version" : rawValue }
    }

    let check: Check
    var verdict: Verdict
    /// One sentence without a full stop; it may hold words from outside.
    var sentence: String
    /// The account that it is of; `nil` for the host and the daemon.
    var account: String?
    /// What to do, a sentence.
    var advice: String?
    /// A command that does it, or shows more.
    var command: String?

    init(
        _ check: Check, _ verdict: Verdict, _ sentence: String, account: String? = nil, advice: String? = nil, command: String? = nil
    ) {
        self.check = check
        self.verdict = verdict
        self.sentence = sentence
        self.account = account
        self.advice = advice
        self.command = command
    }

    /// As severities go elsewhere. A socket of which nothing is known is no place to stop looking.
    var severity: Severity {
        switch verdict {
        case .well: .info
        case .unknown: check == .socket ? .warning : .notice
        case .attention: .warning
        case .wrong: .critical
        }
    }

    /// Members that have no value are left out.
    var json: JSONObject {
        var json: JSONObject = ["check": .string(check.rawValue), "verdict": .string(verdict.rawValue), "sentence": .string(sentence)]
        json["account"] = account.map(JSONValue.string)
        json["advice"] = advice.map(JSONValue.string)
        json["command"] = command.map(JSONValue.string)
        return json
    }
}

/// Words of a command line.
enum ShellWord {
    /// A word as a shell takes it: names that hold more than letters, digits and a few signs are quoted.
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_./@:+-".unicodeScalars.contains(scalar))
            }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
