import Hosting
package import JetStream
package import Logging
import StrictJSON

/// One host's relay: says that the host is alive, takes and renews leases, and has its daemon watch what they are of.
package actor Relay {
    private let host: String
    private let run: String
    private let replicas: Int
    private let stream: JetStreamConnection
    private let daemon: DaemonLink
    private let time: RelayTime
    private let times: LeaseTimes
    private let log: Logger
    private var table: HostTable
    private var move: MoveState
    private var accounts: [String: Seat] = [:]
    /// Whether everything that there was in the bucket of leases has been seen.
    private var isCaughtUp = false
    /// When the daemon answered last, and whether it reached Meta then.
    private var (heardAt, reachesMeta): (Duration?, Bool) = (nil, true)
    /// When it was said last that this host is alive, and whether something is being said.
    private var saidAt: Duration?
    private var isSaying = false
    private var isEnding = false
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let enqueue: AsyncStream<@Sendable () async -> Void>.Continuation

    /// What there is of an account.
    private struct Seat {
        var lease: LeaseState
        var runner: AccountRunner
        /// Who holds it, as the bucket tells.
        var holder: String?
        var until = Duration.zero
    }

    /// How often time passes for the leases; how often the daemon is asked whether it is well, and after how long without an answer it is taken for gone.
    private static let (step, probe, silence) = (Duration.milliseconds(250), Duration.seconds(2), Duration.seconds(5))
    /// How long the end waits for accounts to be let go of.
    private static let grace = Duration.seconds(5)

    /// - Parameters:
    ///   - run: what names this run of the relay, among all that ever were.
    package init(
        _ configuration: RelayConfiguration, run: String, stream: JetStreamConnection, daemon: DaemonLink, time: RelayTime, log: Logger
    ) {
        host = configuration.host
        replicas = configuration.replicas
        times = LeaseTimes()
        self.run = run
        self.stream = stream
        self.daemon = daemon
        self.time = time
        self.log = log
        table = HostTable(host: configuration.host)
        move = MoveState(host: configuration.host)
        (jobs, enqueue) = AsyncStream.makeStream()
    }

    /// Runs until the stop comes, and then lets go of every account.
    /// - Parameters:
    ///   - stop: returns when the relay is to end.
    ///   - ready: told when the streams and buckets are there.
    package func serve(until stop: @escaping @Sendable () async -> Void, ready: @escaping @Sendable () -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await stop()
                await self.end()
            }
            group.addTask { await self.work(ready) }
            await group.next()
            group.cancelAll()
        }
    }

    private func work(_ ready: @Sendable () -> Void) async {
        guard await begin() else { return }
        ready()
        await withDiscardingTaskGroup { group in
            group.addTask { for await event in self.stream.watch(bucket: Buckets.leases) { await self.on(event) } }
            group.addTask { await self.repeated(every: Self.probe) { await self.lookAtDaemon() } }
            group.addTask { await self.repeated(every: Self.step) { await self.tick() } }
            for await job in self.jobs { group.addTask { await job() } }
            group.cancelAll()
        }
    }

    /// Sees to it that streams and buckets are there, as soon as a majority of the servers answers.
    private func begin() async -> Bool {
        while !Task.isCancelled {
            do throws(JetStreamError) {
                try await Buckets.begin(stream, replicas: replicas, times: times)
                return true
            } catch {
                log.warning("NATS has no stream for the changes yet", metadata: ["error": "\(error)"])
                guard (try? await time.sleep(.seconds(1))) != nil else { return false }
            }
        }
        return false
    }

    private func repeated(every interval: Duration, _ body: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            await body()
            guard (try? await time.sleep(interval)) != nil else { return }
        }
    }

    // MARK: What is known

    private func lookAtDaemon() async {
        do {
            let names = try await daemon.accounts()
            for name in names where accounts[name] == nil {
                accounts[name] = Seat(
                    lease: LeaseState(host: host, run: run, times: times),
                    runner: AccountRunner(name, host: host, stream: stream, daemon: daemon, time: time, log: log))
            }
            let reaches = try await daemon.reachesMeta()
            if reaches != reachesMeta { log.notice(reaches ? "Meta is reached again" : "Meta is not reached from this host") }
            (heardAt, reachesMeta) = (time.now(), reaches)
        } catch {
            log.debug("the daemon does not answer", metadata: ["error": "\(error)"])
        }
    }

    /// Whether accounts can be watched here: the daemon answers, and reaches Meta where another host might.
    private var isFit: Bool {
        guard !isEnding, let heardAt, time.now() - heardAt < Self.silence else { return false }
        return reachesMeta || table.alive(at: time.now()).count < 2
    }

    private func on(_ event: BucketEvent) {
        switch event {
        case .caughtUp: isCaughtUp = true
        case .restarted: isCaughtUp = false
        case .value(let value):
            guard let json = try? JSONValue(parsing: value.body, limits: .stored).object else { return }
            let now = time.now()
            if value.subject == Self.moveKey { return move.seen(json, revision: value.sequence, now: now) }
            if value.subject.hasPrefix("host."), let name = json["host"]?.string {
                return table.note(name, isAlive: json["isAlive"]?.bool ?? false, now: now)
            }
            for name in accounts.keys where value.subject == Buckets.lease(of: name) {
                guard let record = try? LeaseRecord(json: json) else { return }
                accounts[name]?.holder = record.host
                drive(name, .seen(record, revision: value.sequence))
            }
        }
    }

    // MARK: What is done

    private static let moveKey = "move"

    private func tick() {
        let (now, isFit) = (time.now(), isFit)
        if !isSaying, isFit != (saidAt != nil) || saidAt.map({ now - $0 >= times.renewal }) ?? false {
            isSaying = true
            enqueue.yield { await self.say(isAlive: isFit) }
        }
        for (name, seat) in accounts {
            let isHeld = seat.lease.epoch != nil
            // What is held is kept while NATS is away: its lease says for how long. What is not is taken when all others are known.
            let isWanted = isFit && move.account != name && (isHeld || isCaughtUp) && table.wants(name, isHeld: isHeld, now: now)
            drive(name, .wanted(isWanted))
        }
        let alive = table.alive(at: now)
        let candidate = accounts.keys.sorted().lazy.compactMap { name -> (account: String, to: String)? in
            guard self.accounts[name]?.lease.isHeld(at: now) == true, let to = RendezvousHash.owner(of: name, among: alive), to != self.host
            else { return nil }
            return (name, to)
        }.first
        if case .write(let record, let over) = move.due(now, candidate: isFit ? candidate : nil, holder: { self.accounts[$0]?.holder }) {
            enqueue.yield { await self.write(move: record, over) }
        }
    }

    private func write(move record: JSONObject, _ over: UInt64?) async {
        do throws(JetStreamError) {
            let revision = try await put(record, Self.moveKey, over: over)
            move.written(revision, now: time.now())
        } catch { move.failed(now: time.now()) }
    }

    /// Tells the other hosts whether this one is alive.
    private func say(isAlive: Bool) async {
        defer { isSaying = false }
        let now = time.now()
        do throws(JetStreamError) {
            _ = try await stream.put(
                Array(JSONValue.object(["host": .string(host), "isAlive": .bool(isAlive)]).description.utf8),
                of: Buckets.presence(of: host), in: Buckets.leases, expecting: .anything)
            saidAt = isAlive ? now : nil
        } catch { log.debug("the other hosts are not told that this one is alive", metadata: ["error": "\(error)"]) }
    }

    private func put(_ record: JSONObject, _ key: String, over: UInt64?) async throws(JetStreamError) -> UInt64 {
        try await stream.put(
            Array(JSONValue.object(record).description.utf8), of: key, in: Buckets.leases, expecting: over.map { .sequence($0) } ?? .nothing
        )
    }

    private func drive(_ name: String, _ event: LeaseState.Event) {
        guard let actions = accounts[name]?.lease.on(event, now: time.now()), let runner = accounts[name]?.runner else { return }
        for action in actions {
            switch action {
            case .write(let record, let over): enqueue.yield { await self.write(record, over, name) }
            case .read: enqueue.yield { await self.read(name) }
            case .takeOver(let epoch):
                enqueue.yield { await runner.run(epoch: epoch) { await self.drive(name, .tookOver(epoch: epoch)) } }
            case .hold(let epoch, let until):
                accounts[name]?.until = until
                enqueue.yield { await self.hold(name, epoch, until) }
            case .stop: enqueue.yield { await self.stop(name, runner) }
            }
        }
    }

    private func write(_ record: LeaseRecord, _ over: UInt64?, _ name: String) async {
        do throws(JetStreamError) {
            let revision = try await put(record.json, Buckets.lease(of: name), over: over)
            accounts[name]?.holder = record.host
            drive(name, .written(revision: revision))
        } catch { drive(name, error.code == .conflict ? .conflicted : .unanswered) }
    }

    private func read(_ name: String) async {
        do throws(JetStreamError) {
            let event = LeaseState.Event(reading: try await stream.value(of: Buckets.lease(of: name), in: Buckets.leases))
            switch event {
            case .read(let record, _): accounts[name]?.holder = record?.host
            default: log.warning("a lease cannot be read, and is left to whoever wrote it", metadata: ["account": "\(name)"])
            }
            drive(name, event)
        } catch { drive(name, .unanswered) }
    }

    private func hold(_ name: String, _ epoch: UInt64, _ until: Duration) async {
        do { try await daemon.hold(name, epoch: epoch, until: until) } catch {
            log.warning("the daemon does not take an account", metadata: ["account": "\(name)", "error": "\(error)"])
        }
    }

    /// The daemon asks about the account no more: it says so, or the time is over until which it may.
    private func stop(_ name: String, _ runner: AccountRunner) async {
        do {
            try await daemon.release(name)
            await runner.finish()
        } catch {
            await runner.stop()
            log.debug("the daemon is waited for until it stops by itself", metadata: ["account": "\(name)", "error": "\(error)"])
            let left = (accounts[name]?.until ?? .zero) - time.now()
            if left > .zero { try? await time.sleep(left) }
        }
        drive(name, .stopped)
    }

    /// Lets go of everything, so that others take it at once.
    private func end() async {
        isEnding = true
        await say(isAlive: false)
        let limit = time.now() + Self.grace
        while accounts.values.contains(where: { $0.lease.epoch != nil }), time.now() < limit {
            guard (try? await time.sleep(.milliseconds(50))) != nil else { return }
        }
    }
}
