import AlarmKeeping
import Announcing
import Clustering
import Continuations
import Discovery
import Dispatch
import FoundationEssentials
import GraphAPI
package import Ledger
package import Logging
package import ServiceConfiguration
import ServiceLifecycle
import Subscriptions
package import Systemd
import UnixSignals
import Varlink
import WabaWatchInterface
package import Watching
import WhatsAppBusiness

/// The daemon put together: the watcher, the announcer and the socket around one ledger.
package struct Daemon: Sendable {
    /// What the daemon says it is.
    package static let version = Interface.release

    let ledger: Ledger
    let watcher: Watcher
    let announcer: Announcer
    let keeper: AlarmKeeper
    let world: World
    let notifier: Notifier
    let reloader: Reloader
    let listening: ListeningSocket
    /// Where `io.systemd.Metrics` is answered; `nil` for wherever the system has a folder for it.
    let metricsListening: ListeningSocket?
    /// Whether the manager opened the socket, so that its units see to who finds it.
    let isFoundByUnits: Bool
    let controlRight: ControlRight
    let actionJournal: ActionJournal
    let log: Logger
    /// Which accounts this host may ask about; `nil` where it is alone.
    let holds: AccountHolds?
    private let readsAnew: Bool
    /// Where those wait who want to know what became of a reload: beside the socket, whose folder is root's under systemd.
    private let replies: String?

    /// What is in force: what the daemon began with, or what was read since.
    package var configuration: Configuration { reloader.configuration }

    /// Where changes are told besides the socket.
    package enum Announcing: Sendable {
        /// In the journal or on standard error, as the configuration says and a journal is there.
        case configured(hasJournal: Bool, standardError: StandardErrorLines)
        /// Only on the socket.
        case nowhere
    }

    /// What the surroundings hand to the daemon.
    package struct Surroundings: Sendable {
        /// The environment's variables.
        package var environment: [String: String]
        /// Where secrets are read from.
        package var secrets: Secrets
        /// How systemd is told.
        package var notifier: Notifier
        /// The clocks, the timer and chance.
        package var world: World
        /// The sockets that systemd listens on for the daemon.
        package var inherited: Inherited
        /// Where changes are told besides the socket.
        package var announcing: Announcing
        /// Reads the configuration anew at SIGHUP; without it, neither SIGHUP nor SIGUSR1 is the daemon's.
        package var reading: (@Sendable () throws -> Configuration)?

        /// Those of this process.
        package init(
            environment: [String: String], secrets: Secrets, notifier: Notifier, world: World, inherited: Inherited = Inherited(),
            announcing: Announcing, reading: (@Sendable () throws -> Configuration)? = nil
        ) {
            self.environment = environment
            self.secrets = secrets
            self.notifier = notifier
            self.world = world
            self.inherited = inherited
            self.announcing = announcing
            self.reading = reading
        }
    }

    /// Puts the daemon together: reads the secrets and opens the ledger; one that is damaged is set aside. Nothing is asked or announced yet.
    /// - Parameter damage: what ended a daemon before this one, if that was its ledger's damage.
    /// - Throws: `ConfigurationError` or `LedgerError`.
    package init(_ configuration: Configuration, in surroundings: Surroundings, damage: LedgerError? = nil, log: Logger) throws {
        self.log = log
        world = surroundings.world
        notifier = surroundings.notifier
        let transport = try configuration.transport()
        let holds = configuration.isClustered ? AccountHolds(now: surroundings.world.now) : nil
        self.holds = holds
        let carrier: @Sendable (String, any Transport) -> any Transport = { account, transport in
            holds.map { HeldTransport(transport, of: account, while: $0) } ?? transport
        }
        let plans = try configuration.plans(secrets: surroundings.secrets, transport: transport, carrier: carrier)
        let appSecrets = try surroundings.secrets.appSecrets(of: configuration)
        controlRight = try ControlRight(of: configuration)
        let path = configuration.ledger.path ?? Self.folder("STATE_DIRECTORY", surroundings) + "ledger.sqlite"
        let now = world.wallClock()
        let opened = try StartTimeoutExtender(notifier: notifier).during("opening the ledger") {
            try Ledger.open(path: path, damage: damage, at: now) { setAside in
                Self.notes(of: setAside, accounts: configuration.accounts.map(\.name))
            }
        }
        ledger = opened.ledger
        if let setAside = opened.setAside {
            log.critical(
                "the ledger was damaged; a new one was begun", metadata: ["old": "\(setAside.path)", "error": "\(setAside.cause)"])
        }
        let watcher = Watcher(accounts: plans, isShared: holds != nil, ledger: ledger, world: world, log: log)
        self.watcher = watcher
        keeper = AlarmKeeper(
            ledger: opened.ledger, source: watcher, isLedgerNew: opened.setAside != nil, now: world.now, wallClock: world.wallClock,
            pause: Self.pause, log: log)
        readsAnew = surroundings.reading != nil
        reloader = Reloader(
            configuration, transport, appSecrets: appSecrets, secrets: surroundings.secrets, log: log,
            read: surroundings.reading ?? { configuration }, carrier: carrier,
            apply: Self.applying(to: watcher))
        announcer = Announcer(
            name: "journal", ledger: ledger, log: log, pause: Self.pause,
            take: Self.destination(configuration.journal, surroundings.announcing))
        actionJournal = Self.actionJournal(configuration.journal, surroundings.announcing, log)
        if let path = configuration.socket.path {
            listening = .path(path, mode: configuration.socket.mode)
        } else if let inherited = surroundings.inherited.varlink {
            listening = .inherited(fileDescriptor: inherited)
        } else {
            listening = .path(Self.folder("RUNTIME_DIRECTORY", surroundings) + "io.wabawatch", mode: configuration.socket.mode)
        }
        metricsListening = surroundings.inherited.metrics.map { .inherited(fileDescriptor: $0) }
        isFoundByUnits = surroundings.inherited.varlink != nil
        let beside = surroundings.inherited.varlink.map { ListeningSocket.inherited(fileDescriptor: $0) } ?? listening
        replies = beside.folder
    }

    /// Runs until SIGTERM or SIGINT: then what is under way is dropped, what is recorded is announced, and the ledger is closed.
    package func run() async throws {
        let reportLog = ReportLog(log: log, now: world.now)
        let desk = actionDesk()
        await desk.takeUp()
        let service = try InterfaceService(
            ledger: ledger, watcher: watcher, controlRight: controlRight,
            poller: WatcherPoller(watcher: watcher, ledger: ledger),
            muting: Muting(
                ledger: ledger, wallClock: world.wallClock, told: { [keeper] event in await keeper.muted(by: event.actor) }),
            reporting: Reporting(
                ledger: ledger, appSecrets: { [reloader] in reloader.appSecrets }, wallClock: world.wallClock, log: reportLog,
                hinted: { [watcher] hints in await watcher.hasten(hints) }),
            acting: Acting(
                desk: desk, allowed: { [reloader] name in reloader.configuration.accounts.first { $0.name == name }?.actions },
                userName: { await UserName.of($0) }, denials: DenialTally(now: world.now)),
            version: Self.version, startedAt: world.wallClock(),
            pause: Self.pause)
        let events = ServerEventLog(log: log, pause: Self.pause)
        let identity = ServiceIdentity(
            vendor: "wabawatch", product: "wabawatchd", version: Self.version, url: "man:wabawatchd(8)")
        let figures = try FiguresService(
            ledger: ledger, watcher: watcher,
            settings: { [reloader] in (reloader.configuration.metrics.perNumber, reloader.configuration.metrics.listen) },
            subscribers: { service.delivery.readers }, webhooks: { reportLog.counts.figures })
        let overview = try OverviewService(ledger: ledger, watcher: watcher) { try await service.standing() }
        let cluster = try clusterService()
        let interfaces: [any VarlinkInterface] = [service, figures, overview] + (cluster.map { [$0] } ?? [])
        let server = try VarlinkServer(identity: identity, interfaces: interfaces, limits: socketLimits()) { events.tell($0) }
        let metrics = MetricsSource(ledger: ledger, watcher: watcher, counting: watcher) { service.delivery.readers }
        let status = StatusLine(notifier: notifier, watcher: watcher, ledger: ledger, reloader: reloader)
        var services: [any Service] = [
            AnnouncerService(announcer: announcer),
            events,
            SocketService(server: server, listening: listening, notifier: notifier),
            DiscoveryService(
                socket: listening, inherited: metricsListening, isFoundByUnits: isFoundByUnits, identity: identity,
                metrics: try MetricsService(metrics), log: log
            ) { events.tell($0) },
            WatcherService(watcher: watcher),
            desk,
            AlarmKeeperService(keeper: keeper),
            LedgerService(
                ledger: ledger, keeping: { [reloader] in reloader.configuration.ledger }, wallClock: world.wallClock, status: status,
                log: log,
                pause: Self.pause, turned: { [keeper] in await keeper.ledgerTurned($0) }),
            StatusService(line: status, ledger: ledger, pause: Self.pause),
        ]
        if let cluster { services.append(HoldingService(cluster: cluster, pause: Self.pause)) }
        if let interval = notifier.watchdogInterval {
            services.append(
                WatchdogService(
                    interval: interval, parts: signsOfLife(within: interval), notifier: notifier, log: log, now: world.now,
                    pause: Self.pause))
        }
        if readsAnew {
            let dump = StatusDump(
                version: Self.version, startedAt: service.startedAt, ledger: ledger, watcher: watcher,
                readers: { service.delivery.readers }, reloader: reloader, announcer: announcer, reports: reportLog, log: log)
            services.append(
                SignalService(
                    signals: await UnixSignalsSequence(trapping: .sighup, .sigusr1), notifier: notifier, reloader: reloader, line: status,
                    dump: dump, replies: replies))
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        log.info(
            "the daemon begins",
            metadata: [
                "version": "\(Self.version)", "accounts": "\(configuration.accounts.count)", "ledger": "\(ledger.path)",
                "cursor": "\(ledger.cursor)", "socket": "\(listening)",
            ])
        do { try await group.run() } catch { try await end(error) }
        try await end()
        log.info("the daemon ends", metadata: ["cursor": "\(ledger.cursor)"])
    }

    /// Closes the ledger; its damage is why everything else ended.
    private func end(_ error: (any Error)? = nil) async throws {
        defer { reloader.close() }
        if let damage = ledger.trouble, damage.code == .damaged {
            ledger.abandon()
            throw damage
        }
        if let error {
            ledger.abandon()
            throw error
        }
        try await close()
    }

    /// Closes the ledger. A disk that hangs is not waited for: what was committed is safe in the log, as after a crash.
    private func close() async throws {
        let closed = OneShot<Result<Bool, any Error>>()
        DispatchQueue(label: "wabawatch.close").async { [ledger] in closed.fulfil(Result { try ledger.close() }.map { true }) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(1)) { closed.fulfil(.success(false)) }
        guard try await closed.value(whenCancelled: .success(false), after: .seconds(1)).get() else {
            return log.warning("the ledger could not be closed in time; the next start finds it as after a crash")
        }
    }

    /// Polls everything once, announces what that recorded, and says which watches are not current.
    package func once() async throws -> [String] {
        guard holds == nil else {
            try await end()
            return ["nothing was polled: several hosts share the accounts (cluster.enabled), and the relay says which are this one's"]
        }
        let desk = actionDesk()
        await desk.takeUp()
        let troubled = try await watcher.pollEverythingOnce()
        await desk.finishWithoutPolling()
        if let trouble = ledger.trouble {
            try await end(trouble)
        }
        if let refusal = try await announcer.drain() { try await end(refusal) }
        try await end()
        return troubled.map { target, watch in "\(target): \(watch.state.rawValue)\(watch.reason.map { ": \($0)" } ?? "")" }.sorted()
    }

    /// What the relay speaks to; `nil` where this host is alone.
    private func clusterService() throws -> ClusterService? {
        guard let holds else { return nil }
        let right = controlRight
        return try ClusterService(
            holds: holds, watcher: watcher, ledger: ledger, allows: { right.allowsHolding($0) }, wallClock: world.wallClock, log: log)
    }

    private func actionDesk() -> ActionDesk {
        ActionDesk(watcher: watcher, ledger: ledger, journal: actionJournal, wallClock: world.wallClock, log: log)
    }

    /// How a reload takes effect.
    private static func applying(to watcher: Watcher) -> Reloader.Apply {
        { plans in try await watcher.reload(accounts: plans) }
    }

    private static func destination(_ configured: Configuration.Journal, _ announcing: Announcing) -> Announcer.Take {
        guard case .configured(let hasJournal, let lines) = announcing else { return { _, _, _ in } }
        return configured == .yes || (configured == .auto && hasJournal) ? Announcer.journal() : Announcer.standardError(lines)
    }

    /// Where it is written down who did what.
    private static func actionJournal(_ configured: Configuration.Journal, _ announcing: Announcing, _ log: Logger) -> ActionJournal {
        guard case .configured(let hasJournal, let lines) = announcing else { return ActionJournal(log: log) { _ in } }
        let isJournal = configured == .yes || (configured == .auto && hasJournal)
        return isJournal ? .journal(log: log) : .standardError(lines, log: log)
    }

    /// A folder that systemd gives, with a last slash; the working folder where it gives none.
    private static func folder(_ variable: String, _ surroundings: Surroundings) -> String {
        guard let folder = surroundings.environment[variable]?.split(separator: ":").first, !folder.isEmpty else { return "" }
        return folder + "/"
    }

    private static let pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
}
