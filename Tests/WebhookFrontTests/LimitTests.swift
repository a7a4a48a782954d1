import TestSupport
import TestTools
import Testing

@testable import WebhookFront

/// What senders cost, on the wire.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct LimitTests {
    private static func chunked(_ chunks: [String], more: [String] = []) -> String {
        var lines = ["POST / HTTP/1.1", "Host: hooks.example", "Content-Type: application/json", "X-Hub-Signature-256: \(signature)"]
        lines += more + ["Transfer-Encoding: chunked", "Connection: close", "", ""]
        return lines.joined(separator: "\r\n") + chunks.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
    }

    @Test func body_inChunks_isPutTogether_andBoundAsAnyOther() async throws {
        let reporter = ScriptedReporter()
        try await withFront(reporter, { $0.bodyBytes = 1000 }) { stage async throws in
            #expect(try await stage.answer(Self.chunked(["{\"a", "\":1}"]) + "0\r\n\r\n")?.status == 200)
            let whole = Self.chunked([String(repeating: "x", count: 1000)]) + "0\r\n\r\n"
            #expect(try await stage.answer(whole)?.status == 200)
            // Without an end.
            #expect(
                try await stage.answer(Self.chunked([String(repeating: "x", count: 600), String(repeating: "x", count: 401)]))?.status
                    == 413)
            #expect(try await stage.answer(Self.chunked(["x"]) + "zz\r\n")?.status == 400)
            #expect(stage.front.bodyBytes == 0)
        }
        #expect(reporter.reports.map { $0.body.count } == [7, 1000])
    }

    @Test func largestBody_isHandedOnWhole_andOneByteMoreIsRefused() async throws {
        let reporter = ScriptedReporter()
        try await withFront(reporter) { stage async throws in
            let body = String(repeating: "a", count: 3 << 20)
            #expect(try await stage.answer(post(body))?.status == 200)
            #expect(try await stage.answer(post(body + "a"))?.status == 413)
        }
        #expect(reporter.reports.map { $0.body.count } == [3 << 20])
    }

    @Test func sender_thatExpectsToBeTold_isToldToGoOn_orRefusedWithoutTheBody() async throws {
        try await withFront { stage async throws in
            let peer = try stage.connect()
            await peer.write(post("", more: ["Expect: 100-continue"], length: 5))
            #expect(await peer.nextAnswer()?.status == 100)
            await peer.write("{\"a\":")
            #expect(await peer.nextAnswer()?.status == 200)
            let refused = try await stage.ask(post("", more: ["Expect: 100-continue"], length: 4 << 20))
            #expect(refused.map(\.status) == [413])
            let unsigned = try await stage.ask(post("", signature: nil, more: ["Expect: 100-continue"], length: 5))
            #expect(unsigned.map(\.status) == [401])
        }
    }

    @Test func requests_oneBehindTheOther_areAnsweredInOrder() async throws {
        let reporter = ScriptedReporter { body, _ in body.last == UInt8(ascii: "1") ? .badSignature : .recorded }
        try await withFront(reporter) { stage async throws in
            let requests = (0..<40).map { post("\($0 % 2)", close: false) } + [get("/nowhere", close: false), get(verification())]
            let answers = try await stage.ask(requests.joined())
            #expect(answers.map(\.status) == (0..<40).map { $0 % 2 == 0 ? 200 : 401 } + [404, 200])
            #expect(answers.last?.body == "1158201444")
        }
        #expect(reporter.reports.map { $0.body } == (0..<40).map { Array("\($0 % 2)".utf8) })
    }

    @Test func connection_carriesSoManyRequestsAndNoMore() async throws {
        try await withFront(ScriptedReporter(), { $0.requestsPerConnection = 3 }) { stage async throws in
            let answers = try await stage.ask((0..<5).map { _ in get("/", close: false) }.joined())
            #expect(answers.map(\.status) == [403, 403, 403] && answers.last?.headers["connection"] == "close")
        }
    }

    @Test func request_thatDoesNotComeWhole_is408_whereverItStops() async throws {
        for part in ["POST /", post("", length: 10), Self.chunked(["abc"]), "POST / HTTP/1.1\r\nHost: "] {
            try await withFront(ScriptedReporter(), { $0.requestTime = .milliseconds(200) }) { stage async throws in
                #expect(try await stage.ask(part).map(\.status) == [408], "\(part.debugDescription)")
                #expect(stage.front.bodyBytes == 0)
            }
        }
    }

    /// A byte now and then does not make it last longer.
    @Test(arguments: [post("", length: 1_000_000), "POST / HTTP/1.1\r\nHost: hooks.example\r\nX-Slow: ", "POST /"])
    func request_thatComesByteByByte_is408_whenItsTimeIsOver(beginning: String) async throws {
        try await withFront(ScriptedReporter(), { $0.requestTime = .milliseconds(300) }) { stage async throws in
            let peer = try stage.connect()
            await peer.write(beginning)
            async let answer = peer.nextAnswer()
            try await eventually("the front answers") {
                await peer.write("x")
                return stage.front.answers[408] == 1
            }
            #expect(await answer?.status == 408)
        }
    }

    @Test func connection_thatIsIdle_isClosedWithoutAWord() async throws {
        try await withFront(ScriptedReporter(), { $0.idleTime = .milliseconds(100) }) { stage async throws in
            let silent = try stage.connect()
            #expect(await silent.read().isEmpty)
            let peer = try stage.connect()
            await peer.write(get("/", close: false))
            #expect(await peer.nextAnswer()?.status == 403)
            #expect(await peer.read().isEmpty)
        }
    }

    @Test func connections_beyondTheirNumber_areTurnedAway_andThereIsRoomAgainLater() async throws {
        try await withFront(ScriptedReporter(), { $0.connections = 8 }) { stage async throws in
            var peers: [RawPeer] = []
            for _ in 0..<8 { peers.append(try stage.connect()) }
            try await eventually("eight are open") { stage.front.connectionCount == 8 }
            let ninth = try stage.connect()
            let turnedAway = Answer.all(in: await ninth.read())
            #expect(turnedAway.map(\.status) == [503] && turnedAway[0].headers["retry-after"] == "10")
            for peer in peers {
                await peer.write(get(verification()))
                #expect(await peer.nextAnswer()?.status == 200)
                peer.hangUp()
            }
            try await eventually("all are closed") { stage.front.connectionCount == 0 }
            #expect(try await stage.answer(post())?.status == 200)
            #expect(stage.log.lines.contains { $0.contains("turned away") })
        }
    }

    @Test func bodies_beyondWhatThereIsRoomFor_are503_andTheRoomIsGivenBack() async throws {
        let gate = Gate()
        let reporter = ScriptedReporter { _, _ in
            await gate.wait()
            return .recorded
        }
        try await withFront(reporter, { $0.allBodies = 1000 }) { stage async throws in
            let first = try stage.connect()
            await first.write(post(String(repeating: "a", count: 900)))
            try await eventually("the first body is here") { stage.front.bodyBytes == 900 && reporter.reports.count == 1 }
            #expect(try await stage.answer(post(String(repeating: "b", count: 101)))?.status == 503)
            #expect(stage.front.bodyBytes == 900)
            gate.open()
            #expect(await first.nextAnswer()?.status == 200)
            #expect(stage.front.bodyBytes == 0)
            #expect(try await stage.answer(post(String(repeating: "b", count: 101)))?.status == 200)
        }
    }

    /// A sender that goes in the midst of a body costs nothing afterwards.
    @Test func sender_thatGoes_givesItsRoomBack() async throws {
        try await withFront { stage async throws in
            do {
                let peer = try stage.connect()
                await peer.write(post("abc", length: 100))
                try await eventually("a part of the body is here") { stage.front.bodyBytes == 3 }
                peer.hangUp()
            }
            try await eventually("it is forgotten") { stage.front.bodyBytes == 0 && stage.front.connectionCount == 0 }
            #expect(try await stage.answer(post())?.status == 200)
        }
    }

    @Test func sender_thatReadsNoAnswers_isCut() async throws {
        // Nothing else would end the connection.
        try await withFront(ScriptedReporter(), { ($0.unreadBytes, $0.requestsPerConnection) = (2000, .max) }) { stage async throws in
            let peer = try stage.connect()
            await peer.write((0..<20_000).map { _ in get("/", close: false) }.joined())
            try await eventually("it is cut", within: .seconds(20)) { stage.front.connectionCount == 0 }
            #expect(stage.front.answers[403, default: 0] < 20_000)
        }
    }

    @Test func daemon_thatIsSilent_is503_whenItsTimeIsOver_andTheConnectionGoesOn() async throws {
        let gate = Gate()
        let reporter = ScriptedReporter { body, _ in
            if body == Array("slow".utf8) { await gate.wait() }
            return .recorded
        }
        try await withFront(reporter, { $0.answerTime = .milliseconds(200) }) { stage async throws in
            let peer = try stage.connect()
            await peer.write(post("slow", close: false))
            #expect(await peer.nextAnswer()?.status == 503)
            await peer.write(post("fast", close: false))
            #expect(await peer.nextAnswer()?.status == 200)
            gate.open()
            try await eventually("the room is given back") { stage.front.bodyBytes == 0 }
        }
    }

    @Test func hundredsOfSenders_atOnce_areAllAnswered() async throws {
        let reporter = ScriptedReporter()
        try await withFront(reporter) { stage async throws in
            await withTaskGroup(of: Int?.self) { group in
                for number in 0..<200 { group.addTask { try? await stage.answer(post("\(number)"))?.status } }
                for await status in group { #expect(status == 200) }
            }
        }
        #expect(Set(reporter.reports.map { String(decoding: $0.body, as: UTF8.self) }).count == 200)
    }
}
