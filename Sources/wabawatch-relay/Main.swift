public import ArgumentParser
import Glibc
import JetStream
public import Logging
import Printing
import Programs
import Relaying
import StrictYAML
import Systemd
import UnixSignals
import WabaWatchInterface

/// `wabawatch-relay`: arguments and the configuration, then the relay.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-relay",
        abstract: "Shares accounts among several hosts, and publishes all changes as one stream of NATS JetStream.",
        discussion: """
            It runs beside wabawatchd on every host, says there which accounts are watched by this one, and publishes what is recorded of them. SIGTERM lets \
            go of them, so that other hosts take them at once. Exit status: 0, 1 failure, 64 usage, 78 mistakes in the configuration.
            """, version: Interface.release)

    @Option(help: "The configuration.", completion: .file())
    var config = "/etc/wabawatch/relay.yaml"

    @Flag(help: "Check the configuration, and do nothing else.")
    var check = false

    @Option(help: "The least level of the log lines: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    static func main() async { await start() }

    func run() async throws {
        let configuration = try load()
        if check {
            let output = LineOutput()
            try output.line("\(config): host \(configuration.host), \(configuration.servers.count) servers")
            return try output.flush()
        }
        let destination = LogDestination.fromEnvironment
        let level = logLevel
        let journal = JournalQueue()
        LoggingSystem.bootstrap { destination.handler(label: $0, identifier: "wabawatch-relay", level: level, through: journal) }
        defer { journal.flush() }
        let log = Logger(label: "wabawatch-relay")
        let stream: JetStreamConnection
        do throws(JetStreamError) {
            stream = try JetStreamConnection(
                JetStreamSettings(
                    servers: configuration.servers, name: "wabawatch-relay \(configuration.host)",
                    credentialsFile: configuration.credentialsFile, caFile: configuration.caFile))
        } catch {
            log.critical("the relay cannot start", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
        let notifier = Notifier.fromEnvironment
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let run = String((0..<16).map { _ in "0123456789abcdef".randomElement() ?? "0" })
        let relay = Relay(
            configuration, run: run, stream: stream, daemon: DaemonLink(socket: configuration.socket), time: .real, log: log)
        log.info("the relay begins", metadata: ["host": "\(configuration.host)", "run": "\(run)"])
        await relay.serve {
            for await _ in signals { break }
            notifier.stopping()
        } ready: {
            notifier.ready()
        }
        stream.close()
        log.info("the relay ends")
    }

    /// Reads the configuration; what is wrong with it goes to standard error.
    private func load() throws -> RelayConfiguration {
        do throws(ConfigurationError) { return try RelayConfiguration.load(path: config) } catch {
            let output = LineOutput.errors
            try output.lines(error.problems.map { PrintableText($0.description) })
            try output.flush()
            throw ExitCode(EX_CONFIG)
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
