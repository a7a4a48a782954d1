import ArgumentParser
import FoundationEssentials
import Glibc
import GraphSimulator
import Logging
import Printing
import Programs
import ServiceConfiguration
import Systemd
import Varlink
import WabaWatchInterface
import WabaWatchService
import Watching
import WhatsAppBusiness

/// The whole thing on one terminal with no Meta account: a simulator with three numbers and a scripted day, the real service against it
/// in a temporary folder, and what it announces on its socket.
@main
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-demo",
        abstract: "Watches a simulated WhatsApp Business account through a scripted day.",
        discussion: "Ctrl-C ends it and removes its folder.")

    @Option(help: "End by itself after so many seconds.")
    var seconds: Int?

    static func main() async { await start() }

    func validate() throws {
        if let seconds, !(1...86_400).contains(seconds) { throw ValidationError("--seconds should be from 1 to 86400") }
    }

    func run() async throws {
        let folder = try Workshop()
        defer { folder.remove() }
        let simulator = try await GraphSimulator.start(Day.platform())
        let daemon = try folder.daemon(against: simulator)
        say(
            "Three numbers of the account \"demo\" are watched, as Meta's Graph API would show them, at \(simulator.baseURL).",
            "To subscribe from a second terminal:", "", "    \(folder.programs)wabawatch --socket \(folder.socket) monitor", "")
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { try await daemon.run() } catch { say("the service failed: \(error)") }
                return true
            }
            group.addTask {
                do { try await Self.follow(folder.socket) } catch {}
                return false
            }
            group.addTask {
                do { try await Day.play(on: simulator) } catch {}
                return false
            }
            if let seconds {
                group.addTask {
                    do {
                        try await Task.sleep(for: .seconds(seconds))
                        kill(getpid(), SIGTERM)
                    } catch {}
                    return false
                }
            }
            // The service ends by a signal; with it ends everything else.
            for await serviceHasEnded in group where serviceHasEnded { break }
            group.cancelAll()
        }
        try await simulator.stop()
        say("The demo is over; \(folder.path) is gone.")
    }

    /// Prints what a subscriber of the socket is told.
    private static func follow(_ socket: String) async throws {
        var client: VarlinkClient?
        while client == nil {
            do { client = try await VarlinkClient.connect(path: socket) } catch { try await Task.sleep(for: .milliseconds(50)) }
        }
        guard let client else { return }
        let parameters = SubscribeParameters(snapshot: false)
        for try await reply in client.stream(SubscribeParameters.qualifiedMethod, parameters.json) {
            guard case .change(let change) = try SubscribeReply(json: reply) else { continue }
            say("  \(change.observedAt)  \(change.severity.rawValue.padded(to: 8))  \(change.summary)")
        }
    }
}

/// Prints lines at once, into a pipe too.
private func say(_ lines: PrintableText...) {
    let output = LineOutput()
    // A reader that has gone misses nothing.
    try? output.lines(lines)
    try? output.flush()
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

/// The demo's temporary folder: configuration, ledger and socket.
struct Workshop {
    let path: String
    /// Where the programs built with this one lie, with a last slash.
    let programs = CommandLine.arguments.first?.folder ?? ""

    var socket: String { path + "/io.wabawatch" }

    init() throws {
        path = FileManager.default.temporaryDirectory.path() + "wabawatch-demo-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The real service, polling every half second.
    func daemon(against simulator: GraphSimulator) throws -> Daemon {
        let file = path + "/wabawatch.yaml"
        try Data(
            """
            graph:
              base_url: \(simulator.baseURL)
            ledger:
              path: \(path)/ledger.sqlite
            socket:
              path: \(socket)
            watch:
              phone_number: { every: 500ms }
              business_profile: { every: 500ms }
            budget:
              calls_per_hour: 1000000
            accounts:
              - name: demo
                waba_id: "\(Platform.sampleAccountID())"
                token: { environment: TOKEN }

            """.utf8
        ).write(to: URL(filePath: file))
        let environment = ["TOKEN": Platform.sampleToken]
        let world = World(
            now: DispatchAlarm.now, wallClock: { Timestamp(Date()) }, random: { Double.random(in: 0..<1) }, alarm: DispatchAlarm())
        let surroundings = Daemon.Surroundings(
            environment: environment, secrets: Secrets(credentials: Credentials(directory: nil), environment: environment),
            notifier: .fromEnvironment, world: world, announcing: .nowhere)
        var log = Logger(label: "wabawatch-demo") { StandardErrorLogHandler(label: $0, prefixes: false) }
        log.logLevel = .error
        return try Daemon(Configuration.load(path: file), in: surroundings, log: log)
    }
}

extension String {
    fileprivate var folder: String { lastIndex(of: "/").map { String(self[...$0]) } ?? "" }
}
