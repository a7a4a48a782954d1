public import Changes
import Continuations
import GraphAPI
public import Ledger
public import Logging
import WhatsAppBusiness

/// Carries out what the schedule, the gates, the sweeps and the watches decide: asks Meta, has the answers recorded, comes back in time.
public actor Watcher {
    /// All numbers of an account, for one kind.
    struct KindOfAccount: Hashable {
        var account: String
        var kind: Kind
    }

    /// What can be waited for of the watcher as a whole.
    enum Stage: Hashable { case begun }

    let ledger: Ledger
    let world: World
    let retry: Retry
    let log: Logger
    let reservations: CallReservations
    var accounts: [String: AccountState]
    /// Every account that is configured, where hosts share them, so that only those are watched that this one holds; `nil` for one host alone.
    var shared: [String: AccountPlan]?
    /// What is to be watched as soon as it is written down.
    var incoming: [String: AccountPlan]?
    var schedule: Schedule
    var watched: [PollTarget: WatchedTarget] = [:]
    /// What is polled no longer, and no gate knows of yet.
    var unscheduled: [PollTarget] = []
    /// What waits because Meta could not be reached at all, of whatever account: the network is shared.
    var network = Outage()
    /// What fails, and at what scope that is told.
    var troubles = Troubles()
    /// Who waits for the next poll of a target.
    let waiting = WaitList<PollTarget, PollResult>()
    /// Who waits until a change of a watch is written down, and who until a poll that may tell a drift is recorded.
    let moved = WaitList<PollTarget, Void>()
    let told = WaitList<KindOfAccount, Void>()
    /// Who waits until what the ledger knows has been taken up; nobody does any more from then on.
    let beginning = WaitList<Stage, Void>()
    /// What actions may have changed, for whichever poll sees it.
    var actions = ActiveCauses()
    /// Whether the ledger's history has been read for how often targets change.
    var knowsHistory = false
    /// The last gathering of polls that began together.
    var lastGathering: UInt64 = 0
    private var savedAt: Moment

    /// Complete polls that changed nothing are written down this often.
    private static let saveEvery = Duration.seconds(30)

    /// A watcher over these accounts.
    /// - Parameter isShared: whether several hosts share them: then each is watched from when it is held on, and until it is released.
    public init(
        accounts: [AccountPlan], isShared: Bool = false, ledger: Ledger, world: World, schedule: Schedule = Schedule(),
        retry: Retry = Retry(), log: Logger
    ) {
        let reservations = CallReservations(ledger: ledger, world: world)
        self.reservations = reservations
        shared = isShared ? Dictionary(uniqueKeysWithValues: accounts.map { ($0.name, $0) }) : nil
        self.accounts = Dictionary(
            uniqueKeysWithValues: (isShared ? [] : accounts).map { plan in
                (plan.name, AccountState(plan, AccountGate(plan, world: world, retry: retry, reservations: reservations)))
            })
        self.ledger = ledger
        self.world = world
        self.schedule = schedule
        self.retry = retry
        self.log = log
        savedAt = world.now()
    }

    /// Watches until the task is cancelled; a poll that is under way then is void.
    public func run() async throws(LedgerError) {
        defer {
            waiting.close(with: .notWatched)
            beginning.close(with: ())
        }
        try await begin()
        await withDiscardingTaskGroup { group in
            for await _ in self.world.alarm.rings {
                guard !Task.isCancelled else { break }
                for (target, seat) in self.takeTurns() { group.addTask { await self.poll(target, seat) } }
                if let due = self.troubles.wake, due <= self.world.now() { await self.settleDueTroubles() }
                self.world.alarm.set(self.wake)
            }
            group.cancelAll()
        }
        world.alarm.set(nil)
        do { try await reservations.close() } catch {
            log.debug("budgets could not be saved", metadata: ["error": "\(error)"])
        }
    }

    /// Polls everything once, core kinds first, and returns the targets whose poll was not complete.
    public func pollEverythingOnce() async throws(LedgerError) -> [PollTarget: Watch] {
        try await begin()
        var polled: Set<PollTarget> = []
        while let target = Array(schedule.targets).filter({ !polled.contains($0) }).min(by: { ($0.kind, "\($0)") < ($1.kind, "\($1)") }) {
            polled.insert(target)
            _ = await pollOnce(target, mayCarry: false)
            await askAgain(target)
            await settleTroubles(of: target.account)
        }
        // Nothing is waited for.
        for name in accounts.keys.sorted() { await settleTroubles(of: name, now: world.now() + .seconds(86_400)) }
        try await ledger.saveConfirmed()
        try await reservations.close()
        return watched.mapValues(\.state.watch.shown).filter { $0.key != .connection && $0.value.state != .current }
    }

    /// The polls that begin now, those that begin together with their seats. What another's answer brings has had its turn.
    func takeTurns() -> [(target: PollTarget, seat: BatchSeat?)] {
        var taken: [(target: PollTarget, seat: BatchSeat?)] = []
        while true {
            let now = world.now()
            let turns = schedule.takeTurns(now: now, sharing: mayGoTogether)
            guard !turns.isEmpty else { return taken }
            for turn in turns {
                let polled = turn.filter { target in
                    guard !waiting.isAwaited(target), let event = turnOfBrought(target) else { return true }
                    schedule.on(event, now: now)
                    return false
                }
                taken += zip(polled, seats(for: polled)).map { (target: $0, seat: $1) }
            }
        }
    }

    /// One poll from its beginning to the schedule's next word.
    /// - Parameter seat: its place among others of its account that began with it.
    func poll(_ target: PollTarget, _ seat: BatchSeat? = nil) async {
        let seat = HeldSeat(seat)
        let askers = waiting.take(target)
        let (began, polled) = (world.now(), watched[target])
        let isFirst = polled?.state.watch.lastSuccess == nil
        let poll = await pollOnce(target, isAsked: !askers.isEmpty, seat: seat)
        // Whatever ended it, nobody waits for it.
        await seat.leave()
        for asker in askers { asker.fulfil(poll.result) }
        // What was forgotten, and perhaps watched anew since, takes nothing from this poll's end.
        guard let polled, watched[target] === polled else { return }
        accounts[target.account]?.statistics.count(poll.result, took: world.now() - began)
        note(poll.result, of: target)
        if !isFirst { noteChanges(poll.result, of: polled) }
        guard schedule.interval(of: target) != nil else { return }
        let now = world.now()
        if case .unaffordable(let until) = poll.result {
            on(.postpone(target, until: until), now)
            await tellOfLate(target.account)
        } else {
            on(poll.next.map { .again(target, at: $0) } ?? .polled(target, every: interval(of: target)), now)
        }
        if let account = accounts[target.account] { pace(account) }
        await settleTroubles(of: target.account)
        await inspectToken(target, poll.result)
        if now - savedAt >= Self.saveEvery {
            savedAt = now
            do { try await ledger.saveConfirmed() } catch {
                log.debug("complete polls could not be saved", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Where a core poll has shown that Meta can be asked, it is asked about the token as well, if that is due.
    private func inspectToken(_ target: PollTarget, _ result: PollResult) async {
        guard case .recorded = result, target.kind.row.isCore, let account = accounts[target.account], account.plan.checksToken
        else { return }
        await account.gate.inspectToken(coreCallsPerHour: account.coreCallsPerHour)
        account.token = await account.gate.tokenHealth.report
    }

    /// Where nobody waits for a schedule, what failed in a way that may mean nothing is asked for again at once.
    private func askAgain(_ target: PollTarget) async {
        guard let account = accounts[target.account], let watch = watched[target]?.state.watch else { return }
        let standing = await account.gate.standing
        if let sentinel = standing.sentinel {
            guard !standing.isRefused else { return }
            await account.gate.hurry()
            _ = await pollOnce(sentinel, mayCarry: false)
            guard await account.gate.standing.sentinel == nil, sentinel != target else { return }
            _ = await pollOnce(target, mayCarry: false)
        } else if watch.failures == 1, !watch.state.isTrouble {
            _ = await pollOnce(target, mayCarry: false)
        }
    }

    func on(_ event: Schedule.Event, _ now: Moment) {
        schedule.on(event, now: now)
        world.alarm.set(wake)
    }

    /// Tells whoever waits for a target's next poll.
    func answer(_ target: PollTarget, _ result: PollResult) { waiting.answer(target, with: result) }
}
