import Alarms
import Watching
import WhatsAppBusiness

/// One account, or all together, as the keeper knows it.
struct KeptAccount: Sendable {
    var facts: AccountFacts
    var book: AlarmBook
    var times = TroubleTimes()
    /// What has happened and is not told yet.
    var events: [AlarmBook.Event] = []
    /// When it is looked at again.
    var next: Duration? = .zero
    private var standing: AccountStanding?

    init(_ facts: AccountFacts, _ book: AlarmBook) {
        self.facts = facts
        self.book = book
    }

    /// Takes how the account stands; whether that may change what is wrong.
    mutating func take(_ standing: AccountStanding, now: Duration, wall: Timestamp) -> Bool {
        times.look(standing.troubles, now: now, wall: wall)
        defer { self.standing = standing }
        guard standing != self.standing else { return false }
        if let before = self.standing, before.token != standing.token { events.append(.reauthorised) }
        if self.standing?.alarms != standing.alarms { events.append(.settings(standing.alarms)) }
        facts.wabaID = standing.wabaID
        facts.namedNumbers = standing.namedNumbers
        facts.expectations = standing.expectations
        facts.version = APIVersion(parsing: standing.version)
        facts.upgraded = standing.upgraded.flatMap(APIVersion.init(parsing:))
        // What Meta said last stands until it says something else.
        if let token = standing.tokenReport, token.checkedAt != nil { facts.token = AccountFacts.TokenFacts(token) }
        // Where there is none of something, only a poll says so.
        if standing.seen.contains(.phoneNumber), facts.numbers == nil { facts.numbers = [:] }
        if standing.seen.contains(.subscribedApp), facts.apps == nil { facts.apps = [] }
        return true
    }

    /// What is wrong now.
    func assess(now: Duration, wall: Timestamp) -> AlarmAssessment {
        var facts = facts
        if standing != nil { facts.watches = times.facts(now: now) }
        return AlarmRules.assess(facts, at: wall)
    }
}

extension AccountFacts.TokenFacts {
    fileprivate init(_ report: TokenReport) {
        self.init(
            expiresAt: report.expiresAt, dataAccessExpiresAt: report.dataAccessExpiresAt, missingScopes: Set(report.missingScopes))
    }
}
