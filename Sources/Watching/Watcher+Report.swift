public import Changes
public import WhatsAppBusiness

/// How a watch stands, for people and tools.
public struct WatchReport: Sendable {
    /// What is watched.
    public var target: PollTarget
    /// How it is.
    public var watch: Watch
    /// The interval; `nil` if it is not polled by a schedule of its own.
    public var every: Duration?
    /// When it is polled next, as far as that is known.
    public var nextAt: Timestamp?
    /// How far a poll of a long list is.
    public var progress: Progress?
    /// The id of the watch that tells of its trouble, if another one does.
    public var toldBy: String?
    /// The kind whose answers bring it at no call of its own, if any do.
    public var comesWith: Kind?
    /// How many calls one poll of it counts as.
    public var callsPerPoll = 1

    /// How far a poll is.
    public struct Progress: Sendable, Equatable {
        /// Pages so far.
        public var pages: Int
        /// Things on them.
        public var things: Int
    }
}

/// How an account's budget stands.
public struct BudgetReport: Sendable {
    /// The account's name.
    public var account: String
    /// Requests of the last hour.
    public var callsLastHour: Int
    /// The most there may be.
    public var callsPerHour: Int
    /// What Meta says was used of its own budget.
    public var usagePercent: Int?
    /// Until when Meta lets nothing through.
    public var blockedUntil: Timestamp?
    /// Requests of the last hour that were not needed, because another answer brought the same thing.
    public var saved: Int
    /// What Meta says of the account's token; `nil` before it was asked.
    public var token: TokenReport?
    /// What watching costs, and how many times as long as configured the intervals of kinds other than the core's are.
    public var plan: CallPlan
}

/// How everything stands in a few numbers.
public struct WatchSummary: Sendable, Equatable {
    public var accounts = 0
    /// Phone numbers whose own things are watched.
    public var numbers = 0
    public var watches = 0
    /// Watches that are neither current nor at their beginning.
    public var notCurrent = 0
    /// Accounts whose budget does not allow what is configured.
    public var stretched = 0
    /// The one of these that is worst off, and how many times as long its intervals are.
    public var mostStretched: Stretched?

    /// An account's stretch.
    public struct Stretched: Sendable, Equatable {
        public var account: String
        public var times: Double
    }
}

extension Watcher {
    /// How everything stands in a few numbers: what is told often must not cost a report.
    public func summary() -> WatchSummary {
        var summary = WatchSummary(accounts: accounts.count, watches: watched.count)
        for state in watched.values.lazy.map(\.state.watch.shown.state) where state != .current && state != .starting {
            summary.notCurrent += 1
        }
        for (name, account) in accounts {
            summary.numbers += account.numbers.count
            guard account.stretch > 1 else { continue }
            summary.stretched += 1
            let worst = summary.mostStretched
            if worst.map({ ($0.times, name) < (account.stretch, $0.account) }) ?? true {
                summary.mostStretched = WatchSummary.Stretched(account: name, times: account.stretch)
            }
        }
        return summary
    }

    /// Whether an account of that name is watched, here or, where hosts share them, at another.
    public func watches(account: String) -> Bool { accounts[account] != nil || shared?[account] != nil }

    /// How every watch and every budget stands now, in the order of accounts, kinds and numbers.
    public func report() async -> (watches: [WatchReport], budgets: [BudgetReport]) {
        var budgets: [BudgetReport] = []
        for account in accounts.values.sorted(by: { $0.plan.name < $1.plan.name }) {
            let standing = await account.gate.standing
            let (now, wallClock) = (world.now(), world.wallClock())
            budgets.append(
                BudgetReport(
                    account: account.plan.name, callsLastHour: standing.callsLastHour, callsPerHour: standing.callsPerHour,
                    usagePercent: standing.usagePercent,
                    blockedUntil: standing.blockedUntil.flatMap { $0 > now ? wallClock.advanced(by: $0 - now) : nil },
                    saved: Int(account.saved.lastHour(now).rounded()), token: account.token,
                    plan: account.callPlan))
        }
        let (now, wallClock) = (world.now(), world.wallClock())
        let brought = Dictionary(
            accounts.values.flatMap { account in
                account.brought.values.map(\.all).joined().filter { account.rides[$0.key].isRelied }.map {
                    ($0.target, $0.key.outer?.kind ?? $0.key.host)
                }
            }, uniquingKeysWith: { first, _ in first })
        let watches = watched.map { target, polled in
            var report = WatchReport(
                target: target, watch: polled.state.watch.shown, every: interval(of: target.host),
                nextAt: schedule.due(target.host).map { wallClock.advanced(by: max($0 - now, .zero)) }, progress: polled.state.progress)
            if case .other(let other) = report.watch.teller, report.watch.state.isTrouble, other != target {
                report.toldBy = other.watch.id
            }
            if target.host != target {
                report.comesWith = target.host.kind
            } else if polled.state.isConfirmable {
                report.comesWith = brought[target]
            }
            let account = accounts[target.account]
            let isHost = account?.relied.values.contains { $0.host == target.kind } ?? false
            report.callsPerPoll = polled.state.requests * (isHost ? account?.standing.expansionCalls[target.kind] ?? 1 : 1)
            return report
        }
        return (
            watches.sorted {
                ($0.target.account, $0.target.kind, $0.target.phoneNumberID ?? "") < (
                    $1.target.account, $1.target.kind, $1.target.phoneNumberID ?? ""
                )
            }, budgets
        )
    }

    /// What each account's polls came to since the process began, by the accounts' names.
    public var statistics: [String: PollStatistics] { accounts.mapValues(\.statistics) }
}
