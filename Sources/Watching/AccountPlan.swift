public import Alarms
import Changes
public import GraphAPI
public import StrictJSON
public import WhatsAppBusiness

/// One account as it is to be watched.
public struct AccountPlan: Sendable {
    /// Which of an account's numbers are watched.
    public enum Numbers: Sendable, Equatable {
        case all
        case only(Set<String>)
    }

    /// Whether things are asked for inside other answers, by field expansion.
    public enum Expansion: String, Sendable, CaseIterable {
        /// Where Meta turns out to give them there, and that costs less.
        case auto
        /// Never: one plain request a thing.
        case never
    }

    /// The account's name in the configuration.
    public var name: String
    /// Meta's id of it.
    public var wabaID: String
    /// How Meta is asked.
    public var client: GraphClient
    /// Which numbers are watched.
    public var numbers: Numbers
    /// How often each kind is polled; a kind that is missing is not.
    public var intervals: [Kind: Duration]
    /// How long lists are walked, where another way than `ListPlan`'s own is wanted.
    public var lists: [Kind: ListPlan]
    /// The largest deviation from an interval, as a part of it.
    public var splay: Double
    /// Whether what is left of the budget is spent where changes are likely, and what hardly changes is the first to be polled less often where it is short.
    public var isAdaptive: Bool
    /// How many requests may be made.
    public var ceiling: CallBudget.Ceiling
    /// Whether one request may bring what several would.
    public var expansion: Expansion
    /// Members that are left out of everything, kind by kind.
    public var ignored: [Kind: [JSONPointer]]
    /// What the account says it expects of itself; where reality differs, that is an alarm.
    public var expectations: Expectations
    /// What is said of its alarms otherwise than the table of alarms does.
    public var alarms: AlarmSettings
    /// Whether Meta is asked about the account's token, once a day and after each change of it.
    public var checksToken: Bool
    /// A client with the credential as it is now, if that is another than `client`'s. A refused token is not tried again before there is one.
    public var renewedClient: @Sendable () -> GraphClient?

    /// An account as it is to be watched.
    public init(
        name: String, wabaID: String, client: GraphClient, numbers: Numbers, intervals: [Kind: Duration],
        lists: [Kind: ListPlan] = [:], splay: Double = 0.1, isAdaptive: Bool = false, ceiling: CallBudget.Ceiling,
        expansion: Expansion = .never, ignored: [Kind: [JSONPointer]] = [:], expectations: Expectations = Expectations(),
        alarms: AlarmSettings = AlarmSettings(), checksToken: Bool = false,
        renewedClient: @escaping @Sendable () -> GraphClient? = { nil }
    ) {
        self.name = name
        self.wabaID = wabaID
        self.client = client
        self.numbers = numbers
        self.intervals = intervals
        self.lists = lists
        self.splay = splay
        self.isAdaptive = isAdaptive
        self.renewedClient = renewedClient
        self.ceiling = ceiling
        self.expansion = expansion
        self.ignored = ignored
        self.expectations = expectations
        self.alarms = alarms
        self.checksToken = checksToken
    }

    /// The kinds that are polled account by account; what comes with another kind's answer is not among them.
    public static let accountKinds = Kind.asked(.account)
    /// The kinds that are polled number by number.
    public static let numberKinds = Kind.asked(.phoneNumber)

    /// Whether a kind is watched. One that comes with another's answer is only with that.
    func watches(_ kind: Kind) -> Bool { intervals[kind] != nil && kind.row.ridesOn.map { intervals[$0.kind] != nil } ?? true }

    /// Whether a member is left out of everything.
    func ignores(_ path: [String], of kind: Kind) -> Bool { ignored[kind]?.contains { $0.isPrefix(of: JSONPointer(path)) } ?? false }

    /// Whether a number is watched.
    func watches(number: String) -> Bool {
        switch numbers {
        case .all: true
        case .only(let ids): ids.contains(number)
        }
    }

    /// What a poll of one of the account's targets is void without.
    var needs: Observation.Needs { watches(.phoneNumber) ? .number : .account }

    /// Meta's id of what a target belongs to.
    func owner(of target: PollTarget) -> String { target.phoneNumberID ?? wabaID }
}

extension Kind {
    /// The edge whose answer shows the things of this kind.
    var edge: Edge {
        guard let edge = Edge.serving(self) else { preconditionFailure("no edge shows \(rawValue)") }
        return edge
    }

    /// Whether a list of this kind may be walked by windows of time.
    var isWindowed: Bool { row.takesWindows }
}
