import GraphSimulator
import StrictJSON
import Testing
import WhatsAppBusiness

/// Each fault, set by its name, gives over HTTP what it says.
@Suite(.timeLimit(.minutes(1)))
struct NamedFaultTests {
    private let second = Platform.samplePhoneNumberID(1)
    private let fields = "id,status,throughput,webhook_configuration,is_pin_enabled,health_status,last_onboarded_time"

    private func numbers(_ client: HTTPClient, _ more: String = "") throws -> [JSONValue] {
        try client.get("/v25.0/\(account)/phone_numbers?fields=\(fields)\(more)").data
    }

    @Test func everyFault_isListed_andStrikesOnceOverHTTP() async throws {
        #expect(Set(NamedFault.all.map(\.name)).count == NamedFault.all.count)
        let needed: JSONObject = ["field": "status", "text": "{}", "item": .string(phone)]
        for fault in NamedFault.all {
            #expect(NamedFault.list.contains("\(fault.name)\n  \(fault.summary)\n"))
            try await withSimulator { simulator, client throws in
                var given: JSONObject = ["times": 1]
                for parameter in fault.parameters where parameter.isRequired { given[parameter.name] = needed[parameter.name] }
                try simulator.setFault(named: fault.name, given)
                guard !["reset", "stall", "stallInBody", "oversizedBody"].contains(fault.name) else { return }
                let reply = try client.get("/v25.0/\(account)?fields=id,name,status,subscribed_apps")
                #expect((200...599).contains(reply.status), "\(fault.name)")
                #expect(try client.get("/v25.0/\(account)?fields=id,name").status == 200, "\(fault.name)")
            }
        }
    }

    @Test(
        arguments: [
            ("nope", [:]), ("oddMember", [:]), ("oddMember", ["field": "a", "nope": 1]), ("status", ["status": 99]),
            ("stall", ["times": 0]),
            ("times", ["form": "nope"]), ("emptyList", ["edge": "nope"]),
        ] as [(String, JSONObject)])
    func fault_thatIsNone_isRefusedWithASentence(_ name: String, _ given: JSONObject) async throws {
        _ = try await withSimulator { simulator, _ throws in
            #expect(throws: SimulatedError.self) { try simulator.setFault(named: name, given) }
        }
    }

    @Test func text_ofTheCommandLine_isReadWithCommasInValues() throws {
        let (name, given) = try NamedFault.parse(#"oddMember:field=throughput,value={"level":"HIGH","x":[1,2]},edge=phone_numbers,id=007"#)
        #expect(name == "oddMember")
        #expect(given == ["field": "throughput", "value": ["level": "HIGH", "x": [1, 2]], "edge": "phone_numbers", "id": "007"])
        #expect(try NamedFault.parse("stall").name == "stall")
        #expect(throws: SimulatedError.self) { try NamedFault.parse("stall:x") }
    }

    @Test func control_setsFaultsByName_andTellsWhichThereAre() async throws {
        let simulator = try await GraphSimulator.start(.sample(), controlled: true)
        let (client, outside) = (HTTPClient(simulator), HTTPClient(simulator, token: nil))
        let set = try outside.send(
            "POST", "/simulator/faults",
            json: ["kind": "oddMember", "edge": "phone_numbers", "field": "throughput", "value": "STANDARD", "times": 1])
        #expect(set.status == 200)
        #expect(try numbers(client).allSatisfy { $0["throughput"] == "STANDARD" })
        #expect(try numbers(client).allSatisfy { $0["throughput"] == ["level": "STANDARD"] })
        let wrong = try outside.send("POST", "/simulator/faults", json: ["kind": "nope"])
        #expect(wrong.status == 400)
        #expect(wrong.text.contains("shiftingList"))
        #expect(try outside.send("POST", "/simulator/faults", json: ["kind": "oddMember"]).text.contains("needs field"))
        try await simulator.stop()
    }

    // MARK: Usage

    @Test func usage_ofAnotherTypeOrKey_standsBesideOurs() async throws {
        try await withSimulator { simulator, client throws in
            func usage(_ name: String, _ given: JSONObject) throws -> JSONValue {
                simulator.clearFaults()
                try simulator.setFault(named: name, given)
                return try JSONValue(parsing: try #require(try client.get("/v25.0/\(account)")["x-business-use-case-usage"]))
            }
            let typed = try #require(try usage("foreignUsageType", ["own": 1])[account]?.array)
            #expect(typed.map { $0["type"] } == ["whatsapp_business_management", "whatsapp"])
            #expect(typed.map { $0["call_count"] } == [1, 95])
            let ads = try #require(
                try usage("foreignUsageType", ["type": "ads_management", "percent": 100, "minutes": 1440, "first": true])[account]?.array)
            #expect(ads.map { $0["estimated_time_to_regain_access"] } == [1440, 0])
            let keyed = try usage("foreignUsageKey", ["key": "555"])
            #expect(keyed["555"]?.array?.first?["call_count"] == 100)
            #expect(keyed[account]?.array?.count == 1)
            #expect(try usage("foreignUsageOnly", [:])[account] == nil)
            try simulator.setFault(named: "appUsage", ["percent": 97])
            let both = try client.get("/v25.0/\(account)")
            #expect(both["x-app-usage"]?.contains("97") == true)
            #expect(both["x-business-use-case-usage"] != nil)
        }
    }

    // MARK: Members

    @Test(
        arguments: [
            ("webhook_configuration", []), ("throughput", "STANDARD"), ("is_pin_enabled", "true"), ("health_status", .null),
            ("health_status.entities", ["a"]), ("webhook_configuration.application", 7),
        ] as [(String, JSONValue)])
    func oddMember_ofOneThing_leavesTheOthers(_ field: String, _ value: JSONValue) async throws {
        try await withSimulator { simulator, client throws in
            let before = try numbers(client)
            try simulator.setFault(
                named: "oddMember", ["edge": "phone_numbers", "field": .string(field), "value": value, "item": .string(phone)])
            let after = try numbers(client)
            let path = field.split(separator: ".").map(String.init)
            let odd = after.first { $0["id"] == .string(phone) }
            #expect(path.reduce(odd) { $0?[$1] } == value)
            #expect(after.first { $0["id"] == .string(second) } == before.first { $0["id"] == .string(second) })
            // The same where the list rides on the account.
            let ridden = try client.get("/v25.0/\(account)?fields=id,phone_numbers%7B\(fields)%7D").json["phone_numbers"]?["data"]?.array
            #expect(ridden == after)
        }
    }

    @Test func oddType_changesEachMemberButIds() async throws {
        try await withSimulator { simulator, client throws in
            let before = try numbers(client)
            try simulator.setFault(named: "oddType", ["edge": "phone_numbers"])
            let after = try numbers(client)
            for (old, new) in zip(before, after) {
                #expect(old["id"] == new["id"])
                for name in old.object?.names.filter({ $0 != "id" }) ?? [] {
                    #expect(try #require(old[name]).typeName != (try #require(new[name]).typeName), "\(name)")
                }
            }
        }
    }

    @Test func missingMember_nestedToo_isGoneAlwaysOrEveryOtherTime() async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "missingMember", ["field": "webhook_configuration.application"])
            #expect(try numbers(client).allSatisfy { $0["webhook_configuration"] == [:] })
            simulator.clearFaults()
            try simulator.setFault(named: "missingMember", ["field": "throughput", "every": 2, "skip": 1])
            let shown = try (0..<5).map { _ in try numbers(client)[0].object?.contains("throughput") == true }
            #expect(shown == [true, false, true, false, true])
        }
    }

    @Test(arguments: [("high", #"\ud83c"#), ("low", #"\udf31"#)])
    func halfSurrogate_standsInTheText(_ half: String, _ written: String) async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "halfSurrogate", ["field": "verified_name", "half": .string(half), "item": .string(second)])
            let reply = try client.get("/v25.0/\(account)/phone_numbers?fields=id,verified_name")
            #expect(reply.text.split(separator: written, omittingEmptySubsequences: false).count == 2)
            #expect(throws: JSONError.self) { try JSONValue(parsing: reply.body) }
        }
    }

    @Test(arguments: [
        ("nul", #"\u0000"#), ("bidi", #"\u202e\u2066"#), ("c1", #"\u009b"#), ("noncharacter", #"\uffff\ufdd0"#), ("joiner", #"<\u200d"#),
    ])
    func oddText_standsInTheMiddle(_ text: String, _ written: String) async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "oddText", ["field": "display_phone_number", "text": .string(text)])
            let reply = try client.get("/v25.0/\(phone)?fields=display_phone_number")
            #expect(reply.text.contains(written), "\(reply.text)")
        }
    }

    // MARK: Things

    @Test func things_withoutIdOrUnreadable_standInBothPlaces() async throws {
        try await withSimulator { simulator, client throws in
            try simulator.setFault(named: "withoutId", ["item": .string(second)])
            #expect(try numbers(client).map { $0["id"] != nil } == [true, false])
            simulator.clearFaults()
            for form in ["missing", "null", "text", "list", "empty", "number"] {
                try simulator.setFault(named: "unreadableApp", ["form": .string(form)])
                let listed = try client.get("/v25.0/\(account)/subscribed_apps").data
                let ridden = try client.get("/v25.0/\(account)?fields=id,name,subscribed_apps").json
                #expect(listed.allSatisfy { $0["whatsapp_business_api_data"]?["id"] == nil } && listed.count == 1, "\(form)")
                #expect(ridden["subscribed_apps"]?["data"]?.array == listed)
                #expect(ridden["name"] != nil)
                simulator.clearFaults()
            }
        }
    }

    @Test func thing_thatIsAnother_wrappedOrEmpty_isShown() async throws {
        try await withSimulator { simulator, client throws in
            func reply(_ name: String, _ target: String) throws -> JSONValue {
                simulator.clearFaults()
                try simulator.setFault(named: name)
                return try client.get("/v25.0/\(target)").json
            }
            #expect(try reply("wrongThing", "\(account)?fields=id,name")["id"] == "90210")
            #expect(try reply("wrongThing", "\(account)/phone_numbers?fields=id")["data"]?.array?.first?["id"] == .string(phone))
            let wrapped = try reply("wrappedThing", "\(phone)/whatsapp_business_profile?fields=about")["data"]?.array?.first
            #expect(wrapped?["business_profile"]?["about"] == "Succulents & café")
            #expect(wrapped?["id"] == "90210")
            #expect(try reply("showsNothing", "\(account)?fields=id,name") == ["id": .string(account)])
            let error = try reply("nodeType", "\(account)?fields=id,name,status")["error"]
            #expect(error?["message"] == "(#100) Tried accessing nonexisting field (status) on node type (Business)")
        }
    }

    @Test func portfolio_askedForAsAnAccount_isOneOfTypeBusiness() async throws {
        try await withSimulator { simulator, client throws in
            let portfolio = "506914307656634"
            #expect(try client.get("/v25.0/\(portfolio)?fields=id,name").json["id"] == .string(portfolio))
            for target in ["\(portfolio)?fields=id,status", "\(portfolio)/phone_numbers?fields=id"] {
                let reply = try client.get("/v25.0/\(target)")
                #expect(reply.code == 100)
                #expect(reply.json["error"]?["message"]?.string?.hasSuffix("on node type (Business)") == true)
            }
        }
    }
}
