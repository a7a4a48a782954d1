public import Alarms
public import Changes
import GraphAPI
public import WhatsAppBusiness

/// What a watcher knows of an account that alarms are decided by.
public struct AccountStanding: Sendable, Equatable {
    /// The account's name.
    public var name: String
    /// Meta's id of it.
    public var wabaID: String
    /// The numbers that the configuration names; none where it takes all.
    public var namedNumbers: Set<String>
    /// What the account says it expects of itself, and what is said of its alarms.
    public var expectations: Expectations
    public var alarms: AlarmSettings
    /// The version that Meta is asked by, and the one that it answered by instead.
    public var version: String
    public var upgraded: String?
    /// Which of the account's tokens is in use: another number is another token.
    public var token: Int
    /// What Meta says of it; `nil` before it was asked.
    public var tokenReport: TokenReport?
    /// The account's own kinds that a poll has shown completely.
    public var seen: Set<Kind>
    /// Its watches that are neither current nor at their beginning.
    public var troubles: [WatchTrouble]

    /// An account.
    public init(
        name: String, wabaID: String, namedNumbers: Set<String> = [], expectations: Expectations = Expectations(),
        alarms: AlarmSettings = AlarmSettings(), version: String, upgraded: String? = nil, token: Int = 0, tokenReport: TokenReport? = nil,
        seen: Set<Kind> = [],
        troubles: [WatchTrouble] = []
    ) {
        self.name = name
        self.wabaID = wabaID
        self.namedNumbers = namedNumbers
        self.expectations = expectations
        self.alarms = alarms
        self.version = version
        self.upgraded = upgraded
        self.token = token
        self.tokenReport = tokenReport
        self.seen = seen
        self.troubles = troubles
    }
}

/// What a watcher knows that alarms are decided by.
public struct Standings: Sendable, Equatable {
    /// Every account that is watched, by its name.
    public var accounts: [AccountStanding]
    /// The watch over the way to Meta, which all accounts share, where it is in trouble.
    public var connection: WatchTrouble?
    /// Whether the watches are known: at first they are read from the ledger, and one that is not given says nothing until then.
    public var areWatchesKnown: Bool

    /// How all stand.
    public init(accounts: [AccountStanding], connection: WatchTrouble? = nil, areWatchesKnown: Bool = true) {
        self.accounts = accounts
        self.connection = connection
        self.areWatchesKnown = areWatchesKnown
    }
}

/// A watch that is not as it should be.
public struct WatchTrouble: Sendable, Equatable {
    /// What is watched.
    public var target: PollTarget
    /// How it is, why, and since when.
    public var state: WatchState
    public var reason: String?
    public var since: Timestamp
    /// When a poll was last complete.
    public var lastSuccess: Timestamp?
    /// How often it is polled, as promised.
    public var every: Duration
    /// Whether a wider watch tells of its trouble.
    public var isToldByAnother: Bool
    /// The id of that watch, where it is known.
    public var toldBy: String?

    /// A watch in trouble.
    public init(
        target: PollTarget, state: WatchState, reason: String? = nil, since: Timestamp, lastSuccess: Timestamp? = nil, every: Duration,
        isToldByAnother: Bool = false, toldBy: String? = nil
    ) {
        self.target = target
        self.state = state
        self.reason = reason
        self.since = since
        self.lastSuccess = lastSuccess
        self.every = every
        self.isToldByAnother = isToldByAnother
        self.toldBy = toldBy
    }
}

extension Watcher {
    /// How every account stands, as far as alarms are decided by it. Of very many watches only those in trouble are given.
    public func standings() -> Standings {
        var troubles: [String: [WatchTrouble]] = [:]
        var connection: WatchTrouble?
        for (target, polled) in watched {
            let watch = polled.state.watch.shown
            guard watch.state != .current, watch.state != .starting else { continue }
            var trouble = WatchTrouble(
                target: target, state: watch.state, reason: watch.reason, since: watch.since, lastSuccess: watch.lastSuccess,
                every: promised(target.host) ?? target.kind.row.defaultInterval)
            trouble.isToldByAnother = isToldByAnother(watch, target)
            if trouble.isToldByAnother, case .other(let other) = watch.teller { trouble.toldBy = other.watch.id }
            if target == .connection {
                // It is as often polled as whatever is polled most often of what matters most.
                trouble.every = accounts.values.compactMap { $0.plan.intervals[.phoneNumber] }.min() ?? Kind.phoneNumber.row.defaultInterval
                connection = trouble
            } else {
                troubles[target.account, default: []].append(trouble)
            }
        }
        let standings = accounts.values.map { account in
            let name = account.plan.name
            var named: Set<String> = []
            if case .only(let ids) = account.plan.numbers { named = Set(ids) }
            let seen = Kind.polled.filter { kind in
                kind.row.scope == .account && watched[PollTarget(account: name, kind: kind)]?.state.watch.lastSuccess != nil
            }
            return AccountStanding(
                name: name, wabaID: account.plan.wabaID, namedNumbers: named, expectations: account.plan.expectations,
                alarms: account.plan.alarms, version: "\(account.plan.client.endpoint.version)", upgraded: account.upgrade,
                token: account.standing.token, tokenReport: account.token, seen: Set(seen),
                troubles: (troubles[name] ?? []).sorted { $0.target.watch.id < $1.target.watch.id })
        }
        return Standings(
            accounts: standings.sorted { $0.name < $1.name }, connection: connection, areWatchesKnown: watched[.connection] != nil)
    }

    /// Whether a watch's trouble is not its own to tell: a wider one tells of it, or did until just now. Where nobody knows that yet, as after a restart, its
    /// next two polls decide; and while a wider one is in trouble itself, it is taken to tell.
    private func isToldByAnother(_ watch: Watch, _ target: PollTarget) -> Bool {
        switch watch.teller {
        case .itself: return false
        case .other(let other): return other != target
        case .undecided:
            let wider = [PollTarget.connection, PollTarget(account: target.account, kind: .account)]
            return watch.failures < 2 || wider.contains { $0 != target && watched[$0]?.state.watch.shown.state.isTrouble ?? false }
        }
    }
}
