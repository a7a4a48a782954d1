import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReadTests {
    @Test func number_withoutFields_givesTheDefaultSet() async throws {
        try await withSimulator { _, client throws in
            let names = try client.get("/v23.0/\(phone)").json.object.map { Set($0.names) }
            #expect(
                names == [
                    "verified_name", "code_verification_status", "display_phone_number", "quality_rating", "platform_type", "throughput",
                    "webhook_configuration", "id",
                ])
        }
    }

    @Test func node_fieldThatIsAbsent_isLeftOut() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0[phoneNumber: phone]?.document["certificate"] = .none }
            let reply = try client.get("/v23.0/\(phone)?fields=id,certificate,status")
            #expect(reply.json == ["id": .string(phone), "status": "CONNECTED"])
        }
    }

    @Test func node_unknownField_failsTheWholeRequest() async throws {
        try await withSimulator { _, client throws in
            for target in [phone, account, "\(phone)/whatsapp_business_profile", "\(phone)/settings", "\(phone)/message_qrdls"] {
                let reply = try client.get("/v23.0/\(target)?fields=id,nope,status")
                #expect(reply.status == 400)
                #expect(reply.code == 100)
                #expect(reply.subcode == nil)
            }
            let message = try client.get("/v23.0/\(phone)?fields=nope").json["error"]?["message"]?.string
            #expect(message == "(#100) Tried accessing nonexisting field (nope) on node type (WhatsAppBusinessPhoneNumber)")
        }
    }

    @Test func node_withdrawnField_failsAndDisappears() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0.withdrawnFields[.phoneNumber] = ["throughput"] }
            #expect(try client.get("/v23.0/\(phone)?fields=id,throughput").code == 100)
            #expect(try client.get("/v23.0/\(phone)").json["throughput"]?.object == nil)
        }
    }

    @Test func fields_nestedAndExpanded_selectInside() async throws {
        var platform = Platform.sample(numbers: 3, blockedUsers: 5)
        platform[expansion: .blockedUsers].answer = .served
        try await withSimulator(platform) { _, client throws in
            let fields = "name,subscribed_apps,phone_numbers.limit(2){id,throughput{level},block_users.limit(1){wa_id}}"
            let json = try client.get("/v23.0/\(account)?fields=\(fields)").json
            #expect(json["subscribed_apps"]?["data"]?.array?.count == 1)
            let numbers = try #require(json["phone_numbers"]?["data"]?.array)
            #expect(numbers.count == 2)
            #expect(numbers[0]["throughput"] == ["level": "STANDARD"])
            #expect(numbers[0]["block_users"]?["data"] == [["wa_id": "16505550000"]])
            let next = try #require(json["phone_numbers"]?["paging"]?["next"]?.string)
            let rest = try client.get(next)
            #expect(rest.data.count == 1)
            #expect(rest.data[0]["block_users"]?["data"]?.array?.count == 1)
        }
    }

    @Test func fields_thatAreNoSelection_areRefused() async throws {
        try await withSimulator { _, client throws in
            for fields in ["a{b", "id}}", "id.limit(", String(repeating: "a%7B", count: 200)] {
                #expect(try client.get("/v23.0/\(phone)?fields=\(fields)").status == 400)
            }
        }
    }

    @Test func text_withSlashAndBeyondASCII_isEscapedAsMetaDoes() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0[phoneNumber: phone]?.profile["about"] = "a/é🌱\"\n" }
            let reply = try client.get("/v23.0/\(phone)/whatsapp_business_profile?fields=about")
            #expect(reply.text == #"{"data":[{"about":"a\/\u00e9\ud83c\udf31\"\n","messaging_product":"whatsapp"}]}"#)
            #expect(reply.data[0]["about"] == "a/é🌱\"\n")
        }
    }

    @Test func everyReadEdge_ofTheSample_answers() async throws {
        try await withSimulator { _, client throws in
            let code = try #require(try client.get("/v23.0/\(phone)/message_qrdls").data.first?["code"]?.string)
            let template = try #require(try client.get("/v23.0/\(account)/message_templates").data.first?["id"]?.string)
            let targets = [
                account, phone, template, "\(account)/phone_numbers", "\(account)/subscribed_apps", "\(account)/message_templates",
                "\(account)/activities", "\(account)/flows", "\(account)/solutions?fields=id", "\(account)/assigned_users",
                "\(phone)/whatsapp_business_profile", "\(phone)/settings", "\(phone)/whatsapp_commerce_settings",
                "\(phone)/message_qrdls", "\(phone)/message_qrdls/\(code)", "\(phone)/block_users", "\(phone)/conversational_automation",
                "\(phone)/username", "\(phone)/official_business_account", "506914307656634/owned_whatsapp_business_accounts",
                "506914307656634/client_whatsapp_business_accounts", "debug_token?input_token=\(Platform.sampleToken)",
            ]
            for target in targets { #expect(try client.get("/v23.0/\(target)").status == 200, "\(target)") }
        }
    }

    @Test func settings_sipPassword_isShownOnlyWhenAskedFor() async throws {
        try await withSimulator { _, client throws in
            #expect(try !client.get("/v23.0/\(phone)/settings").text.contains("sip_user_password"))
            #expect(try client.get("/v23.0/\(phone)/settings?include_sip_credentials=true").text.contains("sip_user_password"))
        }
    }

    @Test func commerceSettings_withoutCatalog_areAnEmptyList() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0[phoneNumber: phone]?.commerceSettings = nil }
            #expect(try client.get("/v23.0/\(phone)/whatsapp_commerce_settings").text == #"{"data":[]}"#)
        }
    }

    @Test func qrImage_isGivenOnlyWhenAskedFor_andIsAnotherEveryTime() async throws {
        try await withSimulator { _, client throws in
            #expect(try client.get("/v23.0/\(phone)/message_qrdls?fields=code").data[0]["qr_image_url"]?.string == nil)
            let target = "/v23.0/\(phone)/message_qrdls?fields=code,qr_image_url.format(SVG)"
            let first = try client.get(target).data[0]["qr_image_url"]?.string
            #expect(first != nil)
            #expect(try client.get(target).data[0]["qr_image_url"]?.string != first)
        }
    }

    @Test func numbers_sortedAndFiltered_areWhatIsAskedFor() async throws {
        try await withSimulator(.sample(numbers: 3)) { simulator, client throws in
            let second = Platform.samplePhoneNumberID(1)
            simulator.update { $0[phoneNumber: second]?.document["account_mode"] = "SANDBOX" }
            let filter = "%5B%7B%22field%22:%22account_mode%22,%22operator%22:%22EQUAL%22,%22value%22:%22SANDBOX%22%7D%5D"
            #expect(try client.get("/v23.0/\(account)/phone_numbers?filtering=\(filter)").data.map { $0["id"] } == [.string(second)])
            let sorted = try client.get("/v23.0/\(account)/phone_numbers?sort=creation_time.desc").data.compactMap { $0["id"]?.string }
            #expect(sorted == sorted.sorted(by: >))
        }
    }
}
