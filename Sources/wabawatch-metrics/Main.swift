public import ArgumentParser
import Glibc
import HTTPFront
public import Logging
import MetricsFront
import Programs
import Systemd
import UnixSignals
import WabaWatchClient

/// `wabawatch-metrics`: arguments and sockets, then the front and what feeds it.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-metrics",
        abstract: "Exposes the metrics of wabawatchd over HTTP, for Prometheus and its like.",
        discussion: """
            Answers GET /metrics with OpenMetrics 1.0 or with Prometheus's text format 0.0.4, as the client accepts. It takes the sockets that systemd passes \
            to it, or listens at the address of --listen, or where the configuration of wabawatchd says (metrics.listen). It follows wabawatchd by its socket; while \
            that cannot be reached, a scrape is answered with 503, so that nothing old is taken for present. SIGTERM ends it when the scrapes in progress are \
            answered. Exit status: 0, 1 failure, 64 usage.
            """)

    @Option(help: "Listen at ADDRESS:PORT or at unix:/path; can be given again. Otherwise the sockets of systemd are taken.")
    var listen: [String] = []

    @Option(help: "The socket of wabawatchd.", completion: .file())
    var socket = WabaWatch.defaultSocket

    @Option(help: "The least level of the log lines: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    static func main() async { await start() }

    func validate() throws {
        for text in listen where ListenAddress(text) == nil {
            throw ValidationError("--listen takes ADDRESS:PORT or unix:/path.")
        }
    }

    func run() async throws {
        let passed = Result { try InheritedSockets.take(from: .unixAndInternet) }
        let destination = LogDestination.fromEnvironment
        let level = logLevel
        let journal = JournalQueue()
        LoggingSystem.bootstrap { destination.handler(label: $0, identifier: "wabawatch-metrics", level: level, through: journal) }
        defer { journal.flush() }
        let log = Logger(label: "wabawatch-metrics")
        // What a scrape shows is at most so old where the daemon falls silent: three heartbeats.
        let feed = DaemonFeed(WabaWatch(socket: socket, heartbeatSeconds: 5))
        do {
            var addresses = listen.compactMap { ListenAddress($0) }
            if addresses.isEmpty { addresses = try passed.get().map { .inherited(fileDescriptor: $0.fileDescriptor) } }
            if addresses.isEmpty {
                guard let address = try await feed.listen().flatMap({ ListenAddress($0) }) else {
                    log.critical("systemd passed no socket, and neither --listen nor metrics.listen of wabawatchd is given")
                    throw ExitCode(EX_USAGE)
                }
                addresses = [address]
            }
            try await serve(addresses, feed, log)
        } catch let error as ExitCode {
            throw error
        } catch {
            log.critical("the exporter cannot go on", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }

    private func serve(_ addresses: [ListenAddress], _ feed: DaemonFeed, _ log: Logger) async throws {
        let notifier = Notifier.fromEnvironment
        let front = MetricsFront(source: feed, log: log) { try await Task.sleep(for: $0) }
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let (bound, told) = AsyncStream<[String]>.makeStream()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in signals {
                    notifier.stopping()
                    front.shutdown()
                }
                return false
            }
            group.addTask {
                try await feed.run()
                return false
            }
            group.addTask {
                for await names in bound { await Self.compare(names, feed, log) }
                return false
            }
            group.addTask {
                defer { told.finish() }
                try await front.run(on: addresses) { names in
                    told.yield(names)
                    notifier.ready()
                }
                return true
            }
            // The front's end, by a signal or a failure, is the program's.
            while let isFront = try await group.next(), !isFront {}
            group.cancelAll()
        }
    }

    /// Where the sockets of systemd are not where the configuration of the daemon says, somebody will look in vain.
    private static func compare(_ names: [String], _ feed: DaemonFeed, _ log: Logger) async {
        guard let configured = try? await feed.listen(), !names.contains(configured) else { return }
        log.warning(
            "metrics are not exposed where metrics.listen says: the socket's unit decides",
            metadata: ["configured": "\(configured)", "listening": "\(names.joined(separator: " "))"])
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
