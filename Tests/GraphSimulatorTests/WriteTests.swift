import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WriteTests {
    private func users(_ numbers: String...) -> JSONValue {
        ["messaging_product": "whatsapp", "block_users": .array(numbers.map { ["user": .string($0)] })]
    }

    @Test func block_andUnblock_changeTheListNewestFirst() async throws {
        try await withSimulator { simulator, client throws in
            let path = "/v23.0/\(phone)/block_users"
            let added = try client.send("POST", path, json: users("+1 (415) 555-9876"))
            #expect(added.status == 200)
            #expect(added.json["block_users"]?["added_users"] == [["input": "+1 (415) 555-9876", "wa_id": "14155559876"]])
            #expect(try client.get(path).data.map { $0["wa_id"]?.string } == ["14155559876", "16505550000", "16505550001", "16505550002"])
            #expect(try client.send("POST", path, json: users("+14155559876")).status == 200)
            let removed = try client.send("DELETE", path, json: users("16505550001"))
            #expect(removed.json["block_users"]?["removed_users"] == [["input": "16505550001", "wa_id": "16505550001"]])
            #expect(try client.get(path).data.map { $0["wa_id"]?.string } == ["14155559876", "16505550000", "16505550002"])
            _ = try client.send(
                "POST", path, json: ["messaging_product": "whatsapp", "block_users": [["user_id": "US.13491208655302741918"]]])
            #expect(try client.get(path).data.first == ["messaging_product": "whatsapp", "user_id": "US.13491208655302741918"])
        }
    }

    @Test func block_withMixedResult_isA400ThatCarriesTheSuccesses() async throws {
        let recorded = try fixture("piusalfred__mixed_with_error")
        try await withSimulator { simulator, client throws in
            simulator.update { $0[phoneNumber: phone]?.recentUsers = ["16505551234"] }
            let path = "/v23.0/\(phone)/block_users"
            let mixed = try client.send("POST", path, json: users("+16505551234", "+14155559876"))
            #expect(mixed.status == 400)
            #expect(mixed.json["block_users"] == recorded["block_users"])
            #expect(mixed.json["messaging_product"] == recorded["messaging_product"])
            for name in ["message", "type", "code", "error_data"] {
                #expect(mixed.json["error"]?[name] == recorded["error"]?[name], "\(name)")
            }
            #expect(try client.get(path).data.first?["wa_id"] == "16505551234")
            let failed = try client.send("POST", path, json: users("nobody"))
            #expect(failed.json["block_users"]?["added_users"]?.array == nil)
            #expect(failed.json["block_users"]?["failed_users"]?.array?.first?["wa_id"]?.string == nil)
        }
    }

    @Test func block_beyondTheLimits_isRefused() async throws {
        try await withSimulator(.sample(blockedUsers: 63_999)) { simulator, client throws in
            let path = "/v23.0/\(phone)/block_users"
            let full = try client.send("POST", path, json: users("14155550001", "14155550002"))
            #expect(full.status == 400)
            #expect(full.json["block_users"]?["added_users"]?.array?.count == 1)
            #expect(full.json["block_users"]?["failed_users"]?.array?.first?["errors"]?.array?.first?["code"] == 139_101)
            let many = JSONValue.array((0..<1001).map { ["user": .string(String(14_155_550_000 + $0))] })
            #expect(try client.send("POST", path, json: ["messaging_product": "whatsapp", "block_users": many]).code == 100)
            #expect(try client.send("POST", path, json: ["block_users": [["user": "14155550001"]]]).code == 100)
            #expect(simulator.update { $0[phoneNumber: phone]?.blockedUsers.count } == 64_000)
        }
    }

    @Test func qrCode_isMadeWrittenAndTakenAway() async throws {
        try await withSimulator { _, client throws in
            let path = "/v23.0/\(phone)/message_qrdls"
            let made = try client.send("POST", path, json: ["prefilled_message": "Hello", "generate_qr_image": "SVG"]).json
            let code = try #require(made["code"]?.string)
            #expect(code.count == 14)
            #expect(made["deep_link_url"] == .string("https://wa.me/message/\(code)"))
            #expect(made["qr_image_url"]?.string != nil)
            #expect(
                try client.get(path).data.first == [
                    "code": .string(code), "prefilled_message": "Hello", "deep_link_url": made["deep_link_url"] ?? .null,
                ])
            let written = try client.send("POST", path, form: "code=\(code)&prefilled_message=Good+bye")
            #expect(written.json["prefilled_message"] == "Good bye")
            #expect(try client.get("\(path)/\(code)").data.first?["prefilled_message"] == "Good bye")
            #expect(try client.send("DELETE", "\(path)/\(code)").text == #"{"success":true}"#)
            #expect(try client.get("\(path)/\(code)").code == 100)
            #expect(try client.send("DELETE", "\(path)/\(code)").code == 100)
            #expect(try client.send("POST", path, json: ["prefilled_message": .string(String(repeating: "x", count: 141))]).code == 100)
            #expect(try client.get(path).data.count == 3)
        }
    }

    @Test func profile_isMerged_andEmptiedMembersAreLeftOut() async throws {
        try await withSimulator { _, client throws in
            let path = "/v23.0/\(phone)/whatsapp_business_profile"
            let change: JSONValue = ["messaging_product": "whatsapp", "about": "New", "email": "", "websites": []]
            #expect(try client.send("POST", path, json: change).status == 200)
            let profile = try client.get(path + "?fields=about,email,websites,vertical").data[0]
            #expect(profile == ["messaging_product": "whatsapp", "about": "New", "vertical": "RETAIL"])
            let long = JSONValue.string(String(repeating: "x", count: 140))
            #expect(try client.send("POST", path, json: ["messaging_product": "whatsapp", "about": long]).code == 100)
            #expect(try client.send("POST", path, json: ["about": "x"]).code == 100)
            #expect(try client.get(path + "?fields=about").data[0]["about"] == "New")
        }
    }

    @Test func settingsCommerceAutomationAndAccount_areWritten() async throws {
        try await withSimulator { _, client throws in
            #expect(try client.send("POST", "/v23.0/\(phone)/settings", json: ["calling": ["status": "DISABLED"]]).status == 200)
            let calling = try client.get("/v23.0/\(phone)/settings").json["calling"]
            #expect(calling?["status"] == "DISABLED")
            #expect(calling?["call_hours"]?["status"] == "ENABLED")
            #expect(try client.send("POST", "/v23.0/\(phone)/settings", json: ["nope": 1]).code == 100)

            #expect(try client.send("POST", "/v23.0/\(phone)/whatsapp_commerce_settings?is_catalog_visible=true").status == 200)
            #expect(try client.get("/v23.0/\(phone)/whatsapp_commerce_settings").data[0]["is_catalog_visible"] == true)

            let automation: JSONValue = ["prompts": ["Hi"], "commands": #"[{"command_name":"a","command_description":"b"}]"#]
            #expect(try client.send("POST", "/v23.0/\(phone)/conversational_automation", json: automation).status == 200)
            let read = try client.get("/v23.0/\(phone)?fields=conversational_automation").json["conversational_automation"]
            #expect(read?["prompts"] == ["Hi"])
            #expect(read?["commands"]?.array?.first?["command_name"] == "a")
            #expect(
                try client.send("POST", "/v23.0/\(phone)/conversational_automation", json: ["prompts": ["1", "2", "3", "4", "5"]]).code
                    == 100)

            #expect(try client.send("POST", "/v23.0/\(account)", json: ["is_enabled_for_insights": false]).status == 200)
            #expect(try client.get("/v23.0/\(account)?fields=is_enabled_for_insights").json["is_enabled_for_insights"] == false)
        }
    }

    @Test func subscription_isSetOverriddenAndTakenAway() async throws {
        try await withSimulator { _, client throws in
            let path = "/v23.0/\(account)/subscribed_apps"
            let override: JSONValue = ["override_callback_uri": "https://alt.example/", "verify_token": "canary"]
            #expect(try client.send("POST", path, json: override).json["data"]?.array?.count == 1)
            let listed = try client.get(path)
            #expect(listed.data.map { $0["override_callback_uri"] } == ["https://alt.example/"])
            #expect(!listed.text.contains("canary"))
            func configuration() throws -> JSONValue? {
                try client.get("/v23.0/\(phone)?fields=webhook_configuration").json["webhook_configuration"]
            }
            let own: JSONValue = ["application": "https://hooks.example/whatsapp"]
            #expect(
                try configuration() == [
                    "application": "https://hooks.example/whatsapp", "whatsapp_business_account": "https://alt.example/",
                ])
            _ = try client.send("POST", path)
            #expect(try configuration() == own)
            #expect(try client.get(path).data.first?.object?.names.contains("override_callback_uri") == false)
            _ = try client.send("POST", path, json: override)
            #expect(try configuration() != own)
            _ = try client.send("DELETE", path)
            #expect(try client.get(path).text == #"{"data":[]}"#)
            #expect(try configuration() == own)

            let number: JSONValue = ["webhook_configuration": ["override_callback_uri": "https://p.example/", "verify_token": "canary"]]
            _ = try client.send("POST", "/v23.0/\(phone)", json: number)
            #expect(try configuration() == ["application": "https://hooks.example/whatsapp", "phone_number": "https://p.example/"])
            let nothing: JSONValue = ["webhook_configuration": ["override_callback_uri": ""]]
            _ = try client.send("POST", "/v23.0/\(phone)", json: nothing)
            #expect(try configuration() == own)
        }
    }

    @Test func templates_areMadeSentAndTakenAway() async throws {
        try await withSimulator { _, client throws in
            let path = "/v23.0/\(account)/message_templates"
            let template: JSONValue = ["name": "new", "language": "en_US", "category": "UTILITY", "components": []]
            let made = try client.send("POST", path, json: template).json
            #expect(made["status"] == "PENDING")
            #expect(try client.send("POST", path, json: template).code == 100)
            #expect(try client.get(path + "?name=new").data.map { $0["id"] } == [made["id"]])
            #expect(try client.get("/v23.0/\(made["id"]?.string ?? "")").json["name"] == "new")
            let message: JSONValue = [
                "messaging_product": "whatsapp", "to": "+14155550000", "type": "template", "template": ["name": "new"],
            ]
            let sent = try client.send("POST", "/v23.0/\(phone)/messages", json: message).json
            #expect(sent["messages"]?.array?.first?["message_status"] == "accepted")
            #expect(sent["contacts"] == [["input": "+14155550000", "wa_id": "14155550000"]])
            #expect(try client.send("DELETE", path + "?name=new").status == 200)
            #expect(try client.send("DELETE", path + "?name=new").subcode == 2_593_002)
            #expect(try client.send("POST", "/v23.0/\(phone)/messages", json: message).code == 132_001)
        }
    }

    @Test func template_isSentHeldOrRefused_byItsState() async throws {
        try await withSimulator { simulator, client throws in
            func send(_ language: String) throws -> Reply {
                try client.send(
                    "POST", "/v23.0/\(phone)/messages",
                    json: [
                        "messaging_product": "whatsapp", "to": "+14155550000", "type": "template",
                        "template": ["name": "order_confirmation", "language": ["code": .string(language)]],
                    ])
            }
            func set(_ member: String, _ value: JSONValue) {
                simulator.update { $0.accounts[account]?.messageTemplates[0][member] = value }
            }
            #expect(try send("en_US").json["messages"]?.array?.first?["message_status"] == "accepted")
            #expect(try send("de").code == 132_001)
            set("quality_score", ["score": "UNKNOWN"])
            #expect(try send("en_US").json["messages"]?.array?.first?["message_status"] == "held_for_quality_assessment")
            set("status", "PAUSED")
            #expect(try send("en_US").code == 132_015)
            set("status", "DISABLED")
            #expect(try send("en_US").code == 132_016)
        }
    }

    @Test func pinAndOverrideOfANumber_areChecked() async throws {
        try await withSimulator { simulator, client throws in
            let path = "/v23.0/\(phone)"
            #expect(try client.send("POST", path, json: ["pin": "12345"]).code == 100)
            #expect(try client.send("POST", path, json: ["pin": "123456"]).json["success"] == true)
            let address: JSONValue = ["override_callback_uri": "https://x.example"]
            #expect(try client.send("POST", path, json: ["webhook_configuration": address]).code == 100)
            let whole: JSONValue = ["override_callback_uri": "https://x.example", "verify_token": "v"]
            #expect(try client.send("POST", path, json: ["webhook_configuration": whole]).status == 200)
            #expect(
                simulator.update { $0[phoneNumber: phone]?.document["webhook_configuration"]?["phone_number"] } == "https://x.example")
        }
    }
}
