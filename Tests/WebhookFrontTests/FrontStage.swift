import FoundationEssentials
import HTTPFront
import Logging
import Synchronization
import TestSupport
import TestTools

@testable import WebhookFront

/// The token that Meta's verification brings.
let verifyToken = "verifyCANARY-4711"
/// A signature of the right form.
let signature = "sha256=" + String(repeating: "0a", count: 32)

/// The daemon's place: what was handed in, and what a test has it answer.
final class ScriptedReporter: WebhookReporting {
    typealias Script = @Sendable (_ body: [UInt8], _ signature: String) async -> ReportOutcome

    private let script: Script
    private let heard = Mutex<[(body: [UInt8], signature: String)]>([])

    init(_ script: @escaping Script = { _, _ in .recorded }) { self.script = script }

    /// What was handed in so far.
    var reports: [(body: [UInt8], signature: String)] { heard.withLock { $0 } }

    func report(body: [UInt8], signature: String) async -> ReportOutcome {
        heard.withLock { $0.append((body, signature)) }
        return await script(body, signature)
    }
}

/// What several tasks note down.
final class Noted<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<R: Sendable>(_ body: (inout Value) throws -> R) rethrows -> R {
        try value.withLock { value in try body(&value) }
    }
}

/// What tasks wait at until a test opens it.
final class Gate: Sendable {
    private let isOpen = Noted(false)

    func open() { isOpen.withLock { $0 = true } }
    func wait() async { try? await eventually("the gate is opened") { isOpen.withLock { $0 } || Task.isCancelled } }
}

/// What was logged.
final class HeardLog: Sendable {
    private struct Handler: LogHandler {
        let log: HeardLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            log.heard.withLock { $0.append(([event.message.description] + metadata).joined(separator: " | ")) }
        }
    }

    private let heard = Mutex<[String]>([])

    var lines: [String] { heard.withLock { $0 } }
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }
}

/// A front on a Unix socket, and what its test sees of it.
struct FrontStage: Sendable {
    let front: WebhookFront
    let path: String
    let log: HeardLog

    /// A connection to it.
    func connect() throws -> RawPeer { try RawPeer(connectingTo: path) }

    /// Sends bytes over a connection of their own and reads to its end.
    func ask(_ bytes: [UInt8]) async throws -> [Answer] {
        let peer = try connect()
        async let written = peer.write(bytes)
        let answers = Answer.all(in: await peer.read())
        _ = await written
        return answers
    }

    func ask(_ text: String) async throws -> [Answer] { try await ask(Array(text.utf8)) }

    /// The same for one answer.
    func answer(_ text: String) async throws -> Answer? {
        let answers = try await ask(text)
        return answers.count == 1 ? answers[0] : nil
    }
}

/// Runs a front as long as the body takes, and ends it.
func withFront<R: Sendable>(
    _ reporter: any WebhookReporting = ScriptedReporter(), path: String = "/", _ change: (inout FrontLimits) -> Void = { _ in },
    now: (@Sendable () -> Duration)? = nil, _ body: @Sendable (FrontStage) async throws -> R
) async throws -> R {
    let folder = try TemporaryFolder()
    var limits = FrontLimits()
    change(&limits)
    let log = HeardLog()
    let token = try VerifyToken(verifyToken.utf8)
    let front =
        if let now {
            WebhookFront(path: path, token: token, limits: limits, reporter: reporter, log: log.logger, now: now)
        } else {
            WebhookFront(path: path, token: token, limits: limits, reporter: reporter, log: log.logger)
        }
    let stage = FrontStage(front: front, path: folder.path + "/front", log: log)
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

/// An answer as it stands on the wire.
struct Answer: Equatable {
    var status: Int
    var headers: [String: String]
    var body: String

    /// The answers in what a connection sent, informational ones among them. Those behind a HEAD have no body.
    static func all(in bytes: [UInt8], headOnly: Bool = false) -> [Answer] {
        var answers: [Answer] = []
        var rest = bytes[...]
        while let (answer, length) = first(in: rest, headOnly: headOnly) {
            answers.append(answer)
            rest = rest.dropFirst(length)
        }
        return answers
    }

    private static func first(in bytes: ArraySlice<UInt8>, headOnly: Bool) -> (Answer, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let length = headOnly || status < 200 ? 0 : Int(headers["content-length"] ?? "0") ?? 0
        guard bytes.count >= end.upperBound - bytes.startIndex + length else { return nil }
        let body = String(decoding: bytes[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
        return (Answer(status: status, headers: headers, body: body), end.upperBound - bytes.startIndex + length)
    }
}

extension RawPeer {
    /// The next answer of a connection that goes on.
    func nextAnswer() async -> Answer? {
        var bytes: [UInt8] = []
        while true {
            let more = await read(1)
            guard !more.isEmpty else { return nil }
            bytes += more
            if let answer = Answer.all(in: bytes).first { return answer }
        }
    }
}

/// A POST's head and body.
func post(
    _ body: String = #"{"object":"whatsapp_business_account","entry":[]}"#, signature: String? = signature,
    type: String? = "application/json",
    path: String = "/", more: [String] = [], length: Int? = nil, close: Bool = true
) -> String {
    var lines = ["POST \(path) HTTP/1.1", "Host: hooks.example"]
    if let type { lines.append("Content-Type: \(type)") }
    if let signature { lines.append("X-Hub-Signature-256: \(signature)") }
    lines += more + ["Content-Length: \(length ?? body.utf8.count)"]
    if close { lines.append("Connection: close") }
    return (lines + ["", ""]).joined(separator: "\r\n") + body
}

/// A request without a body.
func get(_ target: String, method: String = "GET", close: Bool = true) -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: hooks.example\r\n\(close ? "Connection: close\r\n" : "")\r\n"
}

/// Meta's verification.
func verification(token: String = verifyToken, challenge: String = "1158201444") -> String {
    "/?hub.mode=subscribe&hub.challenge=\(challenge)&hub.verify_token=\(token)"
}
