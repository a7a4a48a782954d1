import FakeDaemon
import FoundationEssentials
import StrictJSON
import TestSupport
import TestTools
import Testing
import Varlink
import WabaWatchInterface

@testable import WebhookFront

/// `io.wabawatch.Report` as the front meets it: over the real protocol, answered by a script.
struct ReportService: VarlinkInterface {
    let description: InterfaceDescription
    let implementedMethods: Set<String> = ["Report"]
    private let script: @Sendable (ReportParameters) async throws -> ReportReply

    init(_ script: @escaping @Sendable (ReportParameters) async throws -> ReportReply) throws {
        description = try InterfaceDescription(parsing: Interface.text)
        self.script = script
    }

    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        do { return try await script(try ReportParameters(json: call.parameters)).json } catch let error as WabaWatchError {
            throw VarlinkError(error)
        } catch let error as MemberError { throw VarlinkError(error) }
    }

    static let reply = ReportReply(cursor: Cursor("fake.1"), changes: 1, ignored: 0)
}

/// Answers reports at a path while the body runs, as long ones as the daemon takes.
func servingReports<R: Sendable>(
    at path: String, _ script: @escaping @Sendable (ReportParameters) async throws -> ReportReply, _ body: @Sendable () async throws -> R
) async throws -> R {
    var limits = ServerLimits()
    (limits.messageBytes, limits.textBytes) = (9 << 19, 9 << 19)
    return try await serving(try ReportService(script), at: path, limits: limits) { try await body() }
}

/// A daemon's socket and a front that hands on to it.
private func withDaemonsFront<R: Sendable>(
    _ change: (inout FrontLimits) -> Void = { _ in }, pause: @escaping @Sendable (Duration) async throws -> Void = forever,
    _ body: @Sendable (FrontStage, _ socket: String) async throws -> R
) async throws -> R {
    let folder = try TemporaryFolder()
    var limits = FrontLimits()
    change(&limits)
    let reporter = DaemonReporter(socket: folder.path + "/io.wabawatch", limits: limits, pause: pause)
    return try await withFront(reporter, { $0 = limits }) { stage async throws in try await body(stage, folder.path + "/io.wabawatch") }
}

/// Time that does not pass.
@Sendable private func forever(_: Duration) async throws {
    for await _ in AsyncStream<Void>.makeStream().stream {}
    throw CancellationError()
}

@Suite(.inTurn, .timeLimit(.minutes(2))) struct DaemonTests {
    @Test func webhook_isReported_withItsBytesAndItsSignature_andTheErrorsOfTheDaemonAreTheAnswer() async throws {
        try await withDaemonsFront { stage, socket async throws in
            let heard = Noted<[ReportParameters]>([])
            let script: @Sendable (ReportParameters) async throws -> ReportReply = { parameters in
                heard.withLock { $0.append(parameters) }
                switch Data(base64Encoded: parameters.body).map({ String(decoding: $0, as: UTF8.self) }) {
                case "bad": throw WabaWatchError.badSignature
                case "full": throw WabaWatchError.lookFailed(state: "ledger", reason: "the disk is full")
                case "denied": throw VarlinkError.permissionDenied
                default: return ReportService.reply
                }
            }
            try await servingReports(at: socket, script) { () async throws in
                let body = #"{"text":"caf\u00e9 é"}"#
                #expect(try await stage.answer(post(body))?.status == 200)
                #expect(heard.withLock { $0 }.map(\.body) == [Data(body.utf8).base64EncodedString()])
                #expect(heard.withLock { $0 }.map(\.signature) == [signature])
                #expect(try await stage.answer(post("bad"))?.status == 401)
                #expect(try await stage.answer(post("full"))?.status == 503)
                #expect(try await stage.answer(post("denied"))?.status == 503)
                #expect(try await stage.answer(post(String(repeating: "a", count: 3 << 20)))?.status == 200)
            }
        }
    }

    @Test func daemon_thatIsAway_is503_andWhenItIsBackTheNextIsRecorded() async throws {
        try await withDaemonsFront { stage, socket async throws in
            #expect(try await stage.answer(post())?.status == 503)
            for _ in 0..<3 {
                try await servingReports(at: socket, { _ in ReportService.reply }) { () async throws in
                    for _ in 0..<3 { #expect(try await stage.answer(post())?.status == 200) }
                }
                #expect(try await stage.answer(post())?.status == 503)
            }
            #expect(stage.front.answers == [200: 9, 503: 4] && stage.front.bodyBytes == 0)
        }
    }

    /// A connection that was kept is none any more: that is no reason to have Meta come again.
    @Test func daemon_thatWasRestartedMeanwhile_isReportedTo_overANewConnection() async throws {
        try await withDaemonsFront { stage, socket in
            for _ in 0..<3 {
                try await servingReports(at: socket, { _ in ReportService.reply }) { () async throws in
                    for _ in 0..<2 { #expect(try await stage.answer(post())?.status == 200) }
                }
            }
            #expect(stage.front.answers == [200: 6])
        }
    }

    /// It goes while it has the webhook: nobody knows whether it was recorded, and Meta is to send it again.
    @Test func daemon_thatGoesInTheMidstOfACall_is503_andTheNextIsRecorded() async throws {
        try await withDaemonsFront { stage, socket async throws in
            let calls = Noted(0)
            let (arrivals, arrived) = AsyncStream<Void>.makeStream()
            let script: @Sendable (ReportParameters) async throws -> ReportReply = { parameters in
                if Data(base64Encoded: parameters.body) == Data("first".utf8) { return ReportService.reply }
                calls.withLock { $0 += 1 }
                arrived.yield()
                try await forever(.zero)
                return ReportService.reply
            }
            let peer = try await servingReports(at: socket, script) { () async throws in
                // Over a connection that is kept from here on.
                #expect(try await stage.answer(post("first"))?.status == 200)
                let peer = try stage.connect()
                await peer.write(post())
                for await _ in arrivals { break }
                return peer
            }
            // The server has ended by now.
            #expect(await peer.nextAnswer()?.status == 503)
            #expect(calls.withLock { $0 } == 1)
            try await servingReports(at: socket, { _ in ReportService.reply }) { () async throws in
                #expect(try await stage.answer(post())?.status == 200)
            }
        }
    }

    @Test func daemon_thatTakesTheCallAndIsSilent_is503() async throws {
        let clock = FakeClock()
        try await withDaemonsFront(pause: { try await clock.sleep(for: $0) }) { stage, socket async throws in
            try await servingReports(
                at: socket,
                { _ in
                    try await forever(.zero)
                    return ReportService.reply
                }
            ) { () async throws in
                let peer = try stage.connect()
                await peer.write(post())
                try await eventually("the call is made") { stage.front.bodyBytes > 0 }
                try await eventually("it is given up") {
                    clock.advance(by: .seconds(8))
                    return stage.front.bodyBytes == 0
                }
                #expect(await peer.nextAnswer()?.status == 503)
                #expect(stage.log.lines.contains { $0.contains("did not answer in time") })
            }
        }
    }

    @Test func calls_areSoManyAtOnceAndNoMore_andAllAreMade() async throws {
        try await withDaemonsFront({ $0.calls = 3 }) { stage, socket async throws in
            let calls = Noted((now: 0, most: 0, all: 0))
            let gate = Gate()
            let script: @Sendable (ReportParameters) async throws -> ReportReply = { _ in
                calls.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) }
                await gate.wait()
                calls.withLock { $0.now -= 1 }
                return ReportService.reply
            }
            try await servingReports(at: socket, script) { () async throws in
                await withTaskGroup(of: Int?.self) { group in
                    for number in 0..<30 { group.addTask { try? await stage.answer(post("\(number)"))?.status } }
                    group.addTask {
                        try? await eventually("several are made") { calls.withLock { $0.now } >= 2 }
                        gate.open()
                        return nil
                    }
                    for await status in group { #expect(status == nil || status == 200) }
                }
            }
            #expect(calls.withLock { $0.most } <= 3 && calls.withLock { $0.all } == 30)
        }
    }
}
