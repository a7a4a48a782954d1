public import ArgumentParser
import Glibc
import HTTPFront
public import Logging
import Programs
import Systemd
import UnixSignals
import WebhookFront

/// `wabawatch-webhook`: arguments, sockets and the token, then the front.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wabawatch-webhook",
        abstract: "Receives Meta's webhooks and hands them to wabawatchd.",
        discussion: """
            Speaks HTTP/1.1 behind a reverse proxy that does TLS. It takes the sockets that systemd passes to it, or listens at the address of --listen. A request is \
            answered with 200 when wabawatchd has recorded everything in it. The verify token is the credential webhook.verify, or is in a file. SIGTERM \
            ends it when the requests in progress are answered, SIGUSR1 writes into the log how many requests were answered with which status. Exit status: \
            0, 1 failure, 64 usage, 78 no usable verify token.
            """)

    @Option(help: "Listen at ADDRESS:PORT or at unix:/path; can be given again. Otherwise the sockets of systemd are taken.")
    var listen: [String] = []

    @Option(help: "The path that webhooks are sent to, as it arrives here.")
    var path = "/"

    @Option(help: "The socket of wabawatchd.", completion: .file())
    var socket = "/run/wabawatch/io.wabawatch"

    @Option(help: "A file with the verify token, instead of the credential.", completion: .file())
    var verifyTokenFile: String?

    @Option(help: "The least level of the log lines: trace, debug, info, notice, warning, error, critical.")
    var logLevel = Logger.Level.info

    static func main() async { await start() }

    func validate() throws {
        for text in listen where ListenAddress(text) == nil {
            throw ValidationError("--listen takes ADDRESS:PORT or unix:/path.")
        }
        let isPath = path.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard path.hasPrefix("/"), isPath, path.utf8.count <= 1024 else {
            throw ValidationError("--path begins with a slash and holds visible ASCII without ? and #.")
        }
    }

    func run() async throws {
        let isOutOfCores = Systemd.ProcessMemory.keepOutOfCores()
        let passed = Result { try InheritedSockets.take(from: .unixAndInternet) }
        let destination = LogDestination.fromEnvironment
        let level = logLevel
        let journal = JournalQueue()
        LoggingSystem.bootstrap { destination.handler(label: $0, identifier: "wabawatch-webhook", level: level, through: journal) }
        defer { journal.flush() }
        let log = Logger(label: "wabawatch-webhook")
        if !isOutOfCores { log.warning("the kernel may write the receiver's memory into a core file") }
        let token: VerifyToken
        do { token = try verifyToken() } catch {
            log.critical("there is no usable verify token", metadata: ["error": "\(error)"])
            throw ExitCode(EX_CONFIG)
        }
        do {
            var addresses = listen.compactMap { ListenAddress($0) }
            if addresses.isEmpty { addresses = try passed.get().map { .inherited(fileDescriptor: $0.fileDescriptor) } }
            guard !addresses.isEmpty else {
                log.critical("systemd passed no socket, and --listen is not given")
                throw ExitCode(EX_USAGE)
            }
            try await serve(addresses, token, log)
        } catch let error as ExitCode {
            throw error
        } catch {
            log.critical("the receiver cannot go on", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }

    private func verifyToken() throws -> VerifyToken {
        if let verifyTokenFile { return try VerifyToken(try RegularFile.read(verifyTokenFile, limit: 65_536)) }
        return try VerifyToken(try Credentials.fromEnvironment.read("webhook.verify"))
    }

    private func serve(_ addresses: [ListenAddress], _ token: VerifyToken, _ log: Logger) async throws {
        let notifier = Notifier.fromEnvironment
        let limits = FrontLimits()
        let reporter = DaemonReporter(socket: socket, limits: limits) { try await Task.sleep(for: $0) }
        let front = WebhookFront(path: path, token: token, limits: limits, reporter: reporter, log: log)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sigusr1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals {
                    if signal == .sigusr1 {
                        notifier.status(front.summary)
                        front.tellAnswers()
                    } else {
                        notifier.stopping()
                        front.shutdown()
                    }
                }
            }
            group.addTask { try await front.run(on: addresses) { _ in notifier.ready() } }
            // The front's end, by a signal or a failure, is the program's.
            try await group.next()
            group.cancelAll()
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
