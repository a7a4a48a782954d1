import Foundation
import GraphSimulator
import StrictJSON
import TestTools
import Testing

/// The simulator as the sender of webhooks.
@Suite(.timeLimit(.minutes(1)))
struct WebhookTests {
    private func withSender<R: Sendable>(
        _ receiver: WebhookReceiver, accounts: Int = 1, _ body: (GraphSimulator, HTTPClient) async throws -> R
    ) async throws -> R {
        let target = try #require(receiver.target)
        let simulator = try await GraphSimulator.start(.sample(accounts: accounts), controlled: true, webhooks: target)
        do {
            let result = try await body(simulator, HTTPClient(simulator, token: nil))
            try await simulator.stop()
            return result
        } catch {
            try await simulator.stop()
            throw error
        }
    }

    private static let template = "711633970112948"

    /// Each change that Meta reports, made from outside, and what is then received.
    @Test(arguments: [
        ("\(account)", #"{"status":"BANNED"}"#, "account_update", #"{"event":"DISABLED_UPDATE"}"#),
        ("\(account)", #"{"status":"RESTRICTED"}"#, "account_update", #"{"event":"ACCOUNT_RESTRICTION"}"#),
        ("\(account)", #"{"status":"DELETED"}"#, "account_update", #"{"event":"ACCOUNT_DELETED"}"#),
        ("\(account)", #"{"status":"OFFBOARDED"}"#, "account_update", #"{"event":"ACCOUNT_OFFBOARDED"}"#),
        (
            "\(account)", #"{"primary_business_location":"IN"}"#, "account_update",
            #"{"event":"BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE","country":"IN"}"#
        ),
        ("\(account)", #"{"account_review_status":"REJECTED"}"#, "account_review_update", #"{"decision":"REJECTED"}"#),
        (
            "\(account)", #"{"whatsapp_business_manager_messaging_limit":"TIER_10K"}"#, "business_capability_update",
            #"{"max_daily_conversations_per_business":10000,"max_phone_numbers_per_waba":25}"#
        ),
        (
            "\(phone)", #"{"whatsapp_business_manager_messaging_limit":"TIER_UNLIMITED"}"#, "business_capability_update",
            #"{"max_daily_conversations_per_business":-1}"#
        ),
        (
            "\(phone)", #"{"new_name_status":"DECLINED","new_display_name":"Café"}"#, "phone_number_name_update",
            #"{"display_phone_number":"15551000000","decision":"REJECTED","requested_verified_name":"Café","rejection_reason":"UNKNOWN"}"#
        ),
        (
            "\(phone)", #"{"verified_name":"Other"}"#, "phone_number_name_update",
            #"{"decision":"APPROVED","requested_verified_name":"Other","rejection_reason":null}"#
        ),
        (
            "\(phone)", #"{"throughput":{"level":"HIGH"}}"#, "phone_number_quality_update",
            #"{"display_phone_number":"15551000000","event":"THROUGHPUT_UPGRADE"}"#
        ),
        ("\(phone)", #"{"is_pin_enabled":false}"#, "security", #"{"display_phone_number":"15551000000","event":"PIN_CHANGED"}"#),
        (
            "\(phone)/settings", #"{"calling":{"status":"DISABLED"}}"#, "account_settings_update",
            #"{"type":"phone_number_settings","phone_number_settings":{"phone_number_id":"\#(phone)","calling":{"status":"DISABLED"}}}"#
        ),
        (template, #"{"status":"PAUSED"}"#, "message_template_status_update", #"{"event":"PAUSED","message_template_id":711633970112948}"#),
        (
            template, #"{"quality_score":{"score":"RED"}}"#, "message_template_quality_update",
            #"{"previous_quality_score":"GREEN","new_quality_score":"RED","message_template_name":"order_confirmation"}"#
        ),
        (
            template, #"{"category":"MARKETING"}"#, "template_category_update",
            #"{"previous_category":"UTILITY","new_category":"MARKETING"}"#
        ),
        (
            template, #"{"components":[{"type":"BODY","text":"x"}]}"#, "message_template_components_update",
            #"{"message_template_element":"x","message_template_language":"en_US"}"#
        ),
    ]) func change_thatMetaReports_isReceivedOnce(place: String, change: String, field: String, members: String) async throws {
        let receiver = try WebhookReceiver()
        try await withSender(receiver) { _, client in
            #expect(try client.send("POST", "/simulator/\(place)", json: try JSONValue(parsing: change)).status == 200)
            // The second says that nothing stands between them.
            #expect(try client.send("POST", "/simulator/\(account)", json: ["account_review_status": "PENDING"]).status == 200)
            let received = await receiver.next(2)
            let changes = received.flatMap(\.changes)
            #expect(changes.map(\.field) == [field, "account_review_update"])
            let (webhook, reported) = (try #require(received.first), try #require(changes.first))
            #expect(reported.account == account)
            for member in try JSONValue(parsing: members).object ?? [:] {
                #expect(reported.value[member.name] == member.value, "\(member.name)")
            }
            let entry = webhook.json["entry"]?.array?.first
            #expect((entry?["time"]?.integer == nil) == (field == "account_settings_update"))
            #expect(webhook.headers[""] == "POST /hook HTTP/1.1" && webhook.headers["content-type"] == "application/json")
        }
    }

    @Test func change_thatMetaReportsToNobody_isNotSent() async throws {
        let receiver = try WebhookReceiver()
        try await withSender(receiver) { simulator, client in
            for change: JSONObject in [["quality_rating": "RED"], ["status": "BANNED"], ["health_status": ["can_send_message": "BLOCKED"]]]
            {
                _ = try client.send("POST", "/simulator/\(phone)", json: .object(change))
            }
            _ = try client.send("POST", "/simulator/\(phone)/whatsapp_business_profile", json: ["about": "x"])
            _ = try client.send("POST", "/simulator/\(account)", json: ["name": "x"])
            _ = try client.send("POST", "/simulator/\(account)", json: ["account_review_status": "APPROVED"])
            simulator.update { $0[phoneNumber: phone]?.qrCodes = [] }
            simulator.update { $0.accounts[account]?.document["account_review_status"] = "REJECTED" }
            #expect(await receiver.next(1).first?.changes.map(\.field) == ["account_review_update"])
            #expect(simulator.webhookCounts.sent == 1)
        }
    }

    /// What a program writes by the API, and what a test changes.
    @Test func templates_thatAreWrittenAndDeleted_areReported() async throws {
        let receiver = try WebhookReceiver()
        try await withSender(receiver) { simulator, _ in
            let client = HTTPClient(simulator)
            let created = try client.send(
                "POST", "/v23.0/\(account)/message_templates",
                json: ["name": "größe", "language": "de", "category": "UTILITY", "components": [["type": "BODY", "text": "ä"]]])
            #expect(created.status == 200)
            #expect(try client.send("DELETE", "/v23.0/\(account)/message_templates?name=gr%C3%B6%C3%9Fe").status == 200)
            let events = await receiver.next(2).flatMap(\.changes)
            #expect(events.map { $0.value["event"] } == ["PENDING", "DELETED"])
            #expect(events.allSatisfy { $0.value["message_template_name"] == "größe" })
        }
    }

    /// Python's hmac and json judge a body with everything that is escaped.
    @Test func body_isEscapedAndSigned_asPythonSays() async throws {
        let receiver = try WebhookReceiver()
        let name = "Café 🌱 / \"quoted\" \\ \u{7F}\u{2028}"
        let webhook = try await withSender(receiver) { simulator, _ in
            simulator.update { $0[phoneNumber: phone]?.document["verified_name"] = .string(name) }
            return await receiver.next(1).first
        }
        let received = try #require(webhook)
        #expect(received.body.allSatisfy { $0 < 0x80 })
        let text = String(decoding: received.body, as: UTF8.self)
        #expect(text.contains(#"Caf\u00e9 \ud83c\udf31 \/ \"quoted\" \\"#))
        let judge = """
            import hashlib, hmac, json, sys
            body = sys.stdin.buffer.read()
            print("sha256=" + hmac.new(sys.argv[1].encode(), body, hashlib.sha256).hexdigest())
            print(json.loads(body)["entry"][0]["changes"][0]["value"]["requested_verified_name"] == sys.argv[2])
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", judge, WebhookReceiver.secret, name]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(received.body))
        try input.fileHandleForWriting.close()
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
        process.waitUntilExit()
        #expect(said.map(String.init) == [received.headers["x-hub-signature-256"] ?? "none", "True"])
    }

    private static func behave(_ client: HTTPClient, _ behaviour: JSONValue) throws -> Int {
        try client.send("POST", "/simulator/webhooks", json: behaviour).status
    }
    private static func review(_ simulator: GraphSimulator, _ decision: String) {
        simulator.update { $0.accounts[account]?.document["account_review_status"] = .string(decision) }
    }
    private static func reviews(_ receiver: WebhookReceiver, _ count: Int) async -> [[String]] {
        await receiver.next(count).map { $0.changes.map { $0.value["decision"]?.string ?? "" } }
    }

    @Test func webhooks_comeTwice_batchedAndOutOfOrder_whenToldTo() async throws {
        let receiver = try WebhookReceiver()
        try await withSender(receiver) { simulator, client async throws in
            #expect(try Self.behave(client, ["copies": 2]) == 200)
            Self.review(simulator, "A")
            #expect(await Self.reviews(receiver, 2) == [["A"], ["A"]])
            #expect(try Self.behave(client, ["batch": 3]) == 200)
            for review in ["B", "C", "D"] { Self.review(simulator, review) }
            #expect(await Self.reviews(receiver, 1) == [["B", "C", "D"]])
            #expect(try Self.behave(client, ["disorder": 2]) == 200)
            for review in ["E", "F", "G"] { Self.review(simulator, review) }
            #expect(await Self.reviews(receiver, 2) == [["F"], ["E"]])
            // What was gathered goes when it ends.
            #expect(try Self.behave(client, [:]) == 200)
            #expect(await Self.reviews(receiver, 1) == [["G"]])
            for wrong: JSONValue in [["copies": 0], ["copies": "2"], ["nope": 1], ["delay_ms": -1], ["batch": 100_000]] {
                #expect(try Self.behave(client, wrong) == 400)
            }
        }
    }

    @Test func webhooks_comeLate_whenToldTo() async throws {
        let receiver = try WebhookReceiver()
        try await withSender(receiver) { simulator, client in
            _ = try client.send("POST", "/simulator/webhooks", json: ["delay_ms": 300])
            let start = ContinuousClock.now
            simulator.update { $0.accounts[account]?.document["account_review_status"] = "PENDING" }
            #expect(await receiver.next(1).count == 1)
            #expect(ContinuousClock.now - start >= .milliseconds(300))
        }
    }

    /// As Meta does it, until it is taken; the one behind it does not wait.
    @Test func webhook_thatIsRefused_isRepeated() async throws {
        let receiver = try WebhookReceiver { $0 == 0 ? 503 : 200 }
        try await withSender(receiver) { simulator, _ in
            for review in ["A", "B"] { simulator.update { $0.accounts[account]?.document["account_review_status"] = .string(review) } }
            let received = await receiver.next(3)
            #expect(received.flatMap(\.changes).map { $0.value["decision"]?.string } == ["A", "B", "A"])
            #expect(received.first?.body == received.last?.body)
            try await eventually("it is counted") { simulator.webhookCounts.accepted == 2 }
            #expect(simulator.webhookCounts == Self.counts(sent: 3, accepted: 2, refused: 1))
        }
    }

    private static func counts(sent: Int, accepted: Int, refused: Int) -> WebhookCounts {
        var counts = WebhookCounts()
        (counts.sent, counts.accepted, counts.refused) = (sent, accepted, refused)
        return counts
    }

    @Test func targets_areReadOrRefused() {
        for right in ["http://127.0.0.1:1/x", "http://a", "http://[::1]:80/", "http://a/b?c"] {
            #expect(WebhookTarget(url: right, secret: "s") != nil)
        }
        for wrong in ["https://a/", "a", "http://", "http://a:0/", "http://a:x/", "http://::1/", "http://a/b c"] {
            #expect(WebhookTarget(url: wrong, secret: "s") == nil, "\(wrong)")
        }
        #expect(WebhookTarget(url: "http://a", secret: "") == nil)
    }
}
