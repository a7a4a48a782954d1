import TestSupport
import TestTools
import Testing

@testable import WebhookFront

/// What is answered on the wire.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct AnswerTests {
    @Test func verification_withTheRightToken_isAnsweredWithTheChallengeAlone() async throws {
        try await withFront { stage async throws in
            let answer = try #require(try await stage.answer(get(verification())))
            #expect(answer.status == 200 && answer.body == "1158201444")
            #expect(answer.headers == ["content-type": "text/plain", "content-length": "10", "connection": "close"])
            let refused = try #require(try await stage.answer(get(verification(token: "guess"))))
            #expect(refused.status == 403 && refused.body.isEmpty)
            let head = Answer.all(in: Array(try await raw(stage, get(verification(), method: "HEAD"))), headOnly: true)
            #expect(head.count == 1 && head[0].status == 200 && head[0].headers["content-length"] == "10")
            let said = stage.log.lines.joined()
            #expect(!said.contains("CANARY") && !said.contains("guess"))
        }
    }

    private func raw(_ stage: FrontStage, _ text: String) async throws -> [UInt8] {
        let peer = try stage.connect()
        await peer.write(text)
        let bytes = await peer.read()
        #expect(!String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n1"), "a HEAD has no body")
        return bytes
    }

    @Test func webhook_isHandedOn_byteForByte_andAnswered200WithNothing() async throws {
        let reporter = ScriptedReporter()
        let body = #"{"object":"whatsapp_business_account","entry":[{"name":"caf\u00e9 é 🌱"}]}"# + "\n "
        try await withFront(reporter) { stage async throws in
            let answer = try #require(try await stage.answer(post(body)))
            #expect(answer.status == 200 && answer.body.isEmpty && answer.headers["content-length"] == "0")
        }
        #expect(reporter.reports.count == 1 && reporter.reports[0].body == Array(body.utf8) && reporter.reports[0].signature == signature)
    }

    private static let manyHeaders: [String] = (0..<80).map { "X-\($0): a" }
    private static let long = String(repeating: "a", count: 20_000)
    static let refused: [(String, String, Int)] = [
        ("no signature", post(signature: nil), 401), ("a signature of another form", post(signature: "sha256=00"), 401),
        ("two signatures", post(more: ["X-Hub-Signature-256: \(signature)"]), 401), ("no type", post(type: nil), 415),
        ("a form", post(type: "application/x-www-form-urlencoded"), 415), ("gzip", post(more: ["Content-Encoding: gzip"]), 415),
        ("another path", post(path: "/other"), 404), ("another method", get("/", method: "DELETE"), 405),
        ("too long", post("", length: 3_145_729), 413), ("an expectation", post(more: ["Expect: more"]), 417),
        ("an upgrade", post(more: ["Upgrade: h2c"]), 400), ("no request", "hello\r\n\r\n", 400),
        ("a TLS hello", "\u{16}\u{3}\u{1}\u{0}\r\n\r\n", 400), ("two lengths", post(more: ["Content-Length: 3"]), 400),
        ("length and chunks", post(more: ["Transfer-Encoding: chunked"]), 400), ("many headers", post(more: manyHeaders), 431),
        ("a long header", post(more: ["X-Long: \(long)"]), 431), ("a long target", get("/\(long)"), 431),
    ]

    @Test(arguments: AnswerTests.refused) func request_thatIsNotAWebhook_isRefused_andNeverHandedOn(
        what: String, request: String, status: Int
    ) async throws {
        let reporter = ScriptedReporter()
        try await withFront(reporter) { stage async throws in
            let answers = try await stage.ask(request)
            #expect(answers.map(\.status) == [status], "\(what)")
            #expect(answers.first?.body.isEmpty == true && answers.first?.headers["connection"] == "close", "\(what)")
            if status == 405 { #expect(answers.first?.headers["allow"] == "GET, HEAD, POST") }
            #expect(stage.front.answers == [status: 1] && stage.front.bodyBytes == 0)
        }
        #expect(reporter.reports.isEmpty, "\(what)")
    }

    @Test func path_thatIsConfigured_isTheOneThatThereIs() async throws {
        try await withFront(path: "/hooks/wa") { stage async throws in
            #expect(try await stage.answer(post(path: "/hooks/wa"))?.status == 200)
            #expect(try await stage.answer(post(path: "/hooks/wa?x=1"))?.status == 200)
            #expect(try await stage.answer(post(path: "/"))?.status == 404)
            #expect(try await stage.answer(get("/hooks/wa" + verification().dropFirst()))?.body == "1158201444")
        }
    }

    @Test func outcome_isTheAnswer_and503SaysWhenToComeAgain() async throws {
        let reporter = ScriptedReporter { body, _ in
            switch body.last {
            case UInt8(ascii: "1"): .badSignature
            case UInt8(ascii: "2"): .unavailable(reason: "the disk is full")
            default: .recorded
            }
        }
        try await withFront(reporter) { stage async throws in
            #expect(try await stage.answer(post("1"))?.status == 401)
            let late = try #require(try await stage.answer(post("2")))
            #expect(late.status == 503 && late.headers["retry-after"] == "10")
            #expect(try await stage.answer(post("3"))?.status == 200)
            #expect(stage.front.answers == [200: 1, 401: 1, 503: 1])
            #expect(stage.front.summary == "1 answered 200, 1 answered 401, 1 answered 503")
            #expect(stage.log.lines.contains { $0.contains("could not be handed") && $0.contains("the disk is full") })
        }
    }

    @Test func refusedSignatures_areLoggedOnceAMinute_withTheirCount() async throws {
        let clock = FakeClock()
        try await withFront(now: { clock.now.running }) { stage async throws in
            for _ in 0..<5 { #expect(try await stage.answer(post(signature: nil))?.status == 401) }
            let said = { stage.log.lines.filter { $0.contains("signature") } }
            #expect(said() == ["requests with a missing or wrong signature were refused | requests=1"])
            clock.advance(by: .seconds(61))
            #expect(try await stage.answer(post(signature: nil))?.status == 401)
            #expect(said().last == "requests with a missing or wrong signature were refused | requests=5" && said().count == 2)
        }
    }
}
