import GraphSimulator
import StrictJSON
import Testing
import WhatsAppBusiness

/// Refusals, lists, forms and windows by name, over HTTP.
@Suite(.timeLimit(.minutes(1)))
struct NamedFaultListTests {
    // MARK: Refusals

    @Test(arguments: [
        ("200", false, 403, 200), ("200", true, 403, 200), ("10", false, 403, 10), ("10", true, 403, 10), ("12", true, 400, 12),
        ("100", false, 400, 100), ("unknown", true, 400, 100),
    ])
    func refusedField_strikesCallsThatAskForIt(_ code: String, _ named: Bool, _ status: Int, _ told: Int64) async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(
                named: "refusedField", ["field": "owner_business_info", "code": .string(code), "named": .bool(named)])
            #expect(try client.get("/v25.0/\(account)?fields=id,name").status == 200)
            let reply = try client.get("/v25.0/\(account)?fields=id,owner_business_info,name")
            #expect(reply.status == status)
            #expect(reply.code == told)
            let message = try #require(reply.json["error"]?["message"]?.string)
            #expect(message.contains("owner_business_info") == (named || code == "unknown"))
            #expect(try client.get("/v25.0/\(account)/phone_numbers?fields=id,status").status == 200)
        }
    }

    @Test func tooMuchData_strikesAboveALimit() async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "tooMuchData", ["above": 25, "edge": "phone_numbers"])
            for (limit, status) in [("&limit=100", 500), ("&limit=26", 500), ("&limit=25", 200), ("", 500)] {
                #expect(try client.get("/v25.0/\(account)/phone_numbers?fields=id\(limit)").status == status, "\(limit)")
            }
            let reply = try client.get("/v25.0/\(account)/phone_numbers?limit=100")
            #expect(reply.code == 1)
            #expect(reply.json["error"]?["message"]?.string?.hasPrefix("Please reduce the amount of data") == true)
        }
    }

    @Test(arguments: [("10", 10, 403), ("200", 200, 403), ("100", 100, 400), ("368", 368, 403), ("190", 190, 401), ("3", 3, 400)])
    func spuriousRefusal_isOne_thenAllIsWell(_ code: String, _ told: Int64, _ status: Int) async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "spuriousRefusal", ["code": .string(code)])
            let reply = try client.get("/v25.0/\(account)")
            #expect(reply.code == told)
            #expect(reply.status == status)
            #expect(try client.get("/v25.0/\(account)").status == 200)
            try simulator.setFault(named: "accountForbidden", ["code": .string(code)])
            #expect(try client.get("/v25.0/\(account)").code == told)
            #expect(try client.get("/v25.0/\(account)/phone_numbers").status == 200)
        }
    }

    @Test(arguments: [0, 1, 10, 100, 190, 368])
    func transient_carriesAnyCode(_ code: Int64) async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "transient", ["code": .integer(code)])
            let error = try client.get("/v25.0/\(account)").json["error"]
            #expect(error?["code"] == .integer(code))
            #expect(error?["is_transient"] == true)
        }
    }

    @Test func notModified_comesUnasked() async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "notModified", ["times": 1])
            let reply = try client.get("/v25.0/\(account)")
            #expect(reply.status == 304)
            #expect(reply.body.isEmpty)
            #expect(try client.get("/v25.0/\(account)").status == 200)
        }
    }

    // MARK: Lists

    @Test func lists_areEmptyHalfOrShort_soOften() async throws {
        try await withSimulator(.sample(numbers: 6)) { simulator, client throws in
            func count(_ target: String = "\(account)/phone_numbers") throws -> Int { try client.get("/v25.0/\(target)").data.count }
            try simulator.setFault(named: "emptyList", ["times": 2, "edge": "phone_numbers"])
            #expect(try client.get("/v25.0/\(account)/phone_numbers").text == #"{"data":[]}"#)
            #expect(try count("\(account)/message_templates") == 3)
            let ridden = try client.get("/v25.0/\(account)?fields=id,subscribed_apps,phone_numbers%7Bid%7D").json
            #expect(ridden["phone_numbers"]?["data"] == [])
            #expect(ridden["subscribed_apps"]?["data"]?.array?.count == 1)
            #expect(try count() == 6)
            try simulator.setFault(named: "halfList", ["times": 1])
            #expect(try count() == 3)
            try simulator.setFault(named: "shortList", ["times": 1, "lost": 2])
            #expect(try count() == 4)
            try simulator.setFault(named: "lacking", ["item": .string(phone), "times": 1])
            #expect(try count() == 5)
            try simulator.setFault(named: "doubled", ["times": 1])
            #expect(try count() == 12)
        }
    }

    @Test(arguments: [CursorStyle.item, .index, .version])
    func shiftingList_hidesOneBehindEachPage(_ style: CursorStyle) async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { platform in
                platform[behaviour: .messageTemplates].paging = .cursor(style)
                platform.accounts[account]?.messageTemplates = (0..<7).map { ["id": .string("7\($0)"), "name": "a"] }
            }
            let target = "/v25.0/\(account)/message_templates?fields=id&limit=100"
            try simulator.setFault(named: "shiftingList", ["edge": "message_templates", "page": 3])
            #expect(try client.walk(target).joined().compactMap { $0["id"]?.string } == ["70", "71", "72", "74", "75", "76"])
            simulator.clearFaults()
            try simulator.setFault(named: "shortPages", ["page": 3])
            #expect(try client.walk(target).map(\.count) == [3, 3, 1])
        }
    }

    @Test(arguments: [
        ("included", "included", 10), ("included", "excluded", 9), ("excluded", "included", 9), ("excluded", "excluded", 8),
    ])
    func windowEnds_ofFourKinds_areHeeded(_ since: String, _ until: String, _ count: Int) async throws {
        try await withSimulator(.sample(blockedUsers: 100)) { simulator, client throws in
            let oldest = 1_700_000_000
            try simulator.setFault(
                named: "windowEnds", ["since": .string(since), "until": .string(until), "edge": "block_users"])
            func walk(_ since: Int, _ until: Int) throws -> Int {
                try client.walk("/v25.0/\(phone)/block_users?limit=3&since=\(since)&until=\(until)").joined().count
            }
            #expect(try walk(oldest + 10, oldest + 19) == count)
            // The times are of whole seconds, so one second is a window that may hold nothing.
            #expect(try walk(oldest + 10, oldest + 10) == (count == 10 ? 1 : 0))
            // Every user is seen by windows that overlap, whatever the ends are.
            #expect(try walk(oldest - 1, oldest + 100) == 100)
            simulator.update { $0[behaviour: .blockedUsers].paging = .time }
            #expect(try walk(oldest + 10, oldest + 19) == count)
        }
    }

    // MARK: Forms

    @Test func forms_ofTheSame_areOther() async throws {
        try await withSimulator { simulator, client throws in
            let number = "/v25.0/\(phone)?fields=id,status,last_onboarded_time,country_dial_code,certificate,health_status"
            func reply(_ name: String, _ given: JSONObject = [:], _ target: String? = nil) throws -> JSONValue {
                simulator.clearFaults()
                try simulator.setFault(named: name, given)
                return try client.get(target ?? number).json
            }
            #expect(try reply("idsAsNumbers")["id"] == .integer(Int64(phone) ?? 0))
            #expect(try reply("textsAsNumbers", [:], "/v25.0/\(account)?fields=timezone_id")["timezone_id"]?.integer != nil)
            #expect(try reply("enumCase", ["case": "capital"])["status"] == "Connected")
            #expect(try reply("enumCase")["health_status"]?["can_send_message"] == "available")
            #expect(try reply("times")["last_onboarded_time"] == "2023-08-31T19:05:53Z")
            #expect(try reply("times", ["form": "unix"])["last_onboarded_time"] == 1_693_508_753)
            simulator.update { $0[phoneNumber: phone]?.document["certificate"] = .none }
            for (form, value) in [("null", JSONValue.null), ("object", [:]), ("array", [])] {
                #expect(try reply("nothings", ["form": .string(form)]).object?.contains("certificate") == true)
                #expect(try reply("nothings", ["form": .string(form)])["certificate"] == value)
            }
            let profile = "/v25.0/\(phone)/whatsapp_business_profile?fields=profile_picture_url"
            let picture = try reply("pictureHost", [:], profile)["data"]?.array?.first?["profile_picture_url"]?.string
            #expect(picture?.hasPrefix("https://media-gru1-2.cdn.whatsapp.net/v/t61.24694-24/\(phone).jpg?") == true)
        }
    }

    @Test func health_inOtherOrderAndWords_saysTheSame() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update {
                $0[phoneNumber: phone]?.document["health_status"] = [
                    "can_send_message": "BLOCKED",
                    "entities": [
                        ["entity_type": "WABA", "id": "1", "can_send_message": "LIMITED", "additional_info": ["a", "b"]],
                        [
                            "entity_type": "APP", "id": "2", "can_send_message": "BLOCKED",
                            "errors": [["error_code": 141_006, "error_description": "x", "possible_solution": "y"]],
                        ],
                    ],
                ]
            }
            func entities(_ name: String) throws -> [JSONValue] {
                simulator.clearFaults()
                try simulator.setFault(named: name)
                return try client.get("/v25.0/\(phone)?fields=health_status").json["health_status"]?["entities"]?.array ?? []
            }
            #expect(try entities("healthOrder").map { $0["id"] } == ["2", "1"])
            let reworded = try entities("healthWords")
            #expect(reworded[0]["additional_info"] == ["This was rephrased.", "This was rephrased."])
            #expect(reworded[1]["errors"]?.array?.first?["error_code"] == 141_006)
            #expect(reworded[1]["errors"]?.array?.first?["error_description"] == "This was rephrased.")
            simulator.clearFaults()
            try simulator.setFault(named: "numbersAsTexts", ["field": "error_code"])
            let texts = try client.get("/v25.0/\(phone)?fields=health_status").json["health_status"]?["entities"]?.array?.last
            #expect(texts?["errors"]?.array?.first?["error_code"] == "141006")
        }
    }

    @Test func blockedUsers_gainAndLoseAnId() async throws {
        try await withSimulator { simulator, client throws in
            func names(_ show: String) throws -> [Set<String>] {
                simulator.clearFaults()
                try simulator.setFault(named: "userIds", ["show": .string(show)])
                return try client.get("/v25.0/\(phone)/block_users").data.map { Set($0.object?.names.map { $0 } ?? []) }
            }
            #expect(try names("both").allSatisfy { $0.isSuperset(of: ["wa_id", "user_id"]) })
            #expect(try names("user_id").allSatisfy { $0.contains("user_id") && !$0.contains("wa_id") })
            #expect(try names("wa_id").allSatisfy { !$0.contains("user_id") })
        }
    }
}
