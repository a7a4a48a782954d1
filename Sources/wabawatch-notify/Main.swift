public import ArgumentParser
import Glibc
public import Logging
import NotificationDelivery
import Notifying
import Printing
import Programs
import StrictYAML
import Systemd
import UnixSignals
import WabaWatchInterface
import WhatsAppBusiness

/// `wabawatch-notify`: arguments and the configuration, then the routes.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-notify",
        abstract: "Tells people and programs of alarms and changes that wabawatchd has found.",
        discussion: """
            Each route of its configuration reads from wabawatchd with a cursor of its own and delivers at least once; one that fails holds up no other. \
            SIGHUP reads the configuration anew, SIGTERM ends the program when the deliveries under way have ended. Exit status: 0, 1 failure, 64 usage, \
            78 mistakes in the configuration.
            """, version: Interface.release)

    @Option(help: "The configuration.", completion: .file())
    var config = "/etc/wabawatch/notify.yaml"

    @Option(help: "The socket of wabawatchd.", completion: .file())
    var socket: String?

    @Option(help: "The folder with the routes' cursors. Otherwise $STATE_DIRECTORY.", completion: .directory)
    var stateDirectory: String?

    @Flag(help: "Check the configuration, and do nothing else.")
    var check = false

    @Option(
        help: "Send a message that says that it is a test to the destination of this route, and do nothing else.",
        completion: .custom { words, _, _ in Main.routes(words) })
    var test: String?

    @Option(help: "The least level of the log lines: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    static func main() async { await start() }

    /// The names of the routes in the configuration that the words of a command line name; none where it cannot be read.
    private static func routes(_ words: [String]) -> [String] {
        let path = words.firstIndex(of: "--config").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
        do throws(ConfigurationError) {
            return try NotifyConfiguration.load(path: path ?? "/etc/wabawatch/notify.yaml").routes.map(\.name)
        } catch { return [] }
    }

    func validate() throws {
        if check, test != nil { throw ValidationError("--check and --test cannot go together.") }
    }

    func run() async throws {
        let isOutOfCores = Systemd.ProcessMemory.keepOutOfCores()
        let configuration = try load()
        if check { return try tell("\(config): \(configuration.routes.count == 1 ? "1 route" : "\(configuration.routes.count) routes")") }
        let destination = LogDestination.fromEnvironment
        let level = logLevel
        let journal = JournalQueue()
        LoggingSystem.bootstrap { destination.handler(label: $0, identifier: "wabawatch-notify", level: level, through: journal) }
        defer { journal.flush() }
        let log = Logger(label: "wabawatch-notify")
        if !isOutOfCores { log.warning("the kernel may write the notifier's memory into a core file") }
        let post: PostOffice
        do { post = try PostOffice(socket: socket, time: .real, random: { Double.random(in: 0...1) }, log: log) } catch {
            log.critical("the notifier cannot start", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
        if let test { return try await deliverTest(to: test, configuration, post) }
        guard let folder = stateDirectory ?? getenv("STATE_DIRECTORY").map({ String(cString: $0) }), !folder.isEmpty else {
            log.critical("there is no folder for the cursors: $STATE_DIRECTORY is not set, and --state-directory is not given")
            throw ExitCode(EX_USAGE)
        }
        await serve(configuration, post, folder: folder, log)
    }

    /// Reads the configuration; what is wrong with it goes to standard error.
    private func load() throws -> NotifyConfiguration {
        do throws(ConfigurationError) { return try NotifyConfiguration.load(path: config) } catch {
            let output = LineOutput.errors
            try output.lines(error.problems.map { PrintableText($0.description) })
            try output.flush()
            throw ExitCode(EX_CONFIG)
        }
    }

    private func tell(_ line: PrintableText) throws {
        let output = LineOutput()
        try output.line(line)
        try output.flush()
    }

    private func deliverTest(to name: String, _ configuration: NotifyConfiguration, _ post: PostOffice) async throws {
        guard let route = configuration.routes.first(where: { $0.name == name }) else {
            let names = configuration.routes.map(\.name).joined(separator: ", ")
            try LineOutput.errors.say("there is no route \(name); there are \(names)")
            throw ExitCode.failure
        }
        switch await post.deliverTest(to: route, configuration) {
        case .delivered: try tell("\(name): delivered")
        case .failed(let failure, _):
            try LineOutput.errors.say("\(name): \(failure)")
            throw ExitCode.failure
        }
    }

    private func serve(_ configuration: NotifyConfiguration, _ post: PostOffice, folder: String, _ log: Logger) async {
        let notifier = Notifier.fromEnvironment
        let (configurations, next) = AsyncStream<NotifyConfiguration>.makeStream()
        next.yield(configuration)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let service = NotifyService(time: .real, log: log) { route, configuration in
            post.runner(route, configuration, folder: folder)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals {
                    guard signal == .sighup else {
                        notifier.stopping()
                        return next.finish()
                    }
                    notifier.reloading()
                    do throws(ConfigurationError) {
                        next.yield(try NotifyConfiguration.load(path: config))
                    } catch {
                        for problem in error.problems.prefix(50) {
                            log.error("the configuration cannot be used", metadata: ["problem": "\(problem)"])
                        }
                        log.error("the configuration stays as it was", metadata: ["problems": "\(error.problems.count)"])
                    }
                    notifier.ready()
                }
            }
            group.addTask { await service.run(configurations) }
            notifier.ready()
            // The service's end, after a signal, is the program's.
            await group.next()
            await group.next()
        }
    }
}

extension LineOutput {
    /// One line, at once.
    fileprivate func say(_ text: PrintableText) throws {
        try line(text)
        try flush()
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
