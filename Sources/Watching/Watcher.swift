public import Changes
public import Ledger
public import Logging
import WhatsAppBusiness

/// Carries out what the schedule, the budgets and the watches decide: asks Meta, has the answers recorded, comes back in time.
public actor Watcher {
    /// An account that is watched, with what is decided for it.
    struct Account {
        var plan: AccountPlan
        var budget: Budget
        /// A refused token is not used again before this moment.
        var refusedUntil: Moment?
        /// Members that Meta does not know, by kind; they are asked for again after a restart.
        var dropped: [Kind: Set<String>] = [:]
    }

    let ledger: Ledger
    let world: World
    let retry: Retry
    let log: Logger
    var accounts: [String: Account]
    var schedule: Schedule
    var watches: [Unit: Watch] = [:]
    /// What the last answer to each unit's look is known again by, where it left nothing open.
    var memories: [Unit: Memory] = [:]
    private var savedAt: Moment

    /// Complete looks that changed nothing are written down this often.
    private static let saveEvery = Duration.seconds(30)

    /// A watcher over these accounts.
    public init(accounts: [AccountPlan], ledger: Ledger, world: World, schedule: Schedule = Schedule(), retry: Retry = Retry(), log: Logger)
    {
        self.accounts = Dictionary(
            uniqueKeysWithValues: accounts.map { ($0.name, Account(plan: $0, budget: Budget($0.ceiling))) })
        self.ledger = ledger
        self.world = world
        self.schedule = schedule
        self.retry = retry
        self.log = log
        savedAt = world.now()
    }

    /// Watches until the task is cancelled; a look that is under way then is void.
    public func run() async throws(LedgerError) {
        try await begin()
        await withDiscardingTaskGroup { group in
            for await _ in self.world.alarm.rings {
                guard !Task.isCancelled else { break }
                for unit in self.schedule.takeDue(now: self.world.now()) { group.addTask { await self.look(unit) } }
                self.world.alarm.set(self.schedule.wake)
            }
            group.cancelAll()
        }
        world.alarm.set(nil)
    }

    /// Looks at everything once, core kinds first, and returns the units whose look was not complete.
    public func lookOnce() async throws(LedgerError) -> [Unit: Watch] {
        try await begin()
        var looked: Set<Unit> = []
        while let unit = Array(schedule.units).filter({ !looked.contains($0) }).min(by: { ($0.kind, "\($0)") < ($1.kind, "\($1)") }) {
            looked.insert(unit)
            _ = await ending(of: unit)
        }
        try await ledger.saveConfirmed()
        return watches.filter { $0.value.state != .current }
    }

    /// Sets up the units that are known, to go on where the process before this one stopped.
    func begin() async throws(LedgerError) {
        let known = try await ledger.resources(kinds: [.watch, .phoneNumber]).resources
        for watch in known where watch.resource.kind == .watch {
            guard let unit = Unit(watch: watch.resource) else { continue }
            watches[unit] = Watch(
                over: unit, document: watch.document, since: watch.changedAt, lastSuccess: ledger.confirmedUnits[unit])
        }
        for account in accounts.values.sorted(by: { $0.plan.name < $1.plan.name }) {
            try await ledger.register(account: account.plan.name, wabaID: account.plan.wabaID)
            for kind in AccountPlan.accountKinds { watch(Unit(account: account.plan.name, kind: kind)) }
            let numbers = known.filter { $0.resource.kind == .phoneNumber && $0.resource.account == account.plan.name }
            watch(numbers: numbers.map(\.resource.id), of: account.plan)
        }
    }

    /// Watches these numbers' own things as well.
    func watch(numbers: some Sequence<String>, of plan: AccountPlan) {
        for number in numbers where plan.watches(number) {
            for kind in AccountPlan.numberKinds { watch(Unit(account: plan.name, kind: kind, phoneNumberID: number)) }
        }
    }

    /// Takes a unit into the schedule, unless it is there. What was looked at less than an interval ago waits for its turn.
    private func watch(_ unit: Unit) {
        guard let plan = accounts[unit.account]?.plan, let every = plan.intervals[unit.kind], schedule.interval(of: unit) == nil else {
            return
        }
        let now = world.now()
        let ago = ledger.confirmedUnits[unit].map { Duration.milliseconds(world.wallClock().milliseconds - $0.milliseconds) }
        let first = ago.flatMap { $0 >= .zero && $0 < every ? now + (every - $0) : nil } ?? now
        if watches[unit] == nil { watches[unit] = Watch(over: unit, since: world.wallClock()) }
        on(.watch(unit, every: every, splay: plan.splay, first: first), now)
    }

    /// No longer watches the things of a number that is gone.
    func forget(number: String, of account: String) {
        for unit in Array(schedule.units) where unit.account == account && unit.phoneNumberID == number {
            watches[unit] = nil
            memories[unit] = nil
            on(.forget(unit), world.now())
        }
    }

    /// One look from its beginning to the schedule's next word.
    private func look(_ unit: Unit) async {
        let next = await ending(of: unit)
        guard schedule.interval(of: unit) != nil else { return }
        let now = world.now()
        on(next.map { .again(unit, at: $0) } ?? .looked(unit), now)
        if now - savedAt >= Self.saveEvery {
            savedAt = now
            do { try await ledger.saveConfirmed() } catch {
                log.debug("complete looks could not be saved", metadata: ["error": "\(error)"])
            }
        }
    }

    private func on(_ event: Schedule.Event, _ now: Moment) {
        schedule.on(event, now: now)
        world.alarm.set(schedule.wake)
    }
}

extension AccountPlan {
    func watches(_ number: String) -> Bool {
        switch numbers {
        case .all: true
        case .only(let ids): ids.contains(number)
        }
    }
}
