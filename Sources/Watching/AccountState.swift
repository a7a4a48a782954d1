import Changes
import GraphAPI
import WhatsAppBusiness

/// An account that is watched, with what is decided for it. The watcher alone has it, and every poll takes something out of it: an object, for a value of
/// so many parts would be copied each time.
final class AccountState {
    var plan: AccountPlan
    /// The way to Meta.
    let gate: AccountGate
    /// How budget and credential stood when the last reply came.
    private(set) var standing: GateStanding
    /// The numbers whose own things are watched.
    var numbers: Set<String> = []
    private var kinds: [Kind: KindState] = [:]
    /// What waits for a retry.
    var outage = Outage()
    var lookout = Lookout()
    /// The version that Meta answered by, since the last poll of the account, where it was not the one that was asked for.
    var upgrade: String?
    var statistics = PollStatistics()
    /// What Meta says of the token; `nil` before it was asked.
    var token: TokenReport?
    /// What comes with other polls' answers.
    var rides = Rides()
    /// What came with the last answer of a host and agreed, for when the same bytes come again.
    var brought: [Kind: BroughtTargets] = [:]
    /// The rides that were asked for with the answer of a host that is known by its bytes.
    var carried: [Kind: [RideKey]] = [:]
    var saved = SavedCalls()
    /// For how many targets rides stand, as the intervals were fitted to it last.
    var relied: [Kind: CallPlan.Riding] = [:]
    /// How many times as long the other kinds' intervals are, as the schedule has them.
    var stretch = 1.0
    /// What the intervals in force were found for, where they are adaptive.
    var pacing = Pacing()
    /// Calls of an hour that are kept for the core kinds.
    var coreCallsPerHour = 0
    /// How much room the budget had when the schedule was last fitted to it.
    var room = CallBudget.Room()

    init(_ plan: AccountPlan, _ gate: AccountGate) {
        self.plan = plan
        self.gate = gate
        standing = GateStanding(callsPerHour: CallBudget(plan.ceiling).callsPerHour)
    }

    /// What is known of all targets of a kind.
    subscript(_ kind: Kind) -> KindState {
        get { kinds[kind] ?? KindState() }
        set { kinds[kind] = newValue }
    }

    /// Another configuration is in force.
    func reload() {
        for kind in Array(kinds.keys) { kinds[kind]?.reload() }
        upgrade = nil
        rides.reload()
        brought = [:]
        relied = [:]
    }

    /// Takes in how budget and credential stand, unless something newer is known; whether more or fewer calls may be made than before, or answers
    /// count otherwise.
    func stands(_ standing: GateStanding) -> Bool {
        guard standing.revision > self.standing.revision else { return false }
        defer { self.standing = standing }
        return standing.callsPerHour != self.standing.callsPerHour || standing.expansionCalls != self.standing.expansionCalls
    }

    /// What is asked for of a kind's things.
    func fields(of kind: Kind) -> [String] { GraphRequest.fields(kind.edge.fields, without: self[kind].leftOut.names) }

    /// What watching the account costs.
    var callPlan: CallPlan {
        CallPlan(
            intervals: plan.intervals, numbers: numbers.count, more: kinds.mapValues(\.moreRequests), budget: standing.callsPerHour,
            riding: relied, expansionCalls: standing.expansionCalls)
    }
}
