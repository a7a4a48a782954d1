public import ArgumentParser
import Dispatch
import FoundationEssentials
import Glibc
import Ledger
public import Logging
import Printing
import Programs
import ServiceConfiguration
import StrictYAML
import Systemd
import WabaWatchService
import Watching
import WhatsAppBusiness

/// `wabawatchd`: arguments, then the service.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatchd",
        abstract: "Watches WhatsApp Business accounts and tells what changed.",
        discussion: """
            Runs in the foreground. SIGTERM ends it; SIGHUP reads configuration and secrets anew, and a mistake in them changes nothing; SIGUSR1 writes \
            the status into the log. Exit status: 0, 1 failure, 64 usage, 78 configuration.
            """,
        version: Daemon.version,
        subcommands: [SetupCommand.self])

    @Option(help: "The configuration file.", completion: .file())
    var config = "/etc/wabawatch/wabawatch.yaml"

    @Flag(help: "Check the configuration and what it names, print every problem and exit; credentials not passed are left out.")
    var check = false

    @Flag(help: "With --check: also ask Meta whether the tokens and ids are what they should be, and how long a token lasts.")
    var online = false

    @Flag(help: "Poll everything once and exit.")
    var once = false

    @Flag(help: "Print what would be asked and what that costs, and exit; nothing is asked or recorded.")
    var dryRun = false

    @Option(help: "The least level of the daemon's own log lines: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    @Option(help: .hidden) var reload: Int32?
    @Option(help: .hidden) var replies = "/run/wabawatch"

    static func main() async { await start() }

    func validate() throws {
        if online, !check { throw ValidationError("--online belongs to --check") }
    }

    func run() async throws {
        let isOutOfCores = Systemd.ProcessMemory.keepOutOfCores()
        if let reload { return try ask(reload) }
        let destination = LogDestination.fromEnvironment
        let level = logLevel
        let journal = JournalQueue()
        LoggingSystem.bootstrap { destination.handler(label: $0, identifier: "wabawatchd", level: level, through: journal) }
        defer { journal.flush() }
        let log = Logger(label: "wabawatchd")
        if !isOutOfCores { log.warning("the kernel may write the daemon's memory, with the tokens in it, into a core file") }
        // Until the daemon listens to these signals they must not end it.
        for number in [SIGHUP, SIGUSR1] { signal(number, SIG_IGN) }
        do {
            let surroundings = try self.surroundings(destination)
            if check || dryRun {
                try look(surroundings)
                if online { try await ask(surroundings) }
                return
            }
            if once {
                let configuration = try Configuration.load(path: config)
                let troubled = try await Daemon(configuration, in: surroundings, log: log).once()
                for line in troubled { log.error("a poll was not complete", metadata: ["watch": "\(line)"]) }
                if !troubled.isEmpty { throw ExitCode.failure }
            } else {
                try await serve(surroundings, log)
            }
        } catch let error as ConfigurationError {
            try tell(error.problems)
            throw ExitCode(EX_CONFIG)
        } catch let error as ExitCode {
            throw error
        } catch {
            log.critical("the daemon cannot go on", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }

    /// Has a running daemon reload, and waits for what becomes of that.
    private func ask(_ process: Int32) throws {
        do { try ReloadRequest(process: process, folder: replies).run(timeout: .seconds(80)) } catch {
            try StandardErrorLines(prefixes: true).write("\(error)", priority: .error)
            throw ExitCode.failure
        }
    }

    /// Polls the configuration and all that it names, without doing anything.
    private func look(_ surroundings: Daemon.Surroundings) throws {
        let configuration = try Configuration.load(path: config)
        let notes = try configuration.check(secrets: surroundings.secrets) + (check ? configuration.overBudget() : [])
        for line in notes { try StandardErrorLines(prefixes: false).write(line, priority: .notice) }
        if dryRun {
            let output = LineOutput()
            try output.lines(configuration.dryRun().map { PrintableText($0) })
            try output.flush()
        }
    }

    /// Asks Meta about what the configuration names. A mistake is a mistake of the configuration; where Meta did not answer, nothing is known.
    private func ask(_ surroundings: Daemon.Surroundings) async throws {
        let configuration = try Configuration.load(path: config)
        let (output, errors) = (LineOutput(), StandardErrorLines(prefixes: false))
        var problems: [ConfigurationProblem] = []
        var isAnswered = true
        try await configuration.checkOnline(secrets: surroundings.secrets, now: surroundings.world.wallClock()) { check in
            if let line = check.confirmation {
                try output.lines([PrintableText(line)])
                try output.flush()
            }
            for line in check.notes { try errors.write(line, priority: .notice) }
            for line in check.unanswered { try errors.write(line, priority: .error) }
            problems += check.problems
            isAnswered = isAnswered && check.unanswered.isEmpty
        }
        try tell(problems)
        if !problems.isEmpty { throw ExitCode(EX_CONFIG) }
        if !isAnswered { throw ExitCode.failure }
    }

    private func tell(_ problems: [ConfigurationProblem]) throws {
        for problem in problems { try StandardErrorLines(prefixes: false).write("\(problem)", priority: .error) }
    }

    /// Why there is no daemon yet.
    private struct NotStarted: Error { let cause: any Error }

    /// Runs the daemon. One that cannot start answers those who wait at its socket, and polls once more whether it was mended meanwhile: that start then
    /// is the one that the manager was asked for.
    private func serve(_ surroundings: Daemon.Surroundings, _ log: Logger) async throws {
        do { try await run(surroundings, log) } catch let failure as NotStarted {
            let configuration = failure.cause as? ConfigurationError
            let reason = configuration?.sentence ?? "\(failure.cause)"
            surroundings.notifier.status("cannot start: \(reason)")
            guard try await FailedStart(surroundings.inherited, reason: reason).answer() else { throw failure.cause }
            if let configuration {
                try tell(configuration.problems)
            } else {
                log.critical("the daemon cannot start", metadata: ["error": "\(reason)"])
            }
            do { try await run(surroundings, log) } catch let second as NotStarted {
                if "\(second.cause)" == "\(failure.cause)" { throw ExitCode(configuration == nil ? EXIT_FAILURE : EX_CONFIG) }
                throw second.cause
            }
        }
    }

    /// Runs the daemon. One whose ledger turns out to be damaged is put together anew, once: it sets the ledger aside and begins another.
    private func run(_ surroundings: Daemon.Surroundings, _ log: Logger) async throws {
        let inherited = surroundings.inherited
        var configuration: Configuration
        do { configuration = try Configuration.load(path: config) } catch { throw NotStarted(cause: error) }
        var surroundings = surroundings
        surroundings.reading = { [config] in try Configuration.load(path: config) }
        var damage: LedgerError?
        while true {
            // The servers close their sockets; those that systemd gave stay for the next.
            surroundings.inherited = inherited.map { fcntl($0, F_DUPFD_CLOEXEC, 0) }
            surroundings.world.alarm = DispatchAlarm()
            let daemon: Daemon
            do { daemon = try Daemon(configuration, in: surroundings, damage: damage, log: log) } catch { throw NotStarted(cause: error) }
            do {
                return try await daemon.run()
            } catch let error as LedgerError where error.code == .damaged && damage == nil {
                log.critical("the daemon begins anew with another ledger", metadata: ["error": "\(error)"])
                damage = error
                configuration = daemon.configuration
            }
        }
    }

    private func surroundings(_ destination: LogDestination) throws -> Daemon.Surroundings {
        let prefixes = destination == .standardError(prefixes: true)
        let environment = ProcessInfo.processInfo.environment
        let world = World(
            now: DispatchAlarm.now, wallClock: { Timestamp(Date()) }, random: { Double.random(in: 0..<1) }, alarm: DispatchAlarm(),
            boot: try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
        return Daemon.Surroundings(
            environment: environment, secrets: Secrets(credentials: .fromEnvironment, environment: environment),
            notifier: .fromEnvironment, world: world, inherited: Daemon.Inherited(try InheritedSockets.take()),
            announcing: .configured(hasJournal: Journal.isPresent, standardError: StandardErrorLines(prefixes: prefixes)))
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
