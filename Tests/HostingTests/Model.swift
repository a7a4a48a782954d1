import Hosting
import StrictJSON
import TestTools

/// Three hosts before one server for some minutes, with everything that goes wrong between them: by one seed the same run each time.
struct Model {
    struct Settings {
        var times = LeaseTimes()
        /// How much faster or slower than the server's a host's clock may run.
        var drift = 0.3
        var ignoresRevisions = false
    }

    private(set) var complaints: [String] = []
    /// How many epochs there were, and messages.
    private(set) var epochs: Set<UInt64> = []
    private(set) var server = ModelServer()
    private var hosts: [ModelHost]
    private var random: SeededGenerator
    private var now = Duration.zero
    private let settings: Settings
    private var lastEpoch: UInt64 = 0
    /// What is on its way to the server, and to hosts.
    private var requests: [(at: Duration, host: Int, run: Int, request: ModelHost.Request)] = []
    private var answers: [(at: Duration, host: Int, run: Int, event: Event)] = []

    private enum Event {
        case lease(LeaseState.Event)
        case log(AccountLog.Event)
    }

    private static let step = Duration.milliseconds(100)
    private static let (stormy, calm) = (Duration.seconds(240), Duration.seconds(90))

    init(seed: UInt64, _ settings: Settings = Settings()) {
        var random = SeededGenerator(spreading: seed)
        self.settings = settings
        server.ignoresRevisions = settings.ignoresRevisions
        hosts = ["a", "b", "c"].map { name in
            ModelHost(
                name, rate: 1 + settings.drift * (random.fraction() * 2 - 1), offset: random.time(.zero ... .seconds(1000)),
                times: settings.times)
        }
        self.random = random
    }

    mutating func run() {
        while now < Self.stormy + Self.calm {
            now += Self.step
            if now < Self.stormy { trouble() } else { settle() }
            let arriving = requests.filter { $0.at <= now }
            requests.removeAll { $0.at <= now }
            for (_, index, run, request) in arriving { answer(request, of: index, run) }
            for index in hosts.indices where hosts[index].isFrozenUntil <= now { turn(index) }
            check()
        }
        checkEnd()
    }

    /// Something goes wrong, or is over.
    private mutating func trouble() {
        let index = random.below(hosts.count)
        if random.chance(0.0015) { hosts[index].isFrozenUntil = now + random.time(.seconds(1) ... .seconds(75)) }
        if random.chance(hosts[index].isCutOff ? 0.01 : 0.004) { hosts[index].isCutOff.toggle() }
        if random.chance(0.002) { hosts[index].restart() }
        if random.chance(hosts[index].isWanted ? 0.003 : 0.03) { hosts[index].isWanted.toggle() }
    }

    private mutating func settle() {
        for index in hosts.indices {
            hosts[index].isCutOff = false
            if hosts[index].isFrozenUntil > now { hosts[index].isFrozenUntil = now }
            hosts[index].isWanted = true
        }
    }

    private mutating func turn(_ index: Int) {
        hosts[index].on(.wanted(hosts[index].isWanted), now)
        // What was decided before a host stood still goes out as it is.
        for request in hosts[index].requests { requests.append((now + delay(), index, hosts[index].run, request)) }
        hosts[index].requests = []
        let arriving = answers.filter { $0.host == index && $0.at <= now }
        answers.removeAll { $0.host == index && $0.at <= now }
        for (_, _, run, event) in arriving where run == hosts[index].run {
            switch event {
            case .lease(let event): hosts[index].on(event, now)
            case .log(let event): hosts[index].on(event, now)
            }
        }
        if random.chance(0.2) { _ = hosts[index].ask(now) }
        // Watches tell late, or not at all.
        if random.chance(0.3), !hosts[index].isCutOff, let value = server.value("lease", now), let record = Self.lease(value.text) {
            hosts[index].on(.seen(record, revision: value.revision), now)
        }
        // A host may stand still between deciding and sending.
        if now < Self.stormy, !hosts[index].requests.isEmpty, random.chance(0.001) {
            hosts[index].isFrozenUntil = now + random.time(.seconds(1) ... .seconds(75))
        }
    }

    /// Most of what is sent arrives at once, some late.
    private mutating func delay() -> Duration {
        now < Self.stormy && random.chance(0.1) ? random.time(.milliseconds(100) ... .seconds(8)) : .zero
    }

    private mutating func tell(_ event: Event, to index: Int, _ run: Int) { answers.append((now + delay(), index, run, event)) }

    /// A request reaches the server or not, and its answer the host or not.
    private mutating func answer(_ request: ModelHost.Request, of index: Int, _ run: Int) {
        let isStormy = now < Self.stormy
        let reaches = !hosts[index].isCutOff && !(isStormy && random.chance(0.05))
        let returns = reaches && !(isStormy && random.chance(0.05))
        switch request {
        case .writeLease(let record, let over):
            let revision =
                reaches
                ? server.put(JSONValue.object(record.json).description, "lease", over: over, timeToLive: settings.times.timeToLive, now)
                : nil
            let event = revision.map { LeaseState.Event.written(revision: $0) } ?? .conflicted
            tell(.lease(returns ? event : .unanswered), to: index, run)
        case .readLease:
            let value = server.value("lease", now)
            let event = LeaseState.Event.read(value.flatMap { Self.lease($0.text) }, revision: value?.revision ?? 0)
            tell(.lease(returns ? event : .unanswered), to: index, run)
        case .log(let action): answer(action, of: index, run, reaches: reaches, returns: returns)
        }
    }

    private mutating func answer(
        _ action: AccountLog.Action, of index: Int, _ run: Int, reaches: Bool, returns: Bool
    ) {
        let event: AccountLog.Event
        switch action {
        case .readHead:
            let value = server.value("head", now)
            let head = value.flatMap { try? JSONValue(parsing: $0.text).object }.flatMap { try? LogHead(json: $0) }
            event = .head(head, revision: value?.revision ?? 0)
        case .writeHead(let head, let over):
            let revision = reaches ? server.put(JSONValue.object(head.json).description, "head", over: over, now) : nil
            if revision != nil {
                epochs.insert(head.epoch)
                if head.epoch < lastEpoch { complain("the head went back from epoch \(lastEpoch) to \(head.epoch)") }
                lastEpoch = head.epoch
            }
            event = revision.map { AccountLog.Event.written(revision: $0) } ?? .conflicted
        case .readLast(let subject):
            let last = server.last(of: subject)
            event = .last(id: last?.id, sequence: last?.sequence)
        case .publish(let pending):
            let sequence = reaches ? server.publish(pending) : nil
            event = sequence.map { AccountLog.Event.published(sequence: $0) } ?? .overtaken
        case .ready, .lost: return
        }
        tell(.log(returns ? event : .unanswered), to: index, run)
    }

    private static func lease(_ text: String) -> LeaseRecord? {
        (try? JSONValue(parsing: text).object).flatMap { try? LeaseRecord(json: $0) }
    }

    /// No two hosts may ask at once.
    private mutating func check() {
        let holders = hosts.filter { $0.isFrozenUntil <= now && $0.lease.isHeld(at: $0.clock(now)) }
        if holders.count > 1 { complain("\(holders.map(\.name)) may ask at once") }
    }

    /// Each change is in the stream once, in order; and the account is watched.
    private mutating func checkEnd() {
        let ids = server.messages.map(\.message.id)
        for (index, id) in ids.enumerated() where id.split(separator: ".").last.map(String.init) != "\(index + 1)" {
            return complain("message \(index + 1) is \(id)")
        }
        let bodies = server.messages.map(\.message.body)
        if Set(bodies).count != bodies.count { complain("a change is there twice") }
        for host in hosts {
            let missing = host.confirmed.filter { !bodies.contains($0) }
            if !missing.isEmpty { complain("\(missing) of \(host.name) are not there") }
        }
        let isWatched = hosts.contains { host in host.lease.isHeld(at: host.clock(now)) && host.log.position.epoch == host.lease.epoch }
        if !isWatched { complain("nobody watches the account") }
    }

    private mutating func complain(_ what: String) { if complaints.count < 10 { complaints.append("\(now): \(what)") } }
}
