import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BatchTests {
    private let second = Platform.samplePhoneNumberID(1)

    private func gets(_ targets: [String]) -> JSONValue {
        .array(targets.map { ["method": "GET", "relative_url": .string($0)] })
    }

    private var two: JSONValue { gets([phone, second].map { "\($0)/whatsapp_business_profile?fields=about" }) }

    private func body(_ item: JSONValue) throws -> JSONValue { try JSONValue(parsing: try #require(item["body"]?.string)) }

    @Test func batch_asJSONOrAsForm_answersEachInOrderAsText() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0[phoneNumber: second]?.profile["about"] = "Second" }
            let encoded = two.description.utf8.map { byte in "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
            let replies = [
                try client.send("POST", "/v25.0/", json: ["batch": two]),
                try client.send("POST", "/", json: ["batch": .string(two.description)]),
                try client.send("POST", "/v25.0/", form: "batch=\(encoded)"),
            ]
            for reply in replies {
                #expect(reply.status == 200)
                let items = try #require(reply.json.array)
                #expect(items.map { $0["code"] } == [200, 200])
                #expect(
                    try items.map { try body($0)["data"]?.array?.first?["about"] } == ["Succulents & café", "Second"])
                let headers = try #require(items[0]["headers"]?.array)
                #expect(headers.contains { $0["name"] == "facebook-api-version" })
                #expect(!headers.contains { $0["name"]?.string?.contains("usage") == true })
            }
            #expect(simulator.usage(of: account) == 6)
            let bare = try #require(try client.send("POST", "/v25.0/", json: ["batch": two, "include_headers": false]).json.array)
            #expect(bare.map { $0.object.map { Set($0.names) } } == [["code", "body"], ["code", "body"]])
        }
    }

    @Test func items_thatFail_failAlone_withTheEnvelopeAsText() async throws {
        try await withSimulator { simulator, client throws in
            simulator.setFault(.error(131_000), on: .edge(.settings))
            let reply = try client.send(
                "POST", "/v25.0/",
                json: ["batch": gets(["\(phone)?fields=id,status", "123", "\(phone)?fields=id,,x", "\(phone)/settings", ""])])
            let items = try #require(reply.json.array)
            #expect(items.map { $0["code"] } == [200, 400, 400, 400, 400])
            #expect(try items.dropFirst().prefix(3).map { try body($0)["error"]?["code"] } == [100, 2500, 131_000])
        }
    }

    @Test func item_thatWouldNotHaveCome_isNull() async throws {
        try await withSimulator { simulator, client throws in
            for fault in [Fault.stall, .reset, .stallInBody, .truncatedBody, .delay(.seconds(100))] {
                simulator.setFault(fault, on: .edge(.profile, of: phone), times: 1)
                let items = try #require(try client.send("POST", "/v25.0/", json: ["batch": two]).json.array)
                #expect(items.map(\.isNull) == [true, false], "\(fault)")
            }
            let items = try #require(try client.send("POST", "/v25.0/", json: ["batch": two]).json.array)
            #expect(items.map { $0["code"] } == [200, 200])
        }
    }

    @Test func batch_thatIsNone_isRefusedWhole() async throws {
        try await withSimulator { simulator, client throws in
            func status(_ batch: JSONValue) throws -> Int { try client.send("POST", "/v25.0/", json: ["batch": batch]).status }
            #expect(try status(gets(Array(repeating: phone, count: 50))) == 200)
            #expect(simulator.usage(of: account) == 50)
            #expect(try status(gets(Array(repeating: phone, count: 51))) == 400)
            for batch: JSONValue in [[], [:], "no JSON", 7, [7], [["method": "GET"]], gets(["?ids=\(phone)"])] {
                #expect(try status(batch) == 400)
            }
            #expect(try status([["method": "POST", "relative_url": "", "body": .string("batch=\(two)")]]) == 400)
            #expect(try client.send("POST", "/v25.0/").status == 400)
        }
    }

    @Test func items_countEach_andAreRefusedBeyondTheBudget() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update {
                $0.accounts[account]?.budget.callsPerHour = 2
                $0.batches.tellsUsage = true
            }
            let reply = try client.send("POST", "/v25.0/", json: ["batch": gets([phone, second, phone])])
            let items = try #require(reply.json.array)
            #expect(items.map { $0["code"] } == [200, 200, 429])
            let usage = try items.map { item in
                let header = item["headers"]?.array?.first { $0["name"] == "x-business-use-case-usage" }
                return try JSONValue(parsing: try #require(header?["value"]?.string))[account]?.array?.first?["call_count"]
            }
            #expect(usage == [50, 100, 150])
        }
    }

    @Test func batch_canBeTurnedRound_cutShort_orHoldOddBodies() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0[phoneNumber: second]?.profile["about"] = "Second" }
            func items(_ given: JSONObject) throws -> [JSONValue] {
                simulator.clearFaults()
                try simulator.setFault(named: "batch", given)
                return try #require(try client.send("POST", "/v25.0/", json: ["batch": two]).json.array)
            }
            #expect(try body(try items(["reversed": true])[0])["data"]?.array?.first?["about"] == "Second")
            #expect(try items(["lost": 1]).count == 1)
            #expect(try items(["lost": 50]).isEmpty)
            #expect(try items(["body": "object"])[0]["body"]?["data"]?.array?.count == 1)
            #expect(throws: JSONError.self) { try body(try items(["body": "broken"])[0]) }
            #expect(try items(["body": "missing"])[0].object?.contains("body") == false)
            #expect(try items(["usage": true])[0]["headers"]?.array?.contains { $0["name"] == "x-business-use-case-usage" } == true)
        }
    }
}
