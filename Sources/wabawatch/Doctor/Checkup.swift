import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// The checks of `doctor`: facts in, findings out. Nothing is asked here.
///
/// What cannot be found out is `unknown` and never `well`. One cause is told by one check: what the token, the budget or the connection explains is no finding
/// of the watches, and an alarm that has a check of its own is none of `alarms`. What is muted is well, and said to be muted.
struct Checkup {
    let facts: DoctorFacts
    let parts: [AccountPart]
    /// What concerns all accounts.
    let common: [AlarmEntry]
    let muted: MutedConditions

    init(_ facts: DoctorFacts) {
        self.facts = facts
        let entries = (facts.alarms.value ?? []).map { AlarmEntry($0, now: facts.now.milliseconds) }
        muted = MutedConditions(entries, facts.mutes)
        common = entries.filter { $0.resource.account == ResourceID.allAccounts }
        parts = AccountPart.of(facts, entries)
    }

    /// Every finding: those of the host and the daemon, then those of each account by its name.
    var findings: [Finding] {
        let host = [socket, version] + [unit, journal, drops, permissions, secrets]
        guard let status = facts.status else {
            let rest: [Finding.Check] = [.connection, .ledger] + Finding.Check.ofAccounts
            return host + rest.map { Finding($0, .unknown, "wabawatchd does not answer") }
        }
        return host + [connection(status), ledger] + otherCommonAlarms + parts.flatMap(findings(of:))
    }

    /// Whether `doctor` has nothing to say: what is not known is not held against the host, but the socket is.
    static func isWell(_ findings: [Finding]) -> Bool {
        findings.allSatisfy { $0.verdict == .well || ($0.verdict == .unknown && $0.check != .socket) }
    }

    /// A finding of what is wrong, unless every alarm of these names, and every condition, is muted: then it is well.
    func unlessMuted(_ finding: Finding, _ names: Set<String>) -> Finding {
        guard muted.contains(names, account: finding.account ?? ResourceID.allAccounts, number: nil) else { return finding }
        return Finding(finding.check, .well, "\(finding.sentence); that is muted", account: finding.account)
    }
}

/// What there is of one account.
struct AccountPart {
    var name: String
    var watches: [WatchStatus] = []
    var budget: WabaWatchInterface.Budget?
    var token: TokenStatus?
    var numbers: [Resource] = []
    var apps: [Resource] = []
    var alarms: [AlarmEntry] = []

    /// The name of the account as a shell takes it.
    var word: String { ShellWord.quoted(name) }

    /// Every account that is watched, by its name.
    static func of(_ facts: DoctorFacts, _ alarms: [AlarmEntry]) -> [AccountPart] {
        guard let status = facts.status else { return [] }
        let names = status.accountNames.filter { facts.accounts?.contains($0) ?? true }
        var parts = Dictionary(uniqueKeysWithValues: names.map { ($0, AccountPart(name: $0)) })
        for watch in status.watches { parts[watch.account]?.watches.append(watch) }
        for budget in status.budgets { parts[budget.account]?.budget = budget }
        for token in status.tokens ?? [] { parts[token.account]?.token = token }
        for resource in facts.resources.value ?? [] {
            switch resource.kind.known {
            case .phoneNumber: parts[resource.account]?.numbers.append(resource)
            case .subscribedApp: parts[resource.account]?.apps.append(resource)
            default: break
            }
        }
        for alarm in alarms { parts[alarm.resource.account]?.alarms.append(alarm) }
        return parts.values.sorted { $0.name < $1.name }
    }

    /// The watch over the account itself.
    var ownWatch: WatchStatus? { watches.first { $0.kind == .account } }

    /// Whether Meta refuses the token.
    var isRefused: Bool { ownWatch?.state.known == .unauthorized }
}
