import Changes
import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Actions

/// What is taken for an action and what is refused by name, before anything is asked.
@Suite(.timeLimit(.minutes(1))) struct InputTests {
    @Test(arguments: [
        ("+1 (650) 555-1234", "16505551234"), ("0049.151/123 456", "0049151123456"), ("1\u{A0}650\u{2011}5551234", "16505551234"),
        ("US.13491208655302741918", "US.13491208655302741918"), ("[1] 650 555 1234", "16505551234"),
    ])
    func user_isNormalised(input: String, key: String) throws {
        #expect(try UserAddress(input, member: "users[0]").key == key)
    }

    @Test(arguments: [
        "", "+", "123456", "1234567890123456", "alice", "us.1", "US.", "US.a b", "+1 650 CALL NOW",
        "US." + String(repeating: "1", count: 126),
    ])
    func user_thatIsNone_isRefused(input: String) {
        let error = #expect(throws: MemberError.self) { try Action.users(["16505551234", input], areBlocked: true, at: number) }
        #expect(error?.member == "users[1]")
    }

    private struct Refused: Sendable {
        var kind: Kind
        var document: JSONObject
        var member: String
        var words: String
    }

    private static func text(_ count: Int) -> JSONValue { .string(String(repeating: "é", count: count)) }

    private static let refusals: [Refused] = [
        Refused(kind: .businessProfile, document: ["about": text(140)], member: "document.about", words: "at most 139"),
        Refused(kind: .businessProfile, document: ["about": ""], member: "document.about", words: "must not be empty"),
        Refused(kind: .businessProfile, document: ["address": text(257)], member: "document.address", words: "at most 256"),
        Refused(kind: .businessProfile, document: ["description": text(513)], member: "document.description", words: "at most 512"),
        Refused(kind: .businessProfile, document: ["email": text(129)], member: "document.email", words: "at most 128"),
        Refused(kind: .businessProfile, document: ["websites": ["a", "b", "c"]], member: "document.websites", words: "at most 2"),
        Refused(kind: .businessProfile, document: ["websites": [text(257)]], member: "document.websites[0]", words: "at most 256"),
        Refused(kind: .businessProfile, document: ["about": 1], member: "document.about", words: "should be a string"),
        Refused(kind: .businessProfile, document: ["industry": "EDU"], member: "document.industry", words: "no member that can be set"),
        Refused(kind: .businessProfile, document: [:], member: "document", words: "sets nothing"),
        Refused(kind: .commerceSettings, document: ["is_cart_enabled": "true"], member: "document.is_cart_enabled", words: "boolean"),
        Refused(
            kind: .phoneNumber, document: ["conversational_automation": ["prompts": ["a", "b", "c", "d", "e"]]],
            member: "document.conversational_automation.prompts", words: "at most 4"),
        Refused(
            kind: .phoneNumber, document: ["conversational_automation": ["prompts": [text(81)]]],
            member: "document.conversational_automation.prompts[0]", words: "at most 80"),
        Refused(
            kind: .phoneNumber,
            document: [
                "conversational_automation": [
                    "commands": .array(Array(repeating: ["command_name": "a", "command_description": "b"], count: 31))
                ]
            ], member: "document.conversational_automation.commands", words: "at most 30"),
        Refused(
            kind: .phoneNumber,
            document: ["conversational_automation": ["commands": [["command_name": text(33), "command_description": "b"]]]],
            member: "document.conversational_automation.commands[0].command_name", words: "at most 32"),
        Refused(
            kind: .phoneNumber,
            document: ["conversational_automation": ["commands": [["command_name": "a", "command_description": text(257)]]]],
            member: "document.conversational_automation.commands[0].command_description", words: "at most 256"),
        Refused(
            kind: .phoneNumber, document: ["conversational_automation": ["enable_welcome_message": true]],
            member: "document.conversational_automation.enable_welcome_message", words: "can no longer be set"),
        Refused(kind: .phoneNumber, document: ["two_step_pin": "12345"], member: "document.two_step_pin", words: "6 digits"),
        Refused(
            kind: .phoneNumber, document: ["webhook_configuration": ["override_callback_uri": "https://x.example"]],
            member: "document.webhook_configuration.verify_token", words: "is missing"),
        Refused(
            kind: .phoneNumber, document: ["two_step_pin": "123456", "webhook_configuration": ["override_callback_uri": ""]],
            member: "document", words: "one by one"),
        Refused(kind: .qrCode, document: ["prefilled_message": text(141)], member: "document.prefilled_message", words: "at most 140"),
        Refused(kind: .qrCode, document: ["code": "1"], member: "document.code", words: "no member that can be set"),
        Refused(
            kind: .phoneNumberSettings, document: ["calling": ["status": true]], member: "document.calling.status",
            words: "should be a string"),
        Refused(kind: .phoneNumberSettings, document: ["caling": [:]], member: "document.caling", words: "no member that can be set"),
        Refused(
            kind: .phoneNumberSettings,
            document: ["calling": ["call_hours": ["weekly_operating_hours": [["open_time": "9:30"]]]]],
            member: "document.calling.call_hours.weekly_operating_hours[0].open_time", words: "0930"),
        Refused(
            kind: .phoneNumberSettings,
            document: [
                "calling": [
                    "call_hours": ["weekly_operating_hours": .array(Array(repeating: ["day_of_week": "MONDAY"], count: 3))]
                ]
            ], member: "document.calling.call_hours.weekly_operating_hours", words: "more than 2"),
        Refused(
            kind: .phoneNumberSettings,
            document: ["calling": ["call_hours": ["holiday_schedule": .array(Array(repeating: ["date": "2026-01-01"], count: 21))]]],
            member: "document.calling.call_hours.holiday_schedule", words: "at most 20"),
        Refused(kind: .blockedUser, document: ["a": 1], member: "kind", words: "cannot be updated"),
    ]

    @Test func document_overALimit_isRefusedWithMemberAndLimit() {
        for refused in Self.refusals {
            let error = #expect(throws: MemberError.self) { try Action.update(refused.kind, id: nil, refused.document, at: number) }
            #expect(error?.member == refused.member && error?.problem.contains(refused.words) == true, "\(String(describing: error))")
        }
        let error = #expect(throws: MemberError.self) {
            try Action.update(.subscribedApp, id: nil, ["override_callback_uri": "http://x.example", "verify_token": "1"], at: account)
        }
        #expect(error?.member == "document.override_callback_uri")
    }

    @Test func document_atItsLimits_isTaken() throws {
        let profile: JSONObject = [
            "about": Self.text(139), "address": Self.text(256), "description": Self.text(512), "email": Self.text(128),
            "websites": [Self.text(256), Self.text(256)], "vertical": "EDU",
        ]
        let request = try Action.update(.businessProfile, id: "106", profile, at: number).requests[0]
        #expect(request.method == .post && request.path(GraphVersion(major: 25)) == "/v25.0/106/whatsapp_business_profile")
        #expect(request.body?["messaging_product"] == "whatsapp" && request.body?["about"] == profile["about"])
        #expect(try Action.update(.qrCode, id: nil, ["prefilled_message": Self.text(140)], at: number).name == .qrCode)
    }

    @Test func requests_areThoseOfMetasPages() throws {
        func line(_ action: Action) -> String {
            let request = action.requests[0]
            let query = request.query.isEmpty ? "" : "?" + request.query
            return
                "\(request.method.rawValue) \(request.path(GraphVersion(major: 25)))\(query) \(request.body.map { JSONValue.object($0).description } ?? "-")"
        }
        let override: JSONObject = ["override_callback_uri": "https://x.example", "verify_token": "v"]
        #expect(
            try [
                line(.update(.commerceSettings, id: nil, ["is_cart_enabled": true, "is_catalog_visible": false], at: number)),
                line(.update(.phoneNumber, id: nil, ["two_step_pin": "123456"], at: number)),
                line(.update(.phoneNumber, id: nil, ["webhook_configuration": ["override_callback_uri": ""]], at: number)),
                line(.update(.phoneNumber, id: nil, ["conversational_automation": ["prompts": ["Hi"]]], at: number)),
                line(.update(.qrCode, id: "ABC", ["prefilled_message": "Hi"], at: number)),
                line(.update(.subscribedApp, id: nil, override, at: account)),
                line(.update(.subscribedApp, id: nil, ["override_callback_uri": ""], at: account)),
                line(.update(.account, id: "102", ["is_enabled_for_insights": true], at: account)),
                line(.delete(.qrCode, id: "ABC", at: number)), line(.delete(.subscribedApp, id: "1", at: account)),
                line(.delete(.messageTemplate, id: "77", name: "café", at: account)),
                line(.send(TemplateMessage(to: "+1 650 555 1234", template: "alarm", language: "en_US"), at: number)),
            ] == [
                "POST /v25.0/106/whatsapp_commerce_settings?is_cart_enabled=true&is_catalog_visible=false -",
                #"POST /v25.0/106 {"pin":"123456"}"#,
                #"POST /v25.0/106 {"webhook_configuration":{"override_callback_uri":""}}"#,
                #"POST /v25.0/106/conversational_automation {"prompts":["Hi"]}"#,
                #"POST /v25.0/106/message_qrdls {"code":"ABC","prefilled_message":"Hi"}"#,
                #"POST /v25.0/102/subscribed_apps {"override_callback_uri":"https://x.example","verify_token":"v"}"#,
                "POST /v25.0/102/subscribed_apps -", #"POST /v25.0/102 {"is_enabled_for_insights":true}"#,
                "DELETE /v25.0/106/message_qrdls/ABC -", "DELETE /v25.0/102/subscribed_apps -",
                "DELETE /v25.0/102/message_templates?hsm_id=77&name=caf%C3%A9 -",
                #"POST /v25.0/106/messages {"messaging_product":"whatsapp","recipient_type":"individual","template":{"language":{"code":"en_US"},"name":"alarm"},"to":"16505551234","type":"template"}"#,
            ])
    }

    @Test func action_neverPutsAValueIntoTheJournal() throws {
        let secret = "a-secret-value"
        let actions = try [
            Action.update(
                .phoneNumber, id: nil,
                [
                    "webhook_configuration": [
                        "override_callback_uri": .string("https://\(secret).example"), "verify_token": .string(secret),
                    ]
                ],
                at: number),
            .update(.businessProfile, id: nil, ["about": .string(secret)], at: number),
            .update(.qrCode, id: nil, ["prefilled_message": .string(secret)], at: number),
        ]
        for action in actions { #expect(!action.summary.contains(secret), "\(action.summary)") }
        #expect(try Action.users(["16505551234"], areBlocked: true, at: number).summary == "block 1 user at 106")
    }

    @Test func causes_claimWhatTheActionDid_andNothingElse() throws {
        let action = try Action.update(.businessProfile, id: nil, ["about": "Hello"], at: number)
        let cause = try #require(action.causes(by: "alice (1000)").first)
        #expect(cause.target == PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "106"))
        #expect(cause.members == ["about"] && cause.operations == [.changed])
        let created = try #require(try Action.update(.qrCode, id: nil, ["prefilled_message": "Hi"], at: number).causes(by: "a").first)
        #expect(created.shows == ["prefilled_message": "Hi"] && created.ids == nil && created.operations == [.added])
        #expect(try Action.send(TemplateMessage(to: "16505551234", template: "a", language: "en"), at: number).causes(by: "a").isEmpty)
    }
}
