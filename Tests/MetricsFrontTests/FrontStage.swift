import FakeDaemon
import FoundationEssentials
import HTTPFront
import Logging
import Metrics
import StrictJSON
import Synchronization
import TestSupport
import TestTools
import Varlink
import WabaWatchClient
import WabaWatchInterface

@testable import MetricsFront

/// Figures that a test can change.
final class FakeFigures: VarlinkInterface {
    let description: InterfaceDescription
    let implementedMethods: Set<String> = ["Gather"]
    private let told: Mutex<DaemonFigures>

    init() throws {
        description = try InterfaceDescription(parsing: MetricsInterface.text)
        told = Mutex(
            DaemonFigures(
                perNumber: true, listen: nil, subscribers: 1, ledgerBytes: 4096, changes: [], webhooks: [],
                accounts: [AccountFigures(account: "acme", callsLastHour: 1, callsPerHour: 100, requests: [], lastSuccess: [])]))
    }

    func change(_ body: @Sendable (inout DaemonFigures) -> Void) { told.withLock { body(&$0) } }

    /// Each account in a part of its own.
    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        let figures = told.withLock(\.self)
        var part = figures
        for account in figures.accounts.dropLast() {
            part.accounts = [account]
            try await replies.send(part.json)
            (part.changes, part.webhooks) = ([], [])
        }
        part.accounts = figures.accounts.suffix(1)
        return part.json
    }
}

/// Metrics that a test makes up.
struct ScriptedSource: ScrapeSource {
    let script: @Sendable () async throws -> (figures: DaemonFigures, state: MetricsState)
    func scrape() async throws -> (figures: DaemonFigures, state: MetricsState) { try await script() }
}

/// What an HTTP client sees of a front at a Unix socket.
struct FrontStage: Sendable {
    let front: MetricsFront
    let path: String

    func connect() throws -> RawPeer { try RawPeer(connectingTo: path) }

    /// One request on a connection of its own, read to its end: status, head and body.
    func ask(_ target: String = "/metrics", method: String = "GET", accept: String? = nil, version: String = "1.1") async throws -> Answer {
        let peer = try connect()
        let accept = accept.map { "Accept: \($0)\r\n" } ?? ""
        await peer.write("\(method) \(target) HTTP/\(version)\r\nHost: a\r\n\(accept)Connection: close\r\n\r\n")
        return Answer(await peer.read())
    }
}

/// An answer, its body put together.
struct Answer {
    var status = 0
    var head = ""
    var body = ""

    init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return }
        head = text[..<end.lowerBound].lowercased()
        status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        body = String(text[end.upperBound...])
        guard head.contains("transfer-encoding: chunked") else { return }
        var (rest, whole) = (body.utf8[...], [UInt8]())
        while let line = rest.firstRange(of: "\r\n".utf8), let count = Int(String(rest[..<line.lowerBound]) ?? "", radix: 16), count > 0 {
            whole += rest[line.upperBound...].prefix(count)
            rest = rest[line.upperBound...].dropFirst(count + 2)
        }
        // Without its last chunk it is not whole.
        body = rest.elementsEqual("0\r\n\r\n".utf8) ? String(decoding: whole, as: UTF8.self) : "(not whole)"
    }
}

/// Runs a front as long as the body takes.
func withFront<R: Sendable>(
    _ source: any ScrapeSource, _ change: (inout MetricsFrontLimits) -> Void = { _ in },
    pause: @escaping @Sendable (Duration) async throws -> Void = forever, _ body: @Sendable (FrontStage) async throws -> R
) async throws -> R {
    let folder = try TemporaryFolder()
    var limits = MetricsFrontLimits()
    change(&limits)
    let front = MetricsFront(limits: limits, source: source, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, pause: pause)
    let stage = FrontStage(front: front, path: folder.path + "/front")
    let (listening, begun) = AsyncStream<Void>.makeStream()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { begun.finish() }
            try await front.run(on: [.unix(path: stage.path)]) { _ in begun.yield() }
        }
        for await _ in listening { break }
        defer { front.shutdown() }
        return try await body(stage)
    }
}

/// Runs a feed as long as the body takes.
func withFeed<R: Sendable>(_ socket: String, _ body: @Sendable (DaemonFeed) async throws -> R) async throws -> R {
    let feed = DaemonFeed(WabaWatch(socket: socket, backoff: Backoff(from: .milliseconds(1), to: .milliseconds(10)), heartbeatSeconds: 1))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try? await feed.run() }
        defer { group.cancelAll() }
        return try await body(feed)
    }
}

/// Time that does not pass.
@Sendable func forever(_: Duration) async throws {
    for await _ in AsyncStream<Void>.makeStream().stream {}
    throw CancellationError()
}
