import GraphAPI
import StrictJSON
import Testing
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1))) struct GraphClientTests {
    static let token = "EAAG|secret/token+x"

    @Test func request_carriesTokenProofAndFields() async throws {
        try await withServer { _ in
            .http(200, #"{"data":[]}"#)
        } body: { server, transport in
            _ = try await client(server, transport, appSecret: "shh").fetch(
                GraphRequest(.phoneNumbers, id: "1/2", fields: ["id", "a{b}"], position: .after("c=&")))
            let head = try #require(server.requests.first)
            #expect(head.hasPrefix("GET /v25.0/1%2F2/phone_numbers?fields=id%2Ca%7Bb%7D&limit=100&after=c%3D%26&appsecret_proof="))
            // printf 'EAAG|secret/token+x' | openssl dgst -sha256 -hmac shh
            #expect(head.contains("&appsecret_proof=\(Self.proof) HTTP"))
            #expect(head.contains("Authorization: Bearer \(Self.token)\r\n"))
        }
    }

    @Test func answer_tellsUsageAndVersion_andIsKnownAgain_withoutBeingAskedForConditionally() async throws {
        try await withServer { _ in
            .http(
                200, #"{"data":[{"about":"x"}]}"#,
                headers: [
                    "ETag: \"t\"", "facebook-api-version: v24.0", "x-ad-api-version-warning: The call has been auto-upgraded",
                    #"x-app-usage: {"call_count":7,"total_cputime":9}"#,
                    #"x-business-use-case-usage: {"1":[{"type":"whatsapp_business_management","call_count":12,"estimated_time_to_regain_access":3},{"type":"whatsapp_business_management","total_time":5}]}"#,
                ])
        } body: { server, transport in
            let answer = try await client(server, transport).fetch(GraphRequest(.businessProfile, id: "1"))
            #expect(answer.apiVersion == "v24.0")
            #expect(answer.versionWarning == "The call has been auto-upgraded")
            #expect(answer.usage?.percent == 12)
            #expect(answer.usage?.minutesToRegain == 3)
            #expect(answer.usage?.buckets.count == 2)
            #expect(try Page(answer).items == [["about": "x"]])
            let again = try await client(server, transport).fetch(GraphRequest(.businessProfile, id: "1"), digest: answer.digest)
            #expect(again.notModified)
            #expect(again.body.isNull)
            #expect(server.requests.count == 2)
            #expect(server.requests.allSatisfy { !$0.lowercased().contains("\r\nif-") }, "no request is conditional")
        }
    }

    /// Meta took conditional requests away; whatever says that nothing changed says it of nothing.
    @Test(arguments: ["", "{}", #"{"data":[]}"#]) func status304_isNoAnswer(body: String) async throws {
        let response = HTTPResponse(status: 304, headers: [("etag", "\"t\"")], body: Array(body.utf8))
        let client = try OneAnswer(response: response).client()
        let digest = Digest(of: Array(body.utf8))
        for edge in [Edge.account, .phoneNumbers, .businessProfile, .blockedUsers] {
            for known in [nil, digest] {
                let failures = [
                    await #expect(throws: GraphFailure.self) { try await client.fetch(GraphRequest(edge, id: "1"), digest: known) },
                    await #expect(throws: GraphFailure.self) { try await client.fetchKeys(GraphRequest(edge, id: "1"), digest: known) },
                ]
                #expect(failures.allSatisfy { $0?.code == .invalidAnswer("unchanged, it says, which was not asked for") })
            }
        }
    }

    @Test(arguments: [
        (400, #"{"error":{"message":"m","code":190,"error_subcode":463}}"#, GraphFailure.Code.unauthorized),
        (400, #"{"error":{"message":"m","code":100,"error_subcode":33}}"#, .notFound),
        (
            400, #"{"error":{"code":100,"message":"(#100) Tried accessing nonexisting field (status) on node type (X)"}}"#,
            .invalidField("status")
        ),
        (400, #"{"error":{"code":100,"message":"(#100) Tried accessing nonexisting field (unasked) on node type (X)"}}"#, .invalidRequest),
        (400, #"{"error":{"code":100,"message":"(#100) Tried accessing nonexisting field (w t) on node type (X)"}}"#, .invalidRequest),
        (400, #"{"error":{"code":80008}}"#, .throttled(regainAfter: .seconds(240))),
        (403, #"{"error":{"code":200}}"#, .forbidden), (403, #"{"error":{"code":10}}"#, .forbidden),
        (400, #"{"error":{"code":139102}}"#, .paging(restart: true)), (500, #"{"error":{"code":131059}}"#, .paging(restart: true)),
        (400, #"{"error":{"code":131031}}"#, .policy), (500, #"{"error":{"code":1}}"#, .transient),
        (400, #"{"error":{"code":99999,"is_transient":true}}"#, .transient), (503, #"{"error":{"code":99999}}"#, .transient),
        // What passes by itself says nothing of the token, the permission or the thing; a budget and a walk are what they are.
        (401, #"{"error":{"code":190,"is_transient":true}}"#, .transient), (400, #"{"error":{"code":0,"is_transient":true}}"#, .transient),
        (403, #"{"error":{"code":10,"is_transient":true}}"#, .transient),
        (400, #"{"error":{"code":100,"error_subcode":33,"is_transient":true}}"#, .transient),
        (400, #"{"error":{"code":368,"is_transient":true}}"#, .transient), (401, #"{"error":{"code":0}}"#, .unauthorized),
        (400, #"{"error":{"code":80007,"is_transient":true}}"#, .throttled(regainAfter: .seconds(240))),
        (400, #"{"error":{"code":1,"error_subcode":2446079,"is_transient":true}}"#, .throttled(regainAfter: .seconds(240))),
        (400, #"{"error":{"code":139102,"is_transient":true}}"#, .paging(restart: true)),
        (400, #"{"error":{"code":131009}}"#, .invalidRequest), (200, #"{"error":{"code":2}}"#, .transient),
        (500, "<html>", .transient), (502, "", .transient), (429, "", .throttled(regainAfter: .seconds(240))),
        (404, "<html>", .invalidAnswer("invalid JSON, at byte 0")),
        (400, #"{"error":"text"}"#, .invalidAnswer("an error without a code")),
        (200, "[]", .invalidAnswer("the body is an array")), (200, "", .invalidAnswer("the text ends too early, at byte 0")),
        (200, #"{"a":1,"a":2}"#, .invalidAnswer("duplicate member, at byte 0")),
    ])
    func failure_hasItsClass(status: Int, body: String, code: GraphFailure.Code) async throws {
        try await withServer { _ in
            .http(status, body, headers: [#"x-app-usage: {"call_count":100,"estimated_time_to_regain_access":4}"#])
        } body: { server, transport in
            let failure = await #expect(throws: GraphFailure.self) {
                try await client(server, transport).fetch(GraphRequest(.phoneNumbers, id: "1"))
            }
            #expect(failure?.code == code)
            #expect(failure?.usage?.percent == 100)
        }
    }

    /// Text and numbers say it too, as they say the code.
    @Test(arguments: [
        ("true", true), (#""true""#, true), (#""True""#, true), (#""TRUE""#, true), ("1", true), (#""1""#, true), ("false", false),
        (#""false""#, false), ("0", false), (#""0""#, false), ("2", false), ("-1", false), ("null", false), ("\"\"", false),
        (#""yes""#, false), ("[true]", false), (#"{"true":1}"#, false),
    ]) func trouble_thatPasses_inWhateverForm_isNoRefusal(flag: String, passes: Bool) async throws {
        for (code, refusal) in [("190", GraphFailure.Code.unauthorized), (#""190""#, .unauthorized), ("10", .forbidden)] {
            let body = #"{"error":{"code":\#(code),"is_transient":\#(flag)}}"#
            let response = HTTPResponse(status: 400, headers: [], body: Array(body.utf8))
            let failure = await #expect(throws: GraphFailure.self) {
                try await OneAnswer(response: response).client().fetch(GraphRequest(.account, id: "1"))
            }
            #expect(failure?.code == (passes ? .transient : refusal), "\(body)")
        }
    }

    /// Meta may send an account away for a week; what says 429 without Meta's envelope may be any proxy, and may for a quarter of an hour.
    @Test(
        arguments: [
            ("1", 1, 1), ("60", 60, 60), ("900", 900, 900), ("901", 901, 900), ("86400", 86_400, 900), ("604800", 604_800, 900),
            // What is no number of seconds within a week says nothing.
            ("604801", nil, nil), ("9223372036854775808", nil, nil), ("99999999999999999999999", nil, nil), ("0", nil, nil),
            ("-60", nil, nil), ("", nil, nil), ("soon", nil, nil), ("1.5", nil, nil), ("60s", nil, nil),
            ("Fri, 31 Dec 2027 23:59:59 GMT", nil, nil),
        ] as [(String, Int64?, Int64?)])
    func retryAfter_withoutMetasEnvelope_isAQuarterOfAnHourAtMost(value: String, ofMeta: Int64?, ofAnyone: Int64?) async throws {
        let enveloped = [#"{"error":{"code":4}}"#, #"{"error":{"code":"80007","message":"m"}}"#, #"{"error":{"code":99999}}"#]
        let others = ["", "<html>Too Many Requests</html>", "[]", "{}", #"{"error":"too many requests"}"#, #"{"error":{"message":"m"}}"#]
        for (bodies, seconds) in [(enveloped, ofMeta), (others, ofAnyone)] {
            let wait = seconds.map { Duration.seconds($0) }
            for body in bodies {
                let response = HTTPResponse(status: 429, headers: [("retry-after", value)], body: Array(body.utf8))
                let failure = await #expect(throws: GraphFailure.self) {
                    try await OneAnswer(response: response).client().fetch(GraphRequest(.account, id: "1"))
                }
                #expect(failure?.code == .throttled(regainAfter: wait), "\(body)")
            }
        }
    }

    @Test func transportErrors_haveTheirClass() async throws {
        try await withServer { _ in
            .http(302, "", headers: ["Location: /"])
        } body: { server, transport in
            let failure = await #expect(throws: GraphFailure.self) {
                try await client(server, transport).fetch(GraphRequest(.phoneNumbers, id: "1"))
            }
            #expect(failure?.code == .invalidAnswer("the answer (302) sends us elsewhere, which is refused"))
        }
        try await withServer { _ in
            .reset(after: [])
        } body: { server, transport in
            let failure = await #expect(throws: GraphFailure.self) {
                try await client(server, transport).fetch(GraphRequest(.phoneNumbers, id: "1"))
            }
            guard case .unreachable(let error) = failure?.code else { Issue.record("not unreachable"); return }
            #expect(error.code == .reset)
        }
    }

    @Test(arguments: [
        #"{"data":[{"about":"EAAG|secret/token+x"}]}"#, #"{"data":[{"about":"a EAAG%7Csecret%2ftoken%2Bx b"}]}"#,
        #"{"data":[{"about":"\u0045AAG|secret\/token+x\u0301"}]}"#, #"{"data":[{"about":"%2545AAG%257Csecret%252Ftoken%252Bx"}]}"#,
        #"{"data":[],"paging":{"next":"https://g/?access_token=EAAG&after=c"}}"#, #"{"data":[{"a":[{"verify_token":"EAAG"}]}]}"#,
        #"{"data":[{"sip":{"sip_user_password":{"x":"EAAG"}}}]}"#, #"{"data":[{"EAAG|secret/token+x":1}]}"#,
        #"{"data":[{"access_token":"EAAG"}]}"#, #"{"error":{"code":190,"message":"Malformed access token EAAG|secret/token+x"}}"#,
        #"{"error":{"code":190,"error_data":{"details":"EAAG|secret/token+x"}}}"#, #"{"EAAG|secret/token+x":1,"EAAG|secret/token+x":1}"#,
    ])
    func secrets_inAnyAnswer_neverComeOut(body: String) async throws {
        try await withServer { _ in
            .http(200, body, headers: ["ETag: EAAG|secret/token+x", "x-ad-api-version-warning: EAAG|secret/token+x"])
        } body: { server, transport in
            var told = ""
            do {
                let answer = try await client(server, transport).fetch(GraphRequest(.phoneNumbers, id: "1"))
                dump(answer, to: &told)
                told += "\(answer)"
                if body.contains("after=c") { #expect(try Page(answer).next() == .after("c")) }
            } catch {
                dump(error, to: &told)
                told += "\(error)"
            }
            #expect(!told.contains("EAAG") && !told.contains("%45AAG"), "\(told)")
        }
    }

    @Test func secrets_describeThemselvesToNobody() throws {
        let token = try AccessToken("EAAGx\n")
        var told = "\(token) \(String(reflecting: token)) \(try AppSecret("EAAGx"))"
        dump(token, to: &told)
        dump(HTTPRequest(url: "http://x/?access_token=EAAG", headers: [("Authorization", "EAAG")]), to: &told)
        #expect(!told.contains("EAAG"))
        #expect { try AccessToken("") } throws: { $0 as? SecretError == .empty }
        #expect { try AccessToken("\n") } throws: { $0 as? SecretError == .empty }
        #expect { try AccessToken("a\nb") } throws: { $0 as? SecretError == .forbiddenByte }
        #expect { try AccessToken("a\u{7F}") } throws: { $0 as? SecretError == .forbiddenByte }
        #expect { try AccessToken(String(repeating: "a", count: 4097)) } throws: { $0 as? SecretError == .tooLong }
    }

    @Test(arguments: [
        ("https://graph.facebook.com", "https://graph.facebook.com"),
        ("https://Graph.facebook.com:8443/", "https://graph.facebook.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://localhost", "http://localhost"), ("http://[::1]:1", "http://[::1]:1"),
    ])
    func endpoint_keepsSchemeHostAndPort(text: String, kept: String) throws {
        #expect(try Endpoint(baseURL: text, version: "25.0").description == kept)
    }

    @Test(arguments: [
        "http://graph.facebook.com", "ftp://localhost", "graph.facebook.com", "https://", "https://u:p@host", "https://host/path",
        "https://host?q", "https://host:0", "https://host:+1", "https://host:99999", "http://127.0.0.1.evil.example", "https://ho st",
        "http://127.evil", "https://[::1", "https://[]",
    ])
    func endpoint_thatIsNone_isRefused(text: String) {
        #expect(throws: EndpointError.self) { try Endpoint(baseURL: text, version: "v25.0") }
    }

    @Test func version_isReadAndCompared() {
        #expect(GraphVersion(parsing: "v25.0")?.description == "v25.0")
        #expect(["", "v", "25", "v25.x", "v25.0.1", "v-1.0", "v+1.0"].allSatisfy { GraphVersion(parsing: $0) == nil })
        #expect(GraphVersion(major: 9) < GraphVersion(major: 17))
        #expect(GraphVersion(major: 25).isKnown && !GraphVersion(major: 16).isKnown && !GraphVersion(major: 26, minor: 1).isKnown)
    }

    static let proof = "0f0ea5800d79637b683f88baea870f3b079d32a2e06bd43690fc6fbe78d00cf3"
}

func client(_ server: LoopbackServer, _ transport: any Transport, appSecret: String? = nil) throws -> GraphClient {
    try GraphClient(
        endpoint: Endpoint(baseURL: server.baseURL, version: "v25.0"), token: AccessToken(GraphClientTests.token),
        appSecret: appSecret.map { text throws(SecretError) in try AppSecret(text) }, transport: transport)
}
