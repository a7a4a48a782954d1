package import Actions
package import Alarms
package import StrictJSON
import StrictYAML
package import Watching
package import WhatsAppBusiness

/// Everything that a configuration file says, checked, with the defaults filled in.
package struct Configuration: Sendable, Equatable {
    /// Where and how Meta is asked.
    package struct Graph: Sendable, Equatable {
        /// The API's address without a version.
        package var baseURL = "https://graph.facebook.com"
        /// The API's version.
        package var version = "v25.0"
        /// How long one request may take.
        package var timeout = Duration.seconds(30)
        /// Whether one request may bring what several would.
        package var expansion = AccountPlan.Expansion.auto
        /// A further certificate authority, PEM.
        package var caFile: String?
    }

    /// The ledger's file and how long changes are kept.
    package struct Ledger: Sendable, Equatable {
        /// The file; `nil` for the one in the state directory.
        package var path: String?
        /// Changes are kept this long,
        package var keepChanges = Duration.seconds(90 * 86_400)
        /// and at least this many of them.
        package var keepAtLeast = 10_000
    }

    /// The socket that local tools connect to.
    package struct Socket: Sendable, Equatable {
        /// The path; `nil` for the inherited socket or the one in the runtime directory.
        package var path: String?
        /// The permissions of a socket that is made here.
        package var mode: UInt32 = 0o660
        /// The group whose members may poll, block and unblock.
        package var controlGroup: String?
        /// Connections at a time.
        package var maxConnections = 4096
    }

    /// Whether changes go to the journal.
    package enum Journal: String, Sendable, CaseIterable {
        case auto
        case yes
        case no
    }

    /// How one kind is watched. `every` is missing where the kind is turned off.
    package struct KindSettings: Sendable, Equatable {
        /// The interval.
        package var every: Duration?
        /// How a list is walked; see Watched.md, "Long lists".
        package var paging = Paging.auto
        /// The longest window.
        package var window = Duration.seconds(180 * 86_400)
        /// With windows, what is older is not seen.
        package var since = "2022-05-01"
        /// Each window is seen within this time.
        package var fullSweep = Duration.seconds(6 * 3600)
        /// Where `every` stands.
        var place: Place?

        /// What is set unless configured.
        init(of kind: Kind) {
            every = kind.row.defaultInterval
            if kind.row.windows == .ifConfigured { paging = .cursor }
        }
    }

    /// How a list is walked.
    package enum Paging: String, Sendable, CaseIterable {
        case auto
        case cursor
        case time
    }

    /// How kinds are watched, for all accounts or for one.
    package struct Watch: Sendable, Equatable {
        /// By kind.
        package var kinds = Dictionary(uniqueKeysWithValues: Kind.polled.map { ($0, KindSettings(of: $0)) })
        /// The largest deviation from an interval, as a part of it.
        package var splay = 0.1
        /// Whether what is left of the budget is spent where changes are likely.
        package var isAdaptive = true
        /// Where this stands.
        var place: Place?
    }

    /// How many requests may be made.
    package struct Budget: Sendable, Equatable {
        /// The share of what Meta leaves.
        package var share = 0.5
        /// A fixed ceiling instead.
        package var callsPerHour: Int?
    }

    /// Where a secret comes from.
    package enum SecretSource: Sendable, Equatable {
        /// A file in `$CREDENTIALS_DIRECTORY`; `FOLDER/NAME` for one out of a folder of credentials.
        case credential(String)
        /// A file.
        case file(String)
        /// An environment variable.
        case environment(String)
    }

    /// What Meta sends by itself.
    package struct Webhook: Sendable, Equatable {
        /// Where the token comes from by which Meta and the receiver know each other. Only the receiver reads it.
        package var verifyToken: SecretSource?
        /// Where secrets of apps come from that sign webhooks, besides the accounts' own.
        package var appSecrets: [SecretSource] = []
        /// Where these are named.
        var appSecretPlaces: [Place] = []
    }

    /// Metrics, which another process exposes.
    package struct Metrics: Sendable, Equatable {
        /// Where it listens, as `ADDRESS:PORT`, `[ADDRESS]:PORT` or `unix:/path`, unless systemd passes it a socket.
        package var listen: String?
        /// Whether there are metrics of every phone number.
        package var perNumber = true
    }

    /// One account.
    package struct Account: Sendable, Equatable {
        /// The name used everywhere else.
        package var name: String
        /// Meta's id of it.
        package var wabaID: String
        /// Where the access token comes from.
        package var token: SecretSource
        /// Where the app's secret comes from, if proofs are to be sent.
        package var appSecret: SecretSource?
        /// The numbers that are watched; `nil` for all.
        package var phoneNumbers: [String]?
        /// How its kinds are watched.
        package var watch: Watch
        /// What it expects of itself.
        package var expectations = Expectations()
        /// What is said of its alarms.
        package var alarms = AlarmSettings()
        /// Members that are kept out of changes.
        package var ignored: [Kind: [JSONPointer]] = [:]
        /// What the daemon may do to it at Meta.
        package var actions: Set<ActionName> = []
        /// Where in the files it stands, for what is found out later: `file:line`.
        package var place: String
        /// Where its id, its numbers and its secrets are named, for the same.
        var wabaIDPlace = Configuration.Place()
        var phoneNumbersPlace = Configuration.Place()
        var tokenPlace = Configuration.Place()
        var appSecretPlace = Configuration.Place()
    }

    typealias Place = ConfigurationPlace

    /// The file it was read from.
    package var file = ""
    /// How Meta is asked.
    package var graph = Graph()
    /// The ledger.
    package var ledger = Ledger()
    /// The socket.
    package var socket = Socket()
    /// The journal.
    package var journal = Journal.auto
    /// The defaults for all accounts.
    package var watch = Watch()
    /// The budget.
    package var budget = Budget()
    /// Webhooks.
    package var webhook = Webhook()
    /// Metrics.
    package var metrics = Metrics()
    /// Whether several hosts share the accounts, so that a relay says which are watched here.
    package var isClustered = false
    /// What is said of the alarms of all accounts.
    package var alarms = AlarmSettings()
    /// Members that are kept out of the changes of all accounts.
    package var ignored: [Kind: [JSONPointer]] = [:]
    /// Where the tokens of accounts that name none lie, each under the account's name: a folder of credentials by its name, or an absolute path.
    package var tokenFolder: String?
    /// The accounts.
    package var accounts: [Account] = []
    /// Where values stand whose faults show later, by their keys.
    var places: [String: Place] = [:]

    /// A fault of the value of a key, where that stands.
    func problem(_ key: String, _ sentence: String) -> ConfigurationProblem {
        (places[key] ?? Place(file: file, key: key)).problem(sentence)
    }
}
