import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Actions

/// Every recorded answer to a write, read as the action reads it that gets such an answer.
@Suite(.timeLimit(.minutes(1))) struct RecordedAnswerTests {
    /// Answers to what the daemon never does.
    private static let foreign: Set = ["flows", "message_templates", "oauth", "official_business_account", "phone_numbers"]

    @Test func recordings_areThere() { #expect(Recorded.all.count >= 25 && Self.foreign.isSubset(of: Set(Recorded.all.map(\.folder)))) }

    @Test(arguments: Recorded.all.filter { !foreign.contains($0.folder) })
    func recordedAnswer_isReadWhole(recorded: Recorded) async throws {
        let isMixed = recorded.path.contains("mixed")
        let answering = Answering(isMixed ? 400 : 200, recorded.bytes)
        guard let action = try Self.action(of: recorded) else {
            Issue.record("no action has the answer \(recorded.path)")
            return
        }
        let outcome = try await answering.outcome(action)
        guard case .done(let result) = outcome else {
            Issue.record("\(recorded.path): \(outcome)")
            return
        }
        #expect(result == Self.expected(recorded, action))
    }

    private static func action(of recorded: Recorded) throws -> Action? {
        switch recorded.folder {
        case "block_users":
            let isBlock = !recorded.path.contains("unblock") && !recorded.path.contains("removed") && !recorded.path.contains("pywa__")
            let body = try JSONValue(parsing: recorded.bytes)["block_users"]
            let lists = ["added_users", "removed_users", "failed_users"].compactMap { body?[$0]?.array }
            // A user id of one letter is a slip of the recording's maker.
            let inputs = lists.flatMap(\.self).compactMap { $0["input"]?.string }.map { $0 == "3" ? "US.3" : $0 }
            return try .users(inputs, areBlocked: isBlock, at: number)
        case "business_profile": return try .update(.businessProfile, id: nil, ["about": "Hello"], at: number)
        case "commerce_settings": return try .update(.commerceSettings, id: nil, ["is_cart_enabled": true], at: number)
        case "conversational_automation":
            return try .update(.phoneNumber, id: nil, ["conversational_automation": ["prompts": ["Hi"]]], at: number)
        case "message_qrdls": return try .update(.qrCode, id: nil, ["prefilled_message": "Cyber Monday 1"], at: number)
        case "messages": return try .send(TemplateMessage(to: "16505555555", template: "alarm", language: "en_US"), at: number)
        case "phone_number": return try .update(.phoneNumber, id: nil, ["two_step_pin": "123456"], at: number)
        case "phone_settings":
            return try .update(.phoneNumberSettings, id: nil, ["user_identity_change": ["enable_identity_key_check": true]], at: number)
        case "subscribed_apps":
            if recorded.path.contains("delete") { return try .delete(.subscribedApp, id: "1", at: account) }
            return try .update(.subscribedApp, id: nil, ["override_callback_uri": "https://x.example", "verify_token": "v"], at: account)
        default: return nil
        }
    }

    private static func expected(_ recorded: Recorded, _ action: Action) -> ActionResult {
        switch recorded.path {
        case "block_users/metadocs2026__block_ok.json":
            .users(done: [user("+16505551234", "16505551234"), user("+14155559876", "14155559876")], failed: [])
        case "block_users/piusalfred__mixed_with_error.json":
            .users(
                done: [user("+16505551234", "16505551234")],
                failed: [
                    FailedUser(
                        input: "+14155559876", waID: "14155559876", code: 131_047,
                        message: "Re-engagement required: User has not messaged in the last 24 hours")
                ])
        // Somebody is named who was not asked for, and who was is not named.
        case "block_users/secreto__removed_by_bsuid.json":
            .users(
                done: [], failed: [FailedUser(input: "US.3", waID: nil, code: 0, message: "Meta did not say what became of this user")])
        case "block_users/openapi__post_block_user_s.json": .users(done: [user("+16505551234", "16505551234")], failed: [])
        case let path where path.hasPrefix("block_users/pywa"): .users(done: [user("123456789", "123456789")], failed: [])
        case "message_qrdls/pywa__docstring_create_qr_code.json": .success(true, id: "4O4YGZEG3RIVE1")
        case "messages/pywa__send_response.json":
            .sent(
                SentTemplateReport(
                    id: "wamid.HBgLMTY1MDUwNzY1MjAVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA", input: "16505555555", toUser: "16505555555",
                    fromPhoneID: "106"))
        case "messages/rubysdk_recorded__send_text_message_with_success_response.json":
            .sent(
                SentTemplateReport(
                    id: "wamid.HBgLMTM0Mzc3NzI5MTAVAgARGBIyQzU4M0Q4MDc2NDY4ODgwNjUA", input: "13437772910", toUser: "13437772910",
                    fromPhoneID: "106"))
        default: .success(true, id: nil)
        }
    }

    private static func user(_ input: String, _ waID: String) -> ActedUser { ActedUser(input: input, waID: waID, userID: nil) }

    @Test(arguments: [
        (#"{"success":true}"#, true), (#"{"success":"true"}"#, false), (#"{"success":1}"#, false), (#"{"success":false}"#, false),
        ("{}", false),
    ])
    func success_isOnlyTheBooleanTrue(body: String, isSuccess: Bool) async throws {
        let action = try Action.update(.businessProfile, id: nil, ["about": "Hello"], at: number)
        guard case .done(.success(let success, nil)) = try await Answering(200, Array(body.utf8)).outcome(action) else {
            Issue.record("\(body) is an answer")
            return
        }
        #expect(success == isSuccess)
    }

    @Test(arguments: ["accepted", "held_for_quality_assessment", "paused", "something_new"])
    func statusOfASentTemplate_isAsMetaSaysIt(status: String) async throws {
        let body = #"{"contacts":[{"input":"+1650","wa_id":"1650"}],"messages":[{"id":"wamid.1","message_status":"\#(status)"}]}"#
        let action = try Action.send(TemplateMessage(to: "+1 (650) 555-1234", template: "alarm", language: "en_US"), at: number)
        guard case .done(.sent(let sent)) = try await Answering(200, Array(body.utf8)).outcome(action) else {
            Issue.record("it was taken")
            return
        }
        #expect(sent == SentTemplateReport(id: "wamid.1", input: "+1650", toUser: "1650", fromPhoneID: "106", status: status))
    }
}
