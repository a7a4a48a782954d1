import FakeDaemon
import StrictJSON
import Synchronization
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Webhooks, as they are handed in and as handlers hear of them.
@Suite(.timeLimit(.minutes(1))) struct ReportTests {
    private func withDaemon(_ body: (WabaWatch, FakeLog) async throws -> Void) async throws {
        let log = FakeLog()
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) { try await body(WabaWatch(socket: path), log) }
        }
    }

    private static let webhook = """
        {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "time": 1641330498, "changes": [
         {"field": "account_update", "value": {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}}},
         {"field": "messages", "value": {"messaging_product": "whatsapp"}}]}]}
        """

    /// The signature is over the bytes: none of them may change on the way.
    @Test func body_isHandedInByteForByte() async throws {
        try await withDaemon { client, log in
            let body = Array("\(Self.webhook)\r\n\t ".utf8)
            let reply = try await client.report(body: body, signature: FakeDaemon.signature)
            #expect(reply == ReportReply(cursor: FakeLog.cursor(1), changes: 1, ignored: 1))
            #expect(await log.reports == [body])
            let change = try #require(await log.changes.first)
            #expect(change.reportedField == "account_update")
            #expect(change.reportedValue(as: AccountUpdate.self)?.violationInfo?.violationType?.rawText == "ADULT")
        }
    }

    @Test func signature_ofNobodyKnown_isAnErrorOfTheInterface() async throws {
        try await withDaemon { client, log in
            await #expect(throws: ClientError(.service(.badSignature), WabaWatchError.badSignature.description)) {
                try await client.report(body: Array(Self.webhook.utf8), signature: "sha256=4567")
            }
            #expect(await log.reports.isEmpty)
        }
    }

    /// What is too long is not sent at all: nobody listens here.
    @Test func body_orSignatureThatIsTooLong_isRefusedHere() async throws {
        let client = WabaWatch(socket: "/nonexistent")
        let most = [UInt8](repeating: 0x20, count: ReportParameters.bodyLimit)
        for (body, signature, parameter) in [
            (most + [0x20], "s", "body"), ([], String(repeating: "s", count: ReportParameters.signatureLimit + 1), "signature"),
        ] {
            let error = await #expect(throws: ClientError.self) { try await client.report(body: body, signature: signature) }
            #expect(error?.code == .invalidParameter(parameter) && error?.message.contains("are the most that one may have") == true)
        }
        let error = await #expect(throws: ClientError.self) {
            try await client.report(body: most, signature: String(repeating: "s", count: ReportParameters.signatureLimit))
        }
        #expect(error?.code == .notRunning)
    }

    // MARK: Topics

    private func heard(_ change: Change) async throws -> [String] {
        let heard = Mutex<[String]>([])
        let note = { @Sendable (text: String) in heard.withLock { $0.append(text) } }
        var handlers = ChangeHandlers()
        handlers.on(.reported) { _ in note("reported") }
        handlers.on(.reported(field: "account_update")) { note("field \($0.reportedValue?["event"]?.string ?? "-")") }
        handlers.on(.reported(field: "moon_update")) { _ in note("moon") }
        handlers.on(.reported(.accountReviewUpdate, as: AccountReviewUpdate.self)) { note("review \($0.update.decision?.rawText ?? "-")") }
        handlers.on(.accountUpdate()) { note("update of \($0.change.account)") }
        handlers.on(.accountUpdate(.accountRestriction)) { note("restrictions \($0.update.restrictions?.count ?? -1)") }
        try await handlers.handle(change)
        return heard.withLock { $0 }
    }

    @Test(arguments: [
        (
            #"{"field": "account_update", "value": {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "X"}]}}"#,
            ["reported", "field ACCOUNT_RESTRICTION", "update of acme", "restrictions 1"]
        ),
        (
            #"{"field": "account_update", "value": {"event": "ACCOUNT_RESTRICTION", "restriction_info": 7}}"#,
            ["reported", "field ACCOUNT_RESTRICTION", "update of acme", "restrictions -1"]
        ),
        (
            #"{"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}"#, ["reported", "field ACCOUNT_DELETED", "update of acme"]
        ),
        // An event of a later time, a value of another type, and a field of a later time.
        (#"{"field": "account_update", "value": {"event": "MOON"}}"#, ["reported", "field MOON", "update of acme"]),
        (#"{"field": "account_update", "value": 7}"#, ["reported", "field -"]),
        (#"{"field": "moon_update", "value": {"event": "ACCOUNT_RESTRICTION"}}"#, ["reported", "moon"]),
        (#"{"field": "account_review_update", "value": {"decision": "APPROVED"}}"#, ["reported", "review APPROVED"]),
        (#"{"field": 7}"#, ["reported"]),
    ]) func report_isHeardByItsFieldAndByItsEvent(report: String, expected: [String]) async throws {
        let document = try #require(JSONValue(parsing: report).object)
        #expect(try await heard(Sample.reported(document, 1, Cursor("fake.1"))) == expected)
    }

    /// A thing may look like a report, and is none.
    @Test func change_ofAPoll_isNoReport() async throws {
        var change = Sample.reported(["field": "account_update", "value": ["event": "ACCOUNT_RESTRICTION"]], 1, Cursor("fake.1"))
        change.operation = OpenEnum(.changed)
        #expect(try await heard(change).isEmpty)
        #expect(change.reportedField == nil && change.reportedValue == nil)
    }
}
