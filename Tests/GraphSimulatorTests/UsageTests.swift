import GraphSimulator
import StrictJSON
import TestTools
import Testing

@Suite(.timeLimit(.minutes(1)))
struct UsageTests {
    private func usage(_ reply: Reply, _ owner: String = account) throws -> JSONValue {
        let value = try JSONValue(parsing: try #require(reply["x-business-use-case-usage"]))
        return try #require(value[owner]?.array?.last)
    }

    @Test func header_tellsPercentOfTheBudget() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0.accounts[account]?.budget.callsPerHour = 10 }
            let first = try usage(try client.get("/v23.0/\(account)"))
            #expect(first["call_count"] == 10)
            #expect(first["type"] == "whatsapp_business_management")
            #expect(first["estimated_time_to_regain_access"] == 0)
            #expect(try usage(try client.get("/v23.0/\(phone)/block_users"))["call_count"] == 20)
            #expect(try usage(try client.send("POST", "/v23.0/\(phone)/register"))["type"] == "whatsapp")
            #expect(simulator.usage(of: account) == 2)
            #expect(simulator.usage(of: account, .messaging) == 1)
        }
    }

    @Test(arguments: [80_007, 80_008])
    func budget_usedUp_throttlesUntilTheHourHasRolled(_ code: Int) async throws {
        let clock = FakeClock()
        try await withSimulator(.sample(accounts: 2), clock: clock) { simulator, client throws in
            simulator.update { $0.accounts[account]?.budget = SimulatedBudget(callsPerHour: 3, code: code) }
            for _ in 0..<3 {
                #expect(try client.get("/v23.0/\(account)").status == 200)
                clock.advance(by: .seconds(600))
            }
            let refused = try client.get("/v23.0/\(phone)")
            #expect(refused.status == 429)
            #expect(refused.code == Int64(code))
            #expect(refused.json["error"]?["is_transient"] == true)
            let told = try usage(refused)
            #expect(told["call_count"] == 134)
            // Four calls, three fit: the call of 20 minutes ago must leave, which is in 40 minutes.
            #expect(told["estimated_time_to_regain_access"] == 40)
            #expect(try client.get("/v23.0/\(Platform.sampleAccountID(1))").status == 200)
            // Each refused call counts, so the block grew; at the told time there is room for one.
            clock.advance(by: .seconds(40 * 60))
            #expect(try client.get("/v23.0/\(account)").status == 200)
            #expect(try client.get("/v23.0/\(account)").status == 429)
            simulator.forgetUsage()
            #expect(try client.get("/v23.0/\(account)").status == 200)
        }
    }

    @Test func callsToNoObject_countForTheApp() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0.app.budget = SimulatedBudget(callsPerHour: 2, code: 4) }
            let reply = try client.get("/v23.0/506914307656634/owned_whatsapp_business_accounts")
            #expect(try JSONValue(parsing: try #require(reply["x-app-usage"]))["call_count"] == 50)
            #expect(reply["x-business-use-case-usage"] == nil)
            _ = try client.get("/v23.0/506914307656634/owned_whatsapp_business_accounts")
            #expect(try client.get("/v23.0/506914307656634/owned_whatsapp_business_accounts").code == 4)
        }
    }

    @Test func header_canBeMissingMalformedDoubledOrFixed() async throws {
        try await withSimulator { simulator, client throws in
            func header(_ header: UsageHeader) throws -> String? {
                simulator.update { $0.accounts[account]?.budget.header = header }
                return try client.get("/v23.0/\(account)")["x-business-use-case-usage"]
            }
            #expect(try header(.missing) == nil)
            #expect(throws: JSONError.self) { try JSONValue(parsing: try header(.malformed) ?? "") }
            #expect(try JSONValue(parsing: try header(.duplicated) ?? "")[account]?.array?.count == 2)
            let fixed = try JSONValue(parsing: try header(.fixed(percent: 97, minutes: 12)) ?? "")[account]?.array?.first
            #expect(fixed?["call_count"] == 97)
            #expect(fixed?["estimated_time_to_regain_access"] == 12)
        }
    }

    @Test func severalIdsAndBatches_countByWhatIsInThem() async throws {
        try await withSimulator { simulator, client throws in
            let second = Platform.samplePhoneNumberID(1)
            let several = try client.get("/v23.0/?ids=\(phone),\(second)&fields=id,status")
            #expect(several.json[phone] == ["id": .string(phone), "status": "CONNECTED"])
            #expect(several.json[second]?["id"] == .string(second))
            #expect(simulator.usage(of: account) == 2)
            #expect(try client.get("/v23.0/?ids=\(phone),123").status == 400)

            let parts: JSONValue = [
                ["method": "GET", "relative_url": .string("\(phone)/whatsapp_business_profile?fields=about")],
                ["method": "GET", "relative_url": "123"],
            ]
            simulator.forgetUsage()
            let batch = try client.send("POST", "/v23.0/", json: ["batch": parts])
            let answers = try #require(batch.json.array)
            #expect(answers.map { $0["code"] } == [200, 400])
            let body = try JSONValue(parsing: try #require(answers[0]["body"]?.string))
            #expect(body["data"]?.array?.first?["about"]?.string != nil)
            #expect(answers[0]["headers"]?.array?.contains { $0["name"] == "etag" } == true)
            #expect(simulator.usage(of: account) == 1)
        }
    }
}
