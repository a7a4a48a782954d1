import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
    @Test func fault_strikesItsEdgeSoManyTimes() async throws {
        try await withSimulator { simulator, client throws in
            simulator.setFault(.error(131_000, message: "Something went wrong", http: 500), on: .edge(.settings, of: phone), times: 2)
            let other = Platform.samplePhoneNumberID(1)
            #expect(try client.get("/v23.0/\(other)/settings").status == 200)
            #expect(try client.get("/v23.0/\(phone)/block_users").status == 200)
            #expect(try client.get("/v23.0/\(phone)/settings").code == 131_000)
            #expect(try client.get("/v23.0/\(phone)/settings").status == 500)
            #expect(try client.get("/v23.0/\(phone)/settings").status == 200)
            simulator.setFault(.status(502))
            #expect(try client.get("/v23.0/\(account)").text.contains("<html>"))
            #expect(try client.get("/v23.0/\(account)").status == 502)
            simulator.clearFaults()
            #expect(try client.get("/v23.0/\(account)").status == 200)
        }
    }

    @Test func bodies_areCutGarbledEmptyOrTooLarge() async throws {
        try await withSimulator { simulator, client throws in
            func reply(_ fault: Fault) throws -> Reply {
                simulator.setFault(fault, times: 1)
                return try client.get("/v23.0/\(account)")
            }
            let whole = try client.get("/v23.0/\(account)").body
            let cut = try reply(.truncatedBody)
            #expect(cut.isCut)
            #expect(cut.body.count == whole.count / 2)
            let half = try reply(.halfBody)
            #expect(!half.isCut)
            #expect(half.body == Array(whole.prefix(whole.count / 2)))
            #expect(throws: JSONError.self) { try JSONValue(parsing: try reply(.garbledBody).body) }
            #expect(try reply(.emptyBody).body.isEmpty)
            #expect(try reply(.oversizedBody(bytes: 3_000_000)).body.count > 2_999_000)
            #expect(try reply(.body("[]")).text == "[]")
            let redirected = try reply(.redirect(to: "https://elsewhere.example/"))
            #expect(redirected.status == 302)
            #expect(redirected["location"] == "https://elsewhere.example/")
            #expect(try client.get("/v23.0/\(account)").body == whole)
        }
    }

    @Test func connection_isResetOrStalled() async throws {
        try await withSimulator { simulator, client throws in
            simulator.setFault(.reset, times: 1)
            #expect(throws: NoReply.reset) { try client.get("/v23.0/\(account)") }
            simulator.setFault(.stall, times: 1)
            #expect(throws: NoReply.timeout) { try client.get("/v23.0/\(account)", waiting: 1) }
            simulator.setFault(.stallInBody, times: 1)
            #expect(try client.get("/v23.0/\(account)", waiting: 1).isCut)
            #expect(simulator.requests.map(\.status) == [nil, nil, 200])
        }
    }

    @Test func delayAndLatency_holdTheAnswerBack() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { $0.latency = .milliseconds(40) }
            simulator.setFault(.delay(.milliseconds(60)), times: 1)
            let clock = ContinuousClock()
            #expect(try clock.measure { _ = try client.get("/v23.0/\(account)") } >= .milliseconds(100))
            #expect(try clock.measure { _ = try client.get("/v23.0/\(account)") } >= .milliseconds(40))
        }
    }
}
