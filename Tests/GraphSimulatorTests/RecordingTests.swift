import GraphSimulator
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RecordingTests {
    @Test func requests_areKeptWithoutTheirSecrets() async throws {
        try await withSimulator { simulator, client throws in
            let proof = String(repeating: "ab", count: 32)
            _ = try client.get("/v23.0/\(phone)/block_users?limit=2&appsecret_proof=\(proof)&access_token=canary", headers: ["X-Mine": "1"])
            _ = try HTTPClient(simulator, token: "canary").get("/v23.0/123")
            _ = try HTTPClient(simulator, token: nil).get("/v23.0/\(account)")
            let requests = simulator.requests
            #expect(requests.map(\.status) == [200, 401, 401])
            #expect(requests.map(\.token) == [.valid, .unknown, .absent])
            #expect(requests.map(\.edge) == [.blockedUsers, nil, .account])
            #expect(requests[0].path == "/v23.0/\(phone)/block_users")
            #expect(requests[0][parameter: "limit"] == "2")
            #expect(requests[0][parameter: "appsecret_proof"] == "present")
            #expect(requests[0][header: "authorization"] == "present")
            #expect(requests[0][header: "x-mine"] == "1")
            #expect(requests[0].account == account)
            let all = String(describing: requests)
            #expect(!all.contains("canary") && !all.contains(Platform.sampleToken) && !all.contains(proof))
        }
    }

    @Test func stream_givesRequestsAsTheyCome_andEndsWithTheSimulator() async throws {
        let simulator = try await GraphSimulator.start(.sample())
        let stream = simulator.requestStream()
        let client = HTTPClient(simulator)
        for _ in 0..<3 { _ = try client.get("/v23.0/\(account)") }
        try await simulator.stop()
        var numbers: [Int] = []
        for await request in stream { numbers.append(request.number) }
        #expect(numbers == [1, 2, 3])
    }

    @Test func requests_beyondWhatIsKept_dropTheOldest() async throws {
        let simulator = try await GraphSimulator.start(.sample(), keeping: 5)
        let client = HTTPClient(simulator)
        for _ in 0..<23 { _ = try client.get("/v23.0/\(account)") }
        #expect(simulator.requests.map(\.number) == [19, 20, 21, 22, 23])
        #expect(simulator.requestCount == 23)
        try await simulator.stop()
    }

    @Test func portThatIsTaken_isAnError() async throws {
        try await withSimulator { simulator, _ in
            _ = await #expect(throws: (any Error).self) { try await GraphSimulator.start(port: simulator.port) }
        }
    }
}
