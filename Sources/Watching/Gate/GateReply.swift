import Changes
import GraphAPI
import Ledger
import WhatsAppBusiness

/// Who sends a request, and out of which share of the budget.
struct RequestContext: Sendable {
    /// What is asked about.
    var target: PollTarget
    /// The share of the budget.
    var lane: Lane
    /// Calls of an hour that are kept for the core kinds.
    var coreCallsPerHour = 0
    /// Another target, of a core kind, that is to confirm a refusal of the token.
    var confirmer: PollTarget?
}

/// A refusal of the token, as the account's gate understands it.
struct TokenRefusal: Sendable, Equatable {
    var verdict: Credential.Verdict
    /// Whether the token is believed to be refused.
    var isBelieved: Bool
    /// When the target may ask again.
    var until: Moment
}

/// What came of a request, and what it says of the account.
struct GateReply: Sendable {
    enum Outcome: Sendable {
        /// The answer; with its keys where only these were wanted.
        case answer(Answer, keys: KeyPage?)
        /// No usable answer; with what a refusal of the token means.
        case failed(GraphFailure, TokenRefusal?)
        /// The budget has no request before that moment: none was made.
        case unaffordable(until: Moment)
        /// The request could not be written down, and was not made.
        case unwritten(LedgerError)
    }

    var outcome: Outcome
    /// How the account stands after it.
    var standing: GateStanding
    /// Whether it ended a refusal of the token, or a doubt.
    var endsRefusal = false
    /// What is to be told of the version that Meta answered by, where it is not the one that was asked for.
    var upgrade: String?
}

/// How an account's budget and its credential stand.
struct GateStanding: Sendable, Equatable {
    /// The greater, the newer.
    var revision: UInt64 = 0
    /// The most calls an hour, and those of the last.
    var callsPerHour: Int
    var callsLastHour = 0
    /// How many calls an answer with expansions counts as, by the kind that is polled, where that is more than one.
    var expansionCalls: [Kind: Int] = [:]
    /// Percent of Meta's own budget that is used.
    var usagePercent: Int?
    /// Until when Meta lets nothing through.
    var blockedUntil: Moment?
    /// Whether the token is refused, and that is believed.
    var isRefused = false
    /// Which of the account's tokens it is: the greater, the newer.
    var token = 0
    /// The target that asks while the token is refused or in doubt.
    var sentinel: PollTarget?
    /// Whether requests may go together, and why they never do, where that is so.
    var usesBatches = true
    var batchRefusal: BatchUse.Refusal?

    /// Whether so much is left that there is room for asking often.
    /// - Parameter more: calls of an hour that more is polled than is configured, because there was room.
    func isHalfUnused(but more: Double) -> Bool { (Double(callsLastHour) - more) * 2 < Double(callsPerHour) }
}
