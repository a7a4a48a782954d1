import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ControlTests {
    @Test func control_fromOutside_changesStateFaultsAndTokens() async throws {
        let simulator = try await GraphSimulator.start(.sample(), controlled: true)
        let client = HTTPClient(simulator)
        let outside = HTTPClient(simulator, token: nil)
        let fault = try outside.send("POST", "/simulator/faults", json: ["kind": "error", "code": 2, "edge": "settings", "times": 1])
        #expect(fault.text == #"{"success":true}"#)
        #expect(try client.get("/v23.0/\(phone)/settings").code == 2)
        #expect(try client.get("/v23.0/\(phone)/settings").status == 200)
        // What `curl -d '{…}'` sends.
        _ = try outside.send("POST", "/simulator/faults", form: #"{"kind":"status","status":502}"#)
        #expect(try client.get("/v23.0/\(phone)").status == 502)
        _ = try outside.send("DELETE", "/simulator/faults")

        _ = try outside.send("POST", "/simulator/\(phone)", json: ["status": "BANNED", "quality_rating": .null])
        #expect(try client.get("/v23.0/\(phone)?fields=status,quality_rating").json == ["id": .string(phone), "status": "BANNED"])
        _ = try outside.send("POST", "/simulator/\(account)", json: ["name": "Changed"])
        #expect(try client.get("/v23.0/\(account)").json["name"] == "Changed")
        _ = try outside.send("POST", "/simulator/\(phone)/whatsapp_business_profile", json: ["about": "Changed"])
        #expect(try client.get("/v23.0/\(phone)/whatsapp_business_profile?fields=about").data[0]["about"] == "Changed")

        for wrong in ["/simulator/123", "/simulator/\(phone)/nope", "/simulator/"] {
            #expect(try outside.send("POST", wrong, json: [:]).status == 400)
        }
        #expect(try outside.send("POST", "/simulator/faults", json: ["kind": "nope"]).status == 400)
        #expect(try outside.send("POST", "/simulator/faults", json: ["kind": "stall", "edge": "nope"]).status == 400)
        #expect(try outside.send("POST", "/simulator/tokens", json: [Platform.sampleToken: "expired"]).status == 200)
        #expect(try client.get("/v23.0/\(phone)").subcode == 463)
        try await simulator.stop()
    }

    @Test func control_thatIsNotOpened_changesNothing() async throws {
        try await withSimulator { _, client throws in
            #expect(try client.send("POST", "/simulator/\(phone)", json: ["status": "BANNED"]).status == 400)
            #expect(try client.get("/v23.0/\(phone)?fields=status").json["status"] == "CONNECTED")
        }
    }
}
