import AlarmKeeping
import Announcing
import Changes
import GraphAPI
import Ledger
import Logging
import TestTools
import Watching
import WhatsAppBusiness

/// One run from one seed: it sets the world up, drives it to its end and writes down what happened.
///
/// Unchecked for the stage's reason.
final class Run: @unchecked Sendable {
    let scenario: Scenario
    let stage: Stage
    let meta: Meta
    var store: MemoryStore
    var dice: SeededGenerator
    /// Decides what the keeper of alarms adds to a run, so that all else is drawn as it is without.
    var alarmDice: SeededGenerator
    var history: History
    private var productDice: SeededGenerator
    var life: Life
    var diskIsFull = false
    var journalIsDown = false
    var killsAtCommit = false
    var lastSequence: Int64 = 0
    /// Copies of the ledger that are going to be put back.
    var copies: [Copy] = []
    let busyUntil: Moment
    private(set) var requests = 0

    /// A request is on its way.
    func countRequest(of asked: Asked, _ life: Life) {
        if asked.etag != nil, history.conditional == nil { history.conditional = stage.now }
        requests += 1
        history.calls[asked.target.account, default: []].append((stage.now, life.number))
    }

    init(seed: UInt64, only: Set<SimulatedOddity>?, expands: Bool?, print: ((String) -> Void)?) throws {
        var dice = SeededGenerator(spreading: seed)
        var scenario = Scenario(&dice)
        scenario.add(only, seed)
        // The rest of a seed is the same with and without them.
        var rideDice = SeededGenerator(spreading: seed ^ 0x41DE_41DE_41DE)
        scenario.addRides(expands, &rideDice)
        var blockedDice = SeededGenerator(spreading: seed ^ 0xB10C_B10C_B10C)
        scenario.addBlocked(&blockedDice)
        alarmDice = SeededGenerator(spreading: seed ^ 0xA1A2_A1A2_A1A2)
        scenario.addStates(&alarmDice)
        self.scenario = scenario
        stage = Stage(print: print)
        meta = Meta(
            scenario, stage: stage, dice: dice.fork(), rideDice: rideDice.fork(),
            batchDice: SeededGenerator(spreading: seed ^ 0xBA7C_BA7C_BA7C))
        store = try MemoryStore()
        productDice = dice.fork()
        self.dice = dice
        busyUntil = stage.now + scenario.busy
        history = History(scenario: scenario, truth: meta.truth, end: stage.now)
        for index in 0..<scenario.readers { history.readers.append(.init(name: "reader \(index)")) }
        life = Life(1, stage: stage)
    }

    /// Drives everything to its end.
    func play() throws {
        plan()
        try begin()
        life.conductor.drain()
        var end = stage.now + scenario.busy
        while step(until: end) {}
        let calm = stage.now
        calmDown()
        end = calm + settling
        while step(until: end) {}
        if let rest = restAfterShortage(since: calm), rest > end {
            end = rest
            while step(until: end) {}
        }
        try finish(end)
    }

    private func step(until end: Moment) -> Bool {
        guard stage.step(until: end) else { return false }
        life.conductor.drain()
        if life.isAlive, life.failure != nil { endedByItself() }
        return true
    }

    private func finish(_ end: Moment) throws {
        history.lives.append(.init(begin: life.begin, end: end, killed: false))
        life.kill()
        history.truth = meta.truth
        history.troubles += meta.throttled.map { ($0.account, nil, $0.span) }
        history.walks = meta.walks.all
        history.refusals = meta.walks.refusals
        history.rode = meta.rode
        history.charged = meta.charged
        history.stale = meta.stale.map { ($0.account, $0.place.kind, $0.span) }
        history.kept = try store.changes(after: 0)
        history.stored = try store.resources()
        history.end = end
    }
}

// MARK: The daemon's lives

extension Run {
    private func begin() throws {
        let life = life
        stage.note("life \(life.number) begins")
        let ledger = try Ledger(memory: store) { [unowned self, unowned life] writes, work in disk(life, writes: writes, work) }
        let transport = StageTransport(carry: carry(life))
        let world = World(
            now: { [stage] in stage.now }, wallClock: { [stage] in stage.wallClock },
            random: { [unowned self] in productDice.fraction() }, alarm: StageAlarm(stage), boot: "boot")
        let plans = try meta.accounts.map { try plan($0, transport) }
        let watcher = Watcher(
            accounts: plans, ledger: ledger, world: world, schedule: scenario.schedule, retry: scenario.retry,
            log: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        life.start(ledger, watcher)
        let keeper = AlarmKeeper(
            ledger: ledger, source: watcher, now: world.now, wallClock: world.wallClock, pause: { [stage] in try await stage.sleep($0) },
            log: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        life.run { _ in await Life.$isKeeper.withValue(true) { await keeper.run() } }
        life.run { [unowned self] life in await announce(life) }
        for index in history.readers.indices { life.run { [unowned self] life in await read(index, life) } }
    }

    private func plan(_ account: Meta.Account, _ transport: StageTransport) throws -> AccountPlan {
        let endpoint = try Endpoint(baseURL: "https://graph.example", version: "v25.0")
        let clients = try (0..<20).map { credential in
            GraphClient(endpoint: endpoint, token: try AccessToken("the-token-of-\(account.plan.name)-\(credential)"), transport: transport)
        }
        let file = CredentialFile(account.plan.name, known: account.credential)
        return AccountPlan(
            name: account.plan.name, wabaID: account.plan.wabaID, client: clients[min(account.credential, 19)],
            numbers: account.plan.numbers,
            intervals: account.plan.intervals, lists: [.blockedUser: ListPlan(fullSweep: scenario.fullSweep)], splay: account.plan.splay,
            isAdaptive: account.plan.isAdaptive,
            ceiling: account.plan.ceiling, expansion: scenario.expands ? .auto : .never,
            renewedClient: { [unowned self] in
                let now = meta.accounts.first { $0.plan.name == file.account }?.credential ?? 0
                guard now != file.known else { return nil }
                file.known = now
                history.renewals.append((file.account, stage.now))
                return clients[min(now, 19)]
            })
    }

    /// The process ends at once, and another begins a little later.
    private func killAndRestart() {
        stage.note("life \(life.number) is killed")
        history.lives.append(.init(begin: life.begin, end: stage.now, killed: true))
        life.kill()
        restart()
    }

    /// The daemon gave up, as it may while the disk is full, and is started again.
    private func endedByItself() {
        stage.note("life \(life.number) ended by itself: \(life.failure ?? "")")
        if !diskIsFull { history.failures.append((stage.now, life.failure ?? "")) }
        history.lives.append(.init(begin: life.begin, end: stage.now, killed: true))
        life.kill()
        restart()
    }

    func restart() {
        let number = life.number + 1
        stage.after(dice.time(.milliseconds(100)...(.seconds(dice.pick([1, 60]))))) { [unowned self] in
            life = Life(number, stage: stage)
            do { try begin() } catch { preconditionFailure("a ledger in memory opens: \(error)") }
        }
    }

    /// One access to the database, a little later: what was asked for in the meantime may share its transaction.
    private func disk(_ life: Life, writes: Bool, _ work: @escaping @Sendable (MemoryStore.Refusal?) -> Void) {
        let range = 50...Int(scenario.diskLatency.milliseconds) * 1000
        let latency = Life.isKeeper ? alarmDice.number(range) : productDice.number(range)
        life.answer(after: .microseconds(latency)) { [unowned self] lives in
            guard lives else { return work(.ended) }
            work(writes && diskIsFull ? .full : nil)
            guard writes, let ledger = life.ledger, ledger.cursor.sequence > lastSequence else { return }
            take(life)
            guard killsAtCommit, stage.now < busyUntil else { return }
            // What was committed is on disk, and nobody has heard of it.
            killsAtCommit = false
            killAndRestart()
        }
    }

    /// Writes down the transaction that was just committed.
    private func take(_ life: Life) {
        do {
            let changes = try store.changes(after: lastSequence)
            lastSequence = changes.last?.sequence ?? lastSequence
            let isWhole = changes.allSatisfy({ $0.change.resource.kind == .alarm }) ? alarmDice.chance(0.1) : dice.chance(0.1)
            let baselines = Set(changes.filter { $0.change.operation == .baseline }.map { PollTarget(of: $0.change.resource) })
            let stored =
                isWhole ? try store.resources() : try baselines.sorted { "\($0)" < "\($1)" }.flatMap { try store.resources(of: $0) }
            history.transactions.append(.init(time: stage.now, life: life.number, changes: changes, stored: stored, isWhole: isWhole))
            for change in changes { stage.note("change \(change.sequence) \(change.change.operation) \(change.change.summary)") }
        } catch { preconditionFailure("the ledger's database is read: \(error)") }
    }
}

// MARK: What happens

extension Run {
    /// Draws everything that is going to happen by itself.
    private func plan() {
        let hours = Double(scenario.busy.milliseconds) / 3_600_000
        func often(_ count: Double, _ body: @escaping () -> Void) {
            for _ in 0..<Int(count.rounded(.up)) where count > 0 { stage.after(dice.time(.zero...scenario.busy), body) }
        }
        often(hours * Double(scenario.changesPerHour)) { [unowned self] in meta.changeSomething() }
        often(hours * Double(scenario.blockedPerHour)) { [unowned self] in meta.changeBlocked() }
        if scenario.blocked == .turning { stage.after(scenario.busy * 0.5) { [unowned self] in meta.turnBlocked() } }
        often(hours * Double(scenario.troublesPerHour)) { [unowned self] in makeTrouble() }
        often(hours * Double(scenario.driftsPerHour)) { [unowned self] in meta.drift(for: dice.time(.seconds(60)...(.seconds(3000)))) }
        often(Double(scenario.kills)) { [unowned self] in
            if dice.chance(0.5) { killsAtCommit = true } else if life.isAlive { killAndRestart() }
        }
        often(hours * Double(scenario.pollsPerHour)) { [unowned self] in poll() }
        often(hours * Double(scenario.reloadsPerHour)) { [unowned self] in reload() }
        for oddity in scenario.oddities.sorted(by: { $0.rawValue < $1.rawValue }) where oddity.perHour > 0 {
            often(hours * oddity.perHour) { [unowned self] in meta.begin(oddity, busyFor: busyUntil - stage.now) }
        }
        if scenario.expands { often(hours * Double(scenario.rideChangesPerHour)) { [unowned self] in meta.changeRide() } }
        planStates()
        planRestores()
        planMassRemovals()
        often(Double(scenario.clockJumps)) { [unowned self] in
            stage.wallClockAhead += .seconds(dice.pick([-31_536_000, -3600, -5, 5, 3600, 31_536_000]))
            history.clockJumps.append(stage.now)
            stage.note("the wall clock jumps")
        }
    }

    /// Somebody asks for a poll, now.
    private func poll() {
        guard life.isAlive, let watcher = life.watcher else { return }
        let account = dice.pick(scenario.accounts).name
        let kind: Kind? = dice.chance(0.5) ? nil : dice.pick(Kind.polled + [.watch])
        stage.note("poll \(account) \(kind.map { "\($0)" } ?? "")")
        life.run { [stage] _ in
            do throws(PollError) {
                let changes = try await watcher.poll(account: account, kind: kind, number: nil)
                stage.note("poll: \(changes) changes")
            } catch { stage.note("poll: \(error)") }
        }
    }

    /// The configuration is read again: intervals change, and numbers come and go.
    private func reload() {
        guard life.isAlive, let watcher = life.watcher else { return }
        stage.note("reload")
        let account = dice.pick(meta.accounts)
        for kind in account.plan.intervals.keys.sorted() where dice.chance(0.5) {
            account.plan.intervals[kind] = account.plan.intervals[kind].map { $0 * dice.pick([0.7, 1.3]) }
        }
        do {
            let plans = try meta.accounts.map { try plan($0, StageTransport(carry: carry(life))) }
            // Whatever was refused may be tried again, which the watcher counts as another token.
            for account in meta.accounts { history.renewals.append((account.plan.name, stage.now)) }
            life.run { [stage] _ in
                do { try await watcher.reload(accounts: plans) } catch { stage.note("reload: \(error)") }
            }
        } catch { preconditionFailure("a plan is made: \(error)") }
    }

    private func makeTrouble() {
        let account = dice.pick(meta.accounts)
        let lasts = dice.time(.seconds(10)...(.seconds(dice.pick([120, 900, 3000]))))
        // Alone is alone.
        let what = scenario.isAlone ? dice.number(4...9) : dice.number(0...9)
        switch what {
        case 0:
            guard !diskIsFull else { return }
            diskIsFull = true
            history.fullDisk.append((stage.now, stage.now + lasts))
            stage.note("the disk is full")
            stage.after(lasts) { [unowned self] in diskIsFull = false }
        case 1:
            journalIsDown = true
            stage.note("the journal is down")
            stage.after(lasts) { [unowned self] in journalIsDown = false }
        case 2:
            account.version = "v26.0"
            stage.note("\(account.plan.name) is answered by another version")
            stage.after(lasts) { account.version = "v25.0" }
        case 3:
            history.troubles.append((account.plan.name, nil, Span(start: stage.now, end: stage.now + lasts)))
            let refused = account.credential
            account.refused.insert(refused)
            stage.note("the token of \(account.plan.name) is refused")
            let isRenewed = dice.chance(0.5)
            stage.after(lasts) { if isRenewed { account.credential += 1 } else { account.refused.remove(refused) } }
        case 4...6:
            history.troubles.append((account.plan.name, nil, Span(start: stage.now, end: stage.now + lasts)))
            account.flaky = (scenario.troubles, dice.pick([0.1, 0.5, 0.9]))
            stage.note("\(account.plan.name) is flaky")
            stage.after(lasts) { account.flaky = nil }
        default:
            let trouble = dice.pick(scenario.troubles)
            let targets = meta.truth.versions.keys.filter { $0.account == account.plan.name }.sorted { "\($0)" < "\($1)" }
            account.outage = (trouble, dice.chance(0.5) ? dice.pick(targets) : nil)
            history.troubles.append((account.plan.name, account.outage?.target, Span(start: stage.now, end: stage.now + lasts)))
            stage.note("\(account.plan.name) is out: \(trouble) \(account.outage?.target.map { "\($0)" } ?? "")")
            stage.after(lasts) { account.outage = nil }
        }
    }

    private func calmDown() {
        stage.note("all troubles are over")
        meta.calmDown()
        for index in history.troubles.indices { history.troubles[index].span.end = min(history.troubles[index].span.end, stage.now) }
        diskIsFull = false
        journalIsDown = false
        // Members that Meta did not know for a time are asked for again by the next life.
        if scenario.restartsAtEnd, life.isAlive { killAndRestart() }
    }
}
