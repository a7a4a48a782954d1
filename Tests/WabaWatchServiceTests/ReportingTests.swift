import Changes
import FoundationEssentials
import GraphAPI
import Logging
import StrictJSON
import Synchronization
import TestSupport
import Testing
import Varlink
import WabaWatchInterface
import Watching
import Webhooks
import WhatsAppBusiness

@testable import Ledger
@testable import WabaWatchService

/// Webhooks handed in on the socket: by whom, signed with what, and what becomes of them.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct ReportingTests {
    /// What the service told the log and the watcher.
    private final class Heard: Sendable {
        let hints = Mutex<[ReportHint]>([])
        let lines = LineLog()
        let now = Mutex(Moment(nanoseconds: 0))
    }

    private static let secrets = ["the-first-secret", "the-second-secret"]

    private func with(
        _ heard: Heard = Heard(), right: ControlRight = ControlRight(userID: 0), limits: Bool = true,
        _ body: @escaping @Sendable (LiveService) async throws -> Void
    ) async throws {
        var serverLimits = ServerLimits()
        if limits { serverLimits.largeCalls = .reports(by: right) }
        let secrets = try Self.secrets.map { try AppSecret($0) }
        try await LiveService.with(
            controlRight: right,
            reporting: { ledger in
                Reporting(
                    ledger: ledger, appSecrets: { secrets }, wallClock: { LiveService.time(5) },
                    log: ReportLog(log: heard.lines.logger, now: { heard.now.withLock(\.self) }),
                    hinted: { hints in heard.hints.withLock { $0 += hints } })
            }, limits: serverLimits
        ) { live in
            let scope = WatchScope(accounts: ["acme": "102"], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
            _ = try await live.ledger.keep(scope, at: LiveService.time(0))
            try await body(live)
        }
    }

    private static func signed(_ body: String, by secret: String = ReportingTests.secrets[1]) throws -> ReportParameters {
        try ReportParameters(signing: body, by: secret)
    }

    private static func report(_ parameters: ReportParameters, on live: LiveService) async throws -> ReportReply {
        let client = try await VarlinkClient.connect(path: live.socket)
        return try ReportReply(json: try await client.call(ReportParameters.qualifiedMethod, parameters.json))
    }

    private static let violation =
        #"{"object":"whatsapp_business_account","entry":[{"id":"102","time":7,"changes":["#
        + #"{"field":"account_update","value":{"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"ADULT"}}},"#
        + #"{"field":"messages","value":{"from":"49151"}},{"field":"brand_new","value":1}]},"#
        + #"{"id":"9","changes":[{"field":"account_update","value":{"event":"ACCOUNT_DELETED"}}]}]}"#

    @Test(arguments: ReportingTests.secrets) func webhook_isRecordedBeforeItIsAnswered_andOnce(secret: String) async throws {
        let heard = Heard()
        try await with(heard) { live in
            let reply = try await Self.report(Self.signed(Self.violation, by: secret), on: live)
            #expect(reply == ReportReply(cursor: live.cursor(1), changes: 1, ignored: 3))
            let change = try #require(try await live.ledger.changes(after: 0).first)
            #expect(change.change.operation == .reported && change.change.origin == .webhook && change.observedAt == LiveService.time(5))
            #expect(change.change.summary == "acme: Meta reports: account 102 is in violation of Meta's rules against ADULT")
            #expect(heard.hints.withLock(\.self) == [ReportHint(account: "acme", kinds: [.account, .phoneNumber, .subscribedApp])])
            let again = try await Self.report(Self.signed(Self.violation, by: secret), on: live)
            #expect(again == ReportReply(cursor: live.cursor(1), changes: 0, ignored: 4))
            #expect(heard.hints.withLock(\.count) == 1)
            // What nobody knows is told once.
            #expect(heard.lines.texts == ["webhooks of this field are not known and ignored field=brand_new"])
        }
    }

    @Test func readers_seeTheReport() async throws {
        try await with { live in
            var subscription = try await live.subscribe(SubscribeParameters(filter: Filter(operations: [.reported])))
            _ = try await subscription.next()
            _ = try await Self.report(Self.signed(Self.violation), on: live)
            let change = try await subscription.change()
            #expect(change.operation == .reported && change.origin == .webhook && change.kind == .account && change.id == "102")
            #expect(change.fields.isEmpty && change.before == nil && change.after?["field"] == "account_update")
        }
    }

    @Test func signatureOfNoSecret_isRefused_andToldOnceAMinute() async throws {
        let heard = Heard()
        try await with(heard) { live in
            let good = try Self.signed(Self.violation)
            let other = try Self.signed(Self.violation, by: "another-secret")
            let bad = [
                other, ReportParameters(body: good.body, signature: ""), ReportParameters(body: good.body, signature: "sha256=00"),
                ReportParameters(body: Data((Self.violation + " ").utf8).base64EncodedString(), signature: good.signature),
                // A body that is no JSON is not looked at.
                ReportParameters(body: Data("{".utf8).base64EncodedString(), signature: good.signature),
            ]
            for parameters in bad {
                await #expect(throws: VarlinkError(WabaWatchError.badSignature)) { try await Self.report(parameters, on: live) }
            }
            #expect(heard.lines.texts == ["a webhook is signed by none of the app secrets times=1"])
            heard.now.withLock { $0 = Moment(nanoseconds: 60_000_000_000) }
            await #expect(throws: VarlinkError.self) { try await Self.report(other, on: live) }
            #expect(heard.lines.texts.last == "a webhook is signed by none of the app secrets times=5")
            #expect(try await live.ledger.changes(after: 0).isEmpty)
            #expect(!heard.lines.texts.joined().contains("secret="))
        }
    }

    @Test(arguments: ["", "{", "[]", "nonsense"]) func signedBody_thatIsNoWebhook_isAnInvalidParameter(body: String) async throws {
        try await with { live in
            await #expect(throws: VarlinkError.invalidParameter("body")) { try await Self.report(Self.signed(body), on: live) }
        }
    }

    @Test func bodyThatIsNotBase64_isAnInvalidParameter() async throws {
        try await with { live in
            await #expect(throws: VarlinkError.invalidParameter("body")) {
                try await Self.report(ReportParameters(body: "*", signature: ""), on: live)
            }
        }
    }

    /// As large as it may be it is taken; one byte more closes the connection or is refused.
    @Test func largestBody_isTaken() async throws {
        try await with { live in
            let space = String(repeating: " ", count: ReportParameters.bodyLimit - Self.violation.utf8.count)
            let largest = try Self.signed(Self.violation + space)
            let reply = try await Self.report(largest, on: live)
            #expect(reply.changes == 1)
            let larger = try Self.signed(Self.violation + space + "    ")
            await #expect(throws: (any Error).self) { try await Self.report(larger, on: live) }
        }
    }

    @Test func ledgerThatCannotBeWritten_isAnErrorThatSaysSo_andNothingIsLost() async throws {
        try await with { live in
            // A file that may not grow is a disk that is full.
            _ = try live.ledger.pragma("max_page_count = 1")
            let long = Self.violation.replacing("ADULT", with: String(repeating: "A", count: 300_000))
            await #expect {
                try await Self.report(Self.signed(long), on: live)
            } throws: { ($0 as? VarlinkError)?.name == "io.wabawatch.LookFailed" }
            #expect(try await live.ledger.changes(after: 0).isEmpty)
            _ = try live.ledger.pragma("max_page_count = 1000000")
            let reply = try await Self.report(Self.signed(long), on: live)
            #expect(reply.changes == 1)
        }
    }

    @Test func receiver_mayHandInWebhooks_andNothingElse() {
        let right = ControlRight(userID: 1, groupID: 2, reporterID: 777)
        func peer(_ user: UInt32, group: UInt32 = 12_345) -> Peer { Peer(processID: 1, userID: user, groupID: group) }
        #expect(right.allowsReports(peer(777)) && !right.allows(peer(777)))
        #expect(right.allowsReports(peer(0)) && right.allowsReports(peer(1)) && right.allowsReports(peer(5, group: 2)))
        for neighbour: UInt32 in [776, 778] { #expect(!right.allowsReports(peer(neighbour))) }
        for group: UInt32 in [1, 3] { #expect(!right.allowsReports(peer(5, group: group))) }
        #expect(!right.allowsReports(peer(5)) && !ControlRight(userID: 1).allowsReports(peer(777)))
        // Accounts are held for the service's own user and root alone.
        #expect(right.allowsHolding(peer(1)) && right.allowsHolding(peer(0)))
        #expect(!right.allowsHolding(peer(777)) && !right.allowsHolding(peer(5, group: 2)))
        #expect(!ControlRight(userID: 65_534).allowsHolding(peer(65_534)))
        #expect(!ControlRight(userID: 1, reporterID: 65_534).allowsReports(peer(65_534)))
        // The service's own group allows that and nothing else, and the one that stands for unknown ones allows nothing.
        let own = ControlRight(userID: 1, ownGroupID: 3)
        #expect(own.allowsReports(peer(5, group: 3)) && !own.allows(peer(5, group: 3)) && !own.allowsReports(peer(5, group: 4)))
        #expect(!ControlRight(userID: 1, ownGroupID: 65_534).allowsReports(peer(5, group: 65_534)))
        let limits = LargeCalls.reports(by: right)
        #expect(limits.allows(peer(777)) && !limits.allows(peer(5)))
        #expect(limits.methods == ["io.wabawatch.Report", "io.wabawatch.cluster.Adopt"] && limits.messageBytes == 4_718_592)
    }
}

extension ReportParameters {
    /// A body as Meta signs it.
    init(signing body: String, by secret: String) throws {
        let digits = try AppSecret(secret).signature(of: Array(body.utf8)).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        self.init(body: Data(body.utf8).base64EncodedString(), signature: "sha256=" + digits.joined())
    }
}

/// Lines of a log with their metadata, for tests.
private final class LineLog: Sendable {
    private let state = Mutex<[String]>([])
    var texts: [String] { state.withLock(\.self) }
    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LineLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        init(lines: LineLog) { self.lines = lines }

        func log(event: LogEvent) {
            let more = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            lines.state.withLock { $0.append("\(event.message)\(more)") }
        }
    }
}
