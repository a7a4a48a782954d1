import FoundationEssentials
import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// Webhooks handed in to the real daemon.
@Suite("Webhooks and the daemon", .inTurn, .timeLimit(.minutes(2)))
struct WebhookDaemonTests {
    private static let webhook = "webhook: { verify_token: { environment: NOBODY }, app_secrets: [ { environment: SECRET } ] }"

    private func report(_ site: Site, _ value: JSONValue, time: Int64 = 7, by secret: String) async throws -> ReportReply {
        let body: JSONValue = [
            "object": "whatsapp_business_account",
            "entry": [
                [
                    "id": .string(Platform.sampleAccountID()), "time": .integer(time),
                    "changes": [["field": "account_update", "value": value]],
                ]
            ],
        ]
        let client = try await VarlinkClient.connect(path: site.socket)
        let parameters = try ReportParameters(signing: body.description, by: secret)
        return try ReportReply(json: try await client.call(ReportParameters.qualifiedMethod, parameters.json))
    }

    /// Nothing would be polled for an hour: the report is what has it polled.
    @Test func webhook_isTold_andWhatItIsAboutIsPolledAtOnce() async throws {
        try await Site.with(every: "1h", kinds: [.phoneNumber], more: Self.webhook) { site in
            let daemon = try await site.start(environment: ["SECRET": "first"])
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.next(.phoneNumber, .baseline)
            site.set(0, "status", "RESTRICTED")
            let reply = try await report(site, ["event": "ACCOUNT_RESTRICTION"], by: "first")
            #expect(reply.changes == 1 && reply.ignored == 0)
            let told = try await subscription.next(.account, .reported)
            #expect(told.origin == .webhook && told.severity == .critical && told.sequence == reply.cursor.sequenceOfTest)
            let polled = try await subscription.next(.phoneNumber, .changed)
            #expect(polled.origin == .poll && polled.id == Platform.samplePhoneNumberID(0))
            #expect(!site.log.contains("first"))
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func reload_takesOtherSecretsInForce_andTheLedgerKnowsWhatItHas() async throws {
        try await Site.with(every: "1h", kinds: [.phoneNumber], more: Self.webhook) { site in
            var daemon = try await site.start(environment: ["SECRET": "first", "OTHER": "second"])
            #expect(try await report(site, ["event": "ACCOUNT_VIOLATION"], by: "first").changes == 1)
            let refused: JSONValue = ["event": "ACCOUNT_RESTRICTION"]
            await #expect(throws: VarlinkError(WabaWatchError.badSignature)) { try await report(site, refused, by: "second") }
            let text = try String(contentsOfFile: site.config, encoding: .utf8)
            try Data(text.replacing("environment: SECRET", with: "environment: OTHER").utf8).write(to: URL(filePath: site.config))
            daemon.process.signal(SIGHUP)
            _ = try await daemon.notify.wait(for: "RELOADING=1")
            _ = try await daemon.notify.wait(for: "READY=1")
            await #expect(throws: VarlinkError(WabaWatchError.badSignature)) {
                try await report(site, ["event": "ACCOUNT_VIOLATION"], by: "first")
            }
            #expect(try await report(site, ["event": "ACCOUNT_VIOLATION"], by: "second").changes == 0)
            // What was refused is no copy when Meta sends it again.
            #expect(try await report(site, refused, by: "second").changes == 1)
            #expect(await daemon.stop() == 0)
            daemon = try await site.start(environment: ["SECRET": "first", "OTHER": "second"])
            #expect(try await report(site, ["event": "ACCOUNT_VIOLATION"], by: "second").ignored == 1)
            #expect(try await report(site, ["event": "ACCOUNT_VIOLATION"], time: 8, by: "second").changes == 1)
            #expect(await daemon.stop() == 0)
        }
    }
}

extension Cursor {
    /// The sequence that it ends with.
    fileprivate var sequenceOfTest: Int? { text.split(separator: ":").last.flatMap { Int($0) } }
}
