import GraphAPI
import GraphSimulator
import StrictJSON
import Testing
import WhatsAppBusiness

/// Several reads in one request: each has an answer of its own, and what came of one says nothing of another.
@Suite(.timeLimit(.minutes(1)))
struct BatchTests {
    private let account = Platform.sampleAccountID()
    private let numbers = (0..<3).map { Platform.samplePhoneNumberID($0) }

    private func profiles() throws -> BatchRequest {
        try #require(BatchRequest(numbers.map { GraphRequest(.businessProfile, id: $0, account: account) }))
    }

    /// What a client makes of one answer to a batch of two nodes.
    private func answers(_ body: String, status: Int = 200) async throws -> [Result<Answer, GraphFailure>] {
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: try AccessToken("EAAGsecrettoken"),
            transport: BatchHand(response: HTTPResponse(status: status, body: Array(body.utf8))))
        return try await client.fetch(
            try #require(BatchRequest([GraphRequest(.account, id: "1", account: "1"), GraphRequest(.account, id: "2", account: "1")])))
    }

    private func item(_ body: String, code: Int = 200) -> String {
        "{\"code\":\(code),\"headers\":[],\"body\":\(JSONValue.string(body))}"
    }

    // MARK: What is sent

    @Test func batch_ofNoneOrTooManyOrWrites_isNone() {
        let read = GraphRequest(.account, id: "1")
        var write = read
        write.method = .post
        #expect(BatchRequest([]) == nil)
        #expect(BatchRequest(Array(repeating: read, count: 50)) != nil)
        #expect(BatchRequest(Array(repeating: read, count: 51)) == nil)
        #expect(BatchRequest([read, write]) == nil)
    }

    @Test func batch_againstTheSimulator_isAnsweredInOrder_withEachsUsage() async throws {
        try await withBatchSimulator { simulator, client in
            simulator.update {
                $0.batches.tellsUsage = true
                $0.accounts[account]?.budget.callsPerHour = 100
            }
            for (index, number) in numbers.enumerated() {
                simulator.update { $0[phoneNumber: number]?.profile["about"] = "Number \(index)" }
            }
            let answers = try await client.fetch(try profiles()).map { try $0.get() }
            #expect(answers.map { $0.body["data"]?.array?.first?["about"] } == ["Number 0", "Number 1", "Number 2"])
            #expect(answers.map { $0.usage?.percent } == [1, 2, 3])
            #expect(simulator.requestCount == 1)
            // What is known is not parsed again, whichever of them it is.
            simulator.update { $0[phoneNumber: numbers[1]]?.profile["about"] = "New" }
            let again = try await client.fetch(try profiles(), digests: answers.map(\.digest)).map { try $0.get() }
            #expect(again.map(\.notModified) == [true, false, true])
            #expect(again[1].body["data"]?.array?.first?["about"] == "New")
        }
    }

    @Test func usage_thatNoItemTells_isNotKnown() async throws {
        try await withBatchSimulator { _, client in
            let answers = try await client.fetch(try profiles()).map { try $0.get() }
            #expect(answers.map { $0.usage == nil } == [true, true, true])
        }
    }

    @Test func item_thatFails_failsAlone_withItsOwnError() async throws {
        try await withBatchSimulator { simulator, client in
            simulator.setFault(.stall, on: .edge(.profile, of: numbers[0]))
            simulator.setFault(.error(131_000), on: .edge(.profile, of: numbers[2]))
            let answers = try await client.fetch(try profiles())
            guard case .failure(let late) = answers[0], case .success = answers[1], case .failure(let refused) = answers[2] else {
                Issue.record("\(answers)")
                return
            }
            guard case .unreachable(let error) = late.code else {
                Issue.record("\(late)")
                return
            }
            #expect(error.code == .timeout)
            #expect(refused.code == .transient && refused.graph?.code == 131_000)
        }
    }

    @Test func proof_standsBesideTheBatch() async throws {
        try await withBatchSimulator(secret: "shh") { simulator, client in
            let answers = try await client.fetch(try profiles()).map { try $0.get() }
            #expect(answers.map(\.status) == [200, 200, 200])
            #expect(simulator.requests.first?[parameter: "appsecret_proof"] == "present")
        }
    }

    // MARK: What comes

    @Test(
        arguments: [
            "", "null", "{}", "7", "[", "[]", "[null]", "[null,null,null]", #"{"data":[]}"#, #"[{"code":200,"code":200,"body":"{}"},null]"#,
        ])
    func answer_thatIsNotOneItemARequest_isNoneAtAll(_ body: String) async throws {
        let failure = await #expect(throws: GraphFailure.self) { try await answers(body) }
        guard case .invalidAnswer = failure?.code else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(
        arguments: [
            "7", "[]", "{}", #"{"code":200}"#, #"{"code":200,"body":7}"#, #"{"code":200,"body":{"id":"1"}}"#,
            #"{"code":"200","body":"{}"}"#,
            #"{"code":99999,"body":"{}"}"#, #"{"code":200,"body":"no JSON"}"#, #"{"code":200,"body":""}"#, #"{"code":200,"body":"[]"}"#,
            #"{"code":200,"body":"{\"id\":\"1\",\"id\":\"1\"}"}"#, #"{"code":200,"body":null}"#, #"{"code":304,"body":""}"#,
        ])
    func item_thatIsNoAnswer_failsAlone(_ odd: String) async throws {
        let answers = try await answers("[\(odd),\(item(#"{"id":"2","name":"a"}"#))]")
        #expect(throws: GraphFailure.self) { try answers[0].get() }
        #expect(try answers[1].get().body["name"] == "a")
    }

    @Test func items_inAnotherOrder_areSeenWhereTheyTellTheirId() async throws {
        let answers = try await answers("[\(item(#"{"id":"2"}"#)),\(item(#"{"id":"1"}"#))]")
        for answer in answers { #expect(throws: GraphFailure.self) { try answer.get() } }
    }

    @Test func error_ofTheWhole_isTheUsualEnvelope() async throws {
        let refused = await #expect(throws: GraphFailure.self) {
            try await answers(#"{"error":{"message":"x","type":"OAuthException","code":190}}"#, status: 401)
        }
        #expect(refused?.code == .unauthorized)
        let bare = await #expect(throws: GraphFailure.self) { try await answers("[null,null]", status: 503) }
        #expect(bare?.code == .transient)
    }

    @Test func token_insideAnItem_isTakenOut() async throws {
        let body = #"{"id":"1","next":"https:\/\/graph.example\/?access_token=EAAGsecrettoken"}"#
        let answers = try await answers("[\(item(body)),null]")
        let shown = try answers[0].get().body.description
        #expect(shown.contains("id") && !shown.contains("EAAGsecrettoken"))
        #expect(throws: GraphFailure.self) { try answers[1].get() }
    }

    @Test func headers_withoutEnd_areBounded() async throws {
        let headers = Array(repeating: #"{"name":"a","value":"b"}"#, count: 1000).joined(separator: ",")
        let usage =
            #"{"name":"X-Business-Use-Case-Usage","value":"{\"1\":[{\"type\":\"whatsapp_business_management\",\"call_count\":7}]}"}"#
        func answer(_ headers: String) async throws -> Answer {
            let item = "{\"code\":200,\"headers\":[7,{},\(headers)],\"body\":\"{\\\"id\\\":\\\"1\\\"}\"}"
            return try await answers("[\(item),null]")[0].get()
        }
        #expect(try await answer("\(usage),\(headers)").usage?.percent == 7)
        #expect(try await answer("\(headers),\(usage)").usage == nil)
    }
}

/// Gives the same answer to everything.
private struct BatchHand: Transport {
    let response: HTTPResponse

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { response }
}

private func withBatchSimulator(
    secret: String? = nil, _ body: (GraphSimulator, GraphClient) async throws -> Void
) async throws {
    var platform = Platform.sample(numbers: 3)
    platform.app.secret = secret
    platform.app.requiresProof = secret != nil
    let simulator = try await GraphSimulator.start(platform)
    let result: Result<Void, any Error>
    do {
        let transport = try CurlTransport()
        defer { transport.close() }
        let client = GraphClient(
            endpoint: try Endpoint(baseURL: simulator.baseURL, version: "v25.0"), token: try AccessToken(Platform.sampleToken),
            appSecret: try secret.map { secret throws in try AppSecret(secret) }, transport: transport)
        result = .success(try await body(simulator, client))
    } catch { result = .failure(error) }
    try await simulator.stop()
    try result.get()
}
