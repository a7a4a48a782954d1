/// All there is to know of a kind of thing: one row of the table in `Kind+Table.swift`. What people are told of it stands in one more table, the rules of
/// `Changes`; everything else is derived from the two.
public struct KindRow: Sendable {
    /// What a kind's things belong to.
    public enum Scope: Sendable, Equatable {
        /// An account: one request asks for all of an account's.
        case account
        /// A phone number: every number is asked for its own.
        case phoneNumber
    }

    /// Where things of one kind come inside another kind's answer.
    public struct Ride: Sendable, Equatable {
        /// The kind whose answer holds them.
        public let kind: Kind
        /// The field of it.
        public let field: String
        /// The most things that are asked for inside each thing of that kind; `nil` where the edge takes no limit.
        public let limit: Int?

        init(kind: Kind, field: String, limit: Int? = nil) {
            self.kind = kind
            self.field = field
            self.limit = limit
        }
    }

    /// Whether a list is asked for by windows of time.
    public enum Windows: Sendable, Equatable {
        /// It cannot be.
        case never
        /// Where the configuration says so; by cursors otherwise.
        case ifConfigured
        /// Where the edge turns out to heed them.
        case ifHeeded
    }

    /// How Meta is asked for it, and what the things are; `nil` where Meta is not asked.
    public let edge: Edge?
    /// What its things belong to.
    public let scope: Scope
    /// The answer that it comes with. Its own edge is asked only where the field is refused, or does not hold all.
    public let ridesOn: Ride?
    /// The answer that may bring it as well, by field expansion, where Meta turns out to give it there; its own edge is polled otherwise.
    public let mayRideOn: Ride?
    /// Whether only the keys of its things are read and kept: they have no members that are compared.
    public let keepsOnlyKeys: Bool
    /// Whether its list is asked for by windows of time.
    public let windows: Windows
    /// How often it is polled, unless configured.
    public let defaultInterval: Duration
    /// The shortest interval that may be configured.
    public let shortestInterval: Duration
    /// Whether it goes first and its interval is never stretched.
    public let isCore: Bool
    /// Whether its things are the account's numbers, of which the kinds of phone numbers are polled.
    public let listsPhoneNumbers: Bool
    /// Whether an empty answer is a thing: that there is none.
    public let emptyIsAThing: Bool
    /// Members that show whose answer it is, though they are not compared.
    public let alwaysThere: Set<String>
    /// The members by which a person knows one of its things, the first ones first.
    public let headlineMembers: [String]
    /// What its things are called where they are counted as they come.
    public let counted: String
    /// The class of its changes in the journal, `MESSAGE_ID=`; `systemd/wabawatch.catalog` says what it means.
    public let messageID: String

    init(
        _ edge: Edge?, scope: Scope, ridesOn: Ride? = nil, mayRideOn: Ride? = nil, keepsOnlyKeys: Bool = false, windows: Windows = .never,
        every defaultInterval: Duration, atLeast shortestInterval: Duration = .seconds(5), isCore: Bool = false,
        listsPhoneNumbers: Bool = false, emptyIsAThing: Bool = false, alwaysThere: Set<String> = [], headlineMembers: [String] = [],
        counted: String = "things", messageID: String
    ) {
        self.edge = edge
        self.scope = scope
        self.ridesOn = ridesOn
        self.mayRideOn = mayRideOn
        self.keepsOnlyKeys = keepsOnlyKeys
        self.windows = windows
        self.defaultInterval = defaultInterval
        self.shortestInterval = shortestInterval
        self.isCore = isCore
        self.listsPhoneNumbers = listsPhoneNumbers
        self.emptyIsAThing = emptyIsAThing
        self.alwaysThere = alwaysThere
        self.headlineMembers = headlineMembers
        self.counted = counted
        self.messageID = messageID
    }

    /// Whether its list may be asked for by windows of time.
    public var takesWindows: Bool { windows != .never }
}

extension Kind {
    /// The kinds that Meta is asked for: all but the watching itself and what is wrong.
    public static let polled = allCases.filter { $0.row.edge != nil }

    /// The kinds that have requests of their own, for what accounts or numbers have.
    public static func asked(_ scope: KindRow.Scope) -> [Kind] { polled.filter { $0.row.ridesOn == nil && $0.row.scope == scope } }

    /// The kinds that come with this one's answer.
    public var riders: [Kind] { Self.ridersByHost[self] ?? [] }

    /// The kinds that this one's answer may bring by field expansion, each inside each of its things.
    public var possibleRiders: [Kind] { Self.possibleRidersByHost[self] ?? [] }

    private static let possibleRidersByHost = Dictionary(grouping: polled.filter { $0.row.mayRideOn != nil }) {
        $0.row.mayRideOn?.kind ?? $0
    }
    private static let ridersByHost = Dictionary(grouping: polled.filter { $0.row.ridesOn != nil }) { $0.row.ridesOn?.kind ?? $0 }
}
