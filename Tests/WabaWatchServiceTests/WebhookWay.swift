import Changes
import FoundationEssentials
import Glibc
import GraphSimulator
import Ledger
import StrictJSON
import TestSupport
import TestTools
import WabaWatchInterface
import WhatsAppBusiness

/// A webhook's way with every process real: the receiver, the daemon behind it, and somebody who sends as Meta does, again until it is taken.
final class WebhookWay {
    /// One of the two processes.
    enum Part: String, CaseIterable, Sendable { case receiver, daemon }

    let site: Site
    private var daemon: RunningDaemon
    private var receiver: Program
    /// How often something was started anew.
    private(set) var revivals = 0
    private let path: String
    private let arguments: [String]

    private static let secret = "app-secret-of-the-way"
    /// What a site's configuration says of webhooks.
    static let configuration = "webhook: { app_secrets: [ { environment: APP_SECRET } ] }"

    /// Starts both processes.
    init(_ site: Site) async throws {
        self.site = site
        path = site.folder + "/webhooks"
        try Data("verify-token".utf8).write(to: URL(filePath: site.folder + "/verify"))
        arguments = [
            Site.programs + "wabawatch-webhook", "--listen", "unix:\(path)", "--socket", site.socket, "--verify-token-file",
            site.folder + "/verify",
        ]
        daemon = try await site.start(environment: ["APP_SECRET": Self.secret])
        receiver = try await Self.start(arguments, in: site)
    }

    private static func start(_ arguments: [String], in site: Site) async throws -> Program {
        let notify = try NotifySocket(site.folder + "/notify-receiver")
        let program = try Program.spawn(
            arguments, environment: ["NOTIFY_SOCKET": notify.path, "SWIFT_BACKTRACE": "enable=no"], log: site.folder + "/receiver.log")
        try await notify.wait(for: "READY=1")
        return program
    }

    /// The process of a part.
    func process(_ part: Part) -> Program {
        switch part {
        case .receiver: receiver
        case .daemon: daemon.process
        }
    }

    /// Ends the receiver, and then the daemon as a manager does.
    func stop() async -> Int32 {
        receiver.signal(SIGTERM)
        _ = await receiver.wait()
        return await daemon.stop()
    }

    /// Starts what was killed anew, as a manager does.
    func revive() async throws {
        let (isReceiverGone, isDaemonGone) = (!receiver.isRunning, !daemon.process.isRunning)
        if isDaemonGone {
            _ = await daemon.process.wait()
            daemon = try await site.start(environment: ["APP_SECRET": Self.secret])
        }
        if isReceiverGone {
            _ = await receiver.wait()
            receiver = try await Self.start(arguments, in: site)
        }
        if isReceiverGone || isDaemonGone { revivals += 1 }
    }

    /// The body of a webhook that no other equals.
    static func body(_ number: Int) -> String {
        #"{"object":"whatsapp_business_account","entry":[{"id":"\#(Platform.sampleAccountID())","time":\#(1_743_451_903 + number),"changes":["#
            + #"{"field":"account_update","value":{"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"R\#(number)"}}}]}]}"#
    }

    /// Sends a body once; the status of the answer, `nil` where there was none.
    func post(_ body: String) async -> Int? {
        guard let peer = try? RawPeer(connectingTo: path), let signed = try? ReportParameters(signing: body, by: Self.secret) else {
            return nil
        }
        let head = [
            "POST / HTTP/1.1", "Host: a", "Content-Type: application/json", "X-Hub-Signature-256: \(signed.signature)",
            "Content-Length: \(body.utf8.count)", "Connection: close", "", "",
        ]
        async let written = peer.write(head.joined(separator: "\r\n") + body)
        let answer = await peer.readToEnd()
        _ = await written
        return answer.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
    }

    /// Sends a webhook until it is taken, and starts anew what was killed meanwhile.
    func deliver(_ number: Int) async throws {
        try await eventually("webhook \(number) is taken") {
            if await post(Self.body(number)) == 200 { return true }
            try await revive()
            return false
        }
    }

    /// Has the kernel kill a part at its next call of this name, or at one after that. Returns what watches for it, once it does.
    func kill(_ part: Part, at call: String, _ place: Int) async throws -> Program {
        let log = site.folder + "/strace-\(UUID().uuidString)"
        let strace = try Program.spawn(
            [
                "strace", "-f", "-p", "\(process(part).id)", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                "inject=\(call):signal=SIGKILL:when=\(place)",
            ], environment: [:], log: log)
        try await eventually("strace is attached") {
            (try? String(contentsOfFile: log, encoding: .utf8))?.contains("attached") ?? false || !strace.isRunning
        }
        return strace
    }

    /// What the ledger has of webhooks, in its order; for when the daemon has ended.
    func recorded() async throws -> [String] {
        let ledger = try Ledger(path: site.ledger)
        defer { try? ledger.close() }
        return try await ledger.changes(after: 0, limit: .max).filter { $0.change.operation == .reported }.map {
            $0.change.after?["value"]?["violation_info"]?["violation_type"]?.string ?? "something else"
        }
    }
}
