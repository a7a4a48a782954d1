public import WhatsAppBusiness

/// Everything that a configuration file says, checked, with the defaults filled in.
public struct Configuration: Sendable, Equatable {
    /// Where and how Meta is asked.
    public struct Graph: Sendable, Equatable {
        /// The API's address without a version.
        public var baseURL = "https://graph.facebook.com"
        /// The API's version.
        public var version = "v25.0"
        /// How long one request may take.
        public var timeout = Duration.seconds(30)
        /// A further certificate authority, PEM.
        public var caFile: String?
    }

    /// The ledger's file and how long changes are kept.
    public struct Ledger: Sendable, Equatable {
        /// The file; `nil` for the one in the state directory.
        public var path: String?
        /// Changes are kept this long,
        public var keepChanges = Duration.seconds(90 * 86_400)
        /// and at least this many of them.
        public var keepAtLeast = 10_000
    }

    /// The socket that local tools connect to.
    public struct Socket: Sendable, Equatable {
        /// The path; `nil` for the inherited socket or the one in the runtime directory.
        public var path: String?
        /// The permissions of a socket that is made here.
        public var mode: UInt32 = 0o660
        /// The group whose members may poll, block and unblock.
        public var controlGroup: String?
        /// Connections at a time.
        public var maxConnections = 4096
    }

    /// Whether changes go to the journal.
    public enum Journal: String, Sendable, CaseIterable {
        case auto
        case yes
        case no
    }

    /// How one kind is watched. `every` is missing where the kind is turned off.
    public struct KindSettings: Sendable, Equatable {
        /// The interval.
        public var every: Duration?
        /// How a list is walked; see `configuration.md`.
        public var paging = Paging.auto
        /// The longest window.
        public var window = Duration.seconds(180 * 86_400)
        /// With windows, what is older is not seen.
        public var since = "2022-05-01"
        /// Each window is seen within this time.
        public var fullSweep = Duration.seconds(6 * 3600)
        /// Where `every` stands.
        var place: Place?
    }

    /// How a list is walked.
    public enum Paging: String, Sendable, CaseIterable {
        case auto
        case cursor
        case time
    }

    /// How kinds are watched, for all accounts or for one.
    public struct Watch: Sendable, Equatable {
        /// By kind.
        ///
        /// Templates are walked by cursors unless a window of time is asked for: an old one's status changes without its time.
        public var kinds: [Kind: KindSettings] = [
            .account: KindSettings(every: .seconds(300)), .subscribedApp: KindSettings(every: .seconds(300)),
            .phoneNumber: KindSettings(every: .seconds(60)), .phoneNumberSettings: KindSettings(every: .seconds(3600)),
            .businessProfile: KindSettings(every: .seconds(900)), .commerceSettings: KindSettings(every: .seconds(3600)),
            .qrCode: KindSettings(every: .seconds(6 * 3600)), .messageTemplate: KindSettings(every: .seconds(900), paging: .cursor),
            .blockedUser: KindSettings(every: .seconds(900)),
        ]
        /// The largest deviation from an interval, as a part of it.
        public var splay = 0.1
        /// Where this stands.
        var place: Place?
    }

    /// How many requests may be made.
    public struct Budget: Sendable, Equatable {
        /// The share of what Meta leaves.
        public var share = 0.5
        /// A fixed ceiling instead.
        public var callsPerHour: Int?
    }

    /// Where a secret comes from.
    public enum SecretSource: Sendable, Equatable {
        /// A file in `$CREDENTIALS_DIRECTORY`.
        case credential(String)
        /// A file.
        case file(String)
        /// An environment variable.
        case environment(String)
    }

    /// One account.
    public struct Account: Sendable, Equatable {
        /// The name used everywhere else.
        public var name: String
        /// Meta's id of it.
        public var wabaID: String
        /// Where the access token comes from.
        public var token: SecretSource
        /// Where the app's secret comes from, if proofs are to be sent.
        public var appSecret: SecretSource?
        /// The numbers that are watched; `nil` for all.
        public var phoneNumbers: [String]?
        /// How its kinds are watched.
        public var watch: Watch
        /// Where in the files it stands, for what is found out later: `file:line`.
        public var place: String
        /// Where its id, its numbers and its secrets are named, for the same.
        var wabaIDPlace = Configuration.Place()
        var phoneNumbersPlace = Configuration.Place()
        var tokenPlace = Configuration.Place()
        var appSecretPlace = Configuration.Place()
    }

    /// Where something stands.
    struct Place: Sendable, Equatable {
        var file = ""
        var line: Int?
        var key = ""

        func problem(_ sentence: String) -> ConfigurationProblem {
            ConfigurationProblem(file: file, line: line, key: key, sentence: sentence)
        }
    }

    /// The file it was read from.
    public var file = ""
    /// How Meta is asked.
    public var graph = Graph()
    /// The ledger.
    public var ledger = Ledger()
    /// The socket.
    public var socket = Socket()
    /// The journal.
    public var journal = Journal.auto
    /// The defaults for all accounts.
    public var watch = Watch()
    /// The budget.
    public var budget = Budget()
    /// The accounts.
    public var accounts: [Account] = []
    /// Where values stand whose faults show later, by their keys.
    var places: [String: Place] = [:]

    /// A fault of the value of a key, where that stands.
    func problem(_ key: String, _ sentence: String) -> ConfigurationProblem {
        (places[key] ?? Place(file: file, key: key)).problem(sentence)
    }
}

/// Something in a configuration that cannot be used: which file, line and key, and what is wrong.
public struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public var file: String
    /// The line, from one; `nil` where the file as a whole is meant.
    public var line: Int?
    /// The key with the keys it stands under: `accounts[0].waba_id`.
    public var key: String
    /// What is wrong.
    public var sentence: String

    public var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(key.isEmpty ? "" : "\(key): ")\(sentence)"
    }
}

/// All problems of a configuration at once.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The problems, by file and line.
    public var problems: [ConfigurationProblem]

    public var description: String { problems.map(\.description).joined(separator: "\n") }

    /// The first of them, and how many more there are.
    public var sentence: String {
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return "\(problems.first?.description ?? "")\(more)"
    }
}
