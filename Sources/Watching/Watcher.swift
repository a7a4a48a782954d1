public import Changes
import Continuations
import GraphAPI
public import Ledger
public import Logging
import WhatsAppBusiness

/// Carries out what the schedule, the budgets, the sweeps and the watches decide: asks Meta, has the answers recorded, comes back in time.
public actor Watcher {
    /// An account that is watched, with what is decided for it. The watcher alone has it, and every look takes something out of it: an object, for
    /// a value of so many parts would be copied each time.
    final class Account {
        var plan: AccountPlan
        var budget: Budget
        /// The numbers whose own things are watched.
        var numbers: Set<String> = []
        /// Whether Meta takes the token.
        var token = TokenTrust()
        /// What waits for a retry.
        var outage = Outage()
        /// Since when targets are refused.
        var refusedSince: [PollTarget: Moment] = [:]
        /// The refused target that looks for another credential, and when it asks again.
        var lookout: (target: PollTarget, until: Moment)?
        /// Fields that are not asked for in this run, by kind.
        var leftOut: [Kind: LeftOut] = [:]
        /// The most things of a page, by kind, where Meta wanted fewer to be asked for.
        var limits: [Kind: Int] = [:]
        /// The target that is finding out for its kind which field is refused.
        var searching: [Kind: PollTarget] = [:]
        /// Units that were refused meanwhile and wait for it, with what Meta said.
        var awaiting: [PollTarget: GraphFailure] = [:]
        /// The version that Meta answered by, since the last look at the account, where it was not the one that was asked for.
        var upgraded: String?
        /// Requests that the last look at a target took, where it was more than one.
        var pagesOfLook: [PollTarget: Int] = [:]
        /// Requests that looks take beyond one a target, by kind.
        var morePages: [Kind: Int] = [:]
        /// What is to be decided of members that numbers no longer show.
        var vanishing: [Kind: FieldLossQuorum] = [:]
        var tally = PollStatistics()
        /// How many times as long the other kinds' intervals are, as the schedule has them.
        var stretch = 1.0
        /// How much room the budget had when the schedule was last fitted to it.
        var room = Budget.Room()

        init(_ plan: AccountPlan) {
            self.plan = plan
            budget = Budget(plan.ceiling)
        }
    }

    let ledger: Ledger
    let world: World
    let retry: Retry
    let log: Logger
    var accounts: [String: Account]
    /// What is to be watched as soon as it is written down.
    var incoming: [String: AccountPlan]?
    var schedule: Schedule
    var watched: [PollTarget: Watched] = [:]
    /// What the last looks at targets left open: of members that things no longer show, and of things that are missing.
    var quorums: [PollTarget: Quorum] = [:]
    var holds: [PollTarget: Hold] = [:]
    /// What comes with another's answer and lacks things of which it is not decided whether they are gone.
    var missing: Set<PollTarget> = []
    /// Looks that wait for the budget in the middle of a list.
    var sweeps: [PollTarget: Sweep] = [:]
    /// How far looks at long lists are.
    var progress: [PollTarget: WatchReport.Progress] = [:]
    var rotations: [PollTarget: WindowRotation] = [:]
    /// What waits because Meta could not be reached at all, of whatever account: the network is shared.
    var network = Outage()
    /// Searches for the field that is refused, with the failure of the look that began them.
    var searches: [PollTarget: (search: FieldSearch, failure: GraphFailure)] = [:]
    /// When a target's next refusal may be about a field again.
    var searchesRest: [PollTarget: Moment] = [:]
    /// What was odd about the last answer, where anything was.
    var oddities: [PollTarget: Oddities] = [:]
    /// Who waits for the next look at a target.
    let waiting = WaitList<PollTarget, PollResult>()
    private var savedAt: Moment

    /// Complete looks that changed nothing are written down this often.
    private static let saveEvery = Duration.seconds(30)

    /// A watcher over these accounts.
    public init(accounts: [AccountPlan], ledger: Ledger, world: World, schedule: Schedule = Schedule(), retry: Retry = Retry(), log: Logger)
    {
        self.accounts = Dictionary(
            uniqueKeysWithValues: accounts.map { ($0.name, Account($0)) })
        self.ledger = ledger
        self.world = world
        self.schedule = schedule
        self.retry = retry
        self.log = log
        savedAt = world.now()
    }

    /// Watches until the task is cancelled; a look that is under way then is void.
    public func run() async throws(LedgerError) {
        defer { waiting.close(with: .notWatched) }
        try await begin()
        await withDiscardingTaskGroup { group in
            for await _ in self.world.alarm.rings {
                guard !Task.isCancelled else { break }
                for target in self.schedule.takeDue(now: self.world.now()) { group.addTask { await self.look(target) } }
                self.world.alarm.set(self.schedule.wake)
            }
            group.cancelAll()
        }
        world.alarm.set(nil)
        do { try await saveBudgets(accounts.keys, atTheEnd: true) } catch {
            log.debug("budgets could not be saved", metadata: ["error": "\(error)"])
        }
    }

    /// Looks at everything once, core kinds first, and returns the targets whose look was not complete.
    public func lookOnce() async throws(LedgerError) -> [PollTarget: Watch] {
        try await begin()
        var looked: Set<PollTarget> = []
        while let target = Array(schedule.targets).filter({ !looked.contains($0) }).min(by: { ($0.kind, "\($0)") < ($1.kind, "\($1)") }) {
            looked.insert(target)
            _ = await ending(of: target)
            await askAgain(target)
        }
        try await ledger.saveConfirmed()
        try await saveBudgets(accounts.keys, atTheEnd: true)
        return watched.mapValues(\.watch).filter { $0.value.state != .current }
    }

    /// One look from its beginning to the schedule's next word.
    func look(_ target: PollTarget) async {
        let askers = waiting.take(target)
        let began = world.now()
        let look = await ending(of: target, isAsked: !askers.isEmpty)
        accounts[target.account]?.tally.count(look.result, took: world.now() - began)
        note(look.result, of: target)
        for asker in askers { asker.fulfil(look.result) }
        guard schedule.interval(of: target) != nil else { return }
        let now = world.now()
        if case .unaffordable(let until) = look.result {
            on(.postpone(target, until: until), now)
            await tellOfLate(target.account)
        } else {
            on(look.next.map { .again(target, at: $0) } ?? .looked(target, every: interval(of: target)), now)
        }
        if now - savedAt >= Self.saveEvery {
            savedAt = now
            do { try await ledger.saveConfirmed() } catch {
                log.debug("complete looks could not be saved", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Where nobody waits for a schedule, what failed in a way that may mean nothing is asked for again at once.
    private func askAgain(_ target: PollTarget) async {
        guard let account = accounts[target.account], let watch = watched[target]?.watch else { return }
        if let sentinel = account.token.sentinel {
            guard !account.token.isRefused else { return }
            account.token.hurry(now: world.now())
            _ = await ending(of: sentinel)
            guard account.token.sentinel == nil, sentinel != target else { return }
            _ = await ending(of: target)
        } else if watch.failures == 1, !watch.state.isTrouble {
            _ = await ending(of: target)
        }
    }

    func on(_ event: Schedule.Event, _ now: Moment) {
        schedule.on(event, now: now)
        world.alarm.set(schedule.wake)
    }

    /// Tells whoever waits for a target's next look.
    func answer(_ target: PollTarget, _ result: PollResult) { waiting.answer(target, with: result) }
}
