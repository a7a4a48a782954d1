import FakeDaemon
import Metrics
import StrictJSON
import Synchronization
import TestSupport
import TestTools
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import MetricsFront

/// The front as an HTTP client sees it.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct FrontTests {
    private static func document(_ numbers: Int) -> (figures: DaemonFigures, state: MetricsState) {
        var state = MetricsState()
        for index in 0..<numbers {
            state.take(
                Resource(
                    ResourceID(account: "acme", kind: .phoneNumber, id: "\(1_000_000 + index)", phoneNumberID: "\(1_000_000 + index)"),
                    confirmedAt: Sample.moment, changedAt: Sample.moment,
                    document: ["display_phone_number": "+1 555", "status": "CONNECTED", "quality_rating": "GREEN", "verified_name": "A"]))
        }
        let figures = DaemonFigures(
            perNumber: true, listen: nil, subscribers: 1, ledgerBytes: 1, changes: [], webhooks: [], accounts: [])
        return (figures, state)
    }

    private func text(_ numbers: Int, _ format: MetricsFormat) -> String {
        let document = Self.document(numbers)
        return String(decoding: MetricsText(document.figures, document.state, as: format).whole, as: UTF8.self)
    }

    @Test func get_answersInTheFormatThatIsAccepted_andHeadWithoutABody() async throws {
        try await withFront(ScriptedSource { Self.document(3) }) { stage async throws in
            let plain = try await stage.ask()
            #expect(plain.status == 200 && plain.body == text(3, .prometheus))
            #expect(plain.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"))
            let open = try await stage.ask(accept: "application/openmetrics-text;version=1.0.0")
            #expect(open.body == text(3, .openMetrics) && open.head.contains("openmetrics-text; version=1.0.0"))
            let head = try await stage.ask(method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty && head.head.contains("content-type: text/plain"))
            // The end of the connection is the end of the text where there are no chunks.
            let old = try await stage.ask(version: "1.0")
            #expect(old.body == text(3, .prometheus) && !old.head.contains("chunked"))
            #expect(try await stage.ask("/").status == 404)
            let post = try await stage.ask(method: "POST")
            #expect(post.status == 405 && post.head.contains("allow: get, head"))
            #expect(stage.front.answers == [200: 4, 404: 1, 405: 1])
        }
    }

    /// Far more than a socket holds: made as fast as it is taken, and whole.
    @Test func longText_isWhole_forAReaderThatIsSlow() async throws {
        try await withFront(ScriptedSource { Self.document(5_000) }) { stage async throws in
            let peer = try stage.connect()
            await peer.write("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            var bytes: [UInt8] = []
            while case let part = await peer.read(10_000), !part.isEmpty { bytes += part }
            #expect(Answer(bytes).body == text(5_000, .prometheus))
        }
    }

    @Test func requestsOnOneConnection_areAnsweredInTurn() async throws {
        try await withFront(ScriptedSource { Self.document(1) }) { stage async throws in
            let peer = try stage.connect()
            let request = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
            await peer.write(request + request + "GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let all = String(decoding: await peer.read(), as: UTF8.self)
            #expect(all.matches(of: /HTTP\/1.1 (\d+)/).map { $0.output.1 } == ["200", "200", "404"])
        }
    }

    @Test func noMetrics_areA503_withTheReason_andNothingElse() async throws {
        try await withFront(ScriptedSource { throw NoMetrics("cannot connect to wabawatchd") }) { stage async throws in
            let answer = try await stage.ask()
            #expect(answer.status == 503 && answer.body == "cannot connect to wabawatchd\n" && answer.head.contains("retry-after: 10"))
        }
    }

    /// A daemon that hangs costs a scrape its time, and not more.
    @Test func source_thatIsSilent_isA503_whenTheTimeIsUp() async throws {
        let source = ScriptedSource {
            try await forever(.zero)
            return Self.document(1)
        }
        try await withFront(source, pause: { _ in }) { stage async throws in
            let answer = try await stage.ask()
            #expect(answer.status == 503 && answer.body.contains("in time"))
        }
    }

    @Test func scrapesAtOneTime_areBounded() async throws {
        let entered = Mutex(0)
        let gate = AsyncStream<Void>.makeStream()
        let source = ScriptedSource {
            entered.withLock { $0 += 1 }
            for await _ in gate.stream {}
            return Self.document(1)
        }
        try await withFront(source, { $0.scrapes = 1 }) { stage async throws in
            async let first = stage.ask()
            try await eventually("the first is being answered") { entered.withLock { $0 } == 1 }
            let second = try await stage.ask()
            #expect(second.status == 503 && second.body.contains("too many"))
            gate.continuation.finish()
            #expect(try await first.status == 200)
        }
    }

    @Test func connectionsAndHeads_areBounded() async throws {
        try await withFront(ScriptedSource { Self.document(1) }, { ($0.connections, $0.headBytes) = (1, 1_000) }) { stage async throws in
            let held = try stage.connect()
            try await eventually("it is taken") { stage.front.connectionCount == 1 }
            #expect(try await stage.ask().status == 503)
            await held.write("GET /metrics HTTP/1.1\r\nX: \(String(repeating: "x", count: 2_000))\r\n\r\n")
            #expect(Answer(await held.read()).status == 431)
        }
    }

    @Test func request_thatDoesNotEnd_isA408() async throws {
        try await withFront(ScriptedSource { Self.document(1) }, { $0.requestTime = .milliseconds(20) }) { stage async throws in
            let peer = try stage.connect()
            await peer.write("GET /metr")
            #expect(Answer(await peer.read()).status == 408)
        }
    }

    @Test func end_answersWhatIsInProgress() async throws {
        let entered = Mutex(0)
        let gate = AsyncStream<Void>.makeStream()
        let source = ScriptedSource {
            entered.withLock { $0 += 1 }
            for await _ in gate.stream {}
            return Self.document(1)
        }
        try await withFront(source) { stage async throws in
            let idle = try stage.connect()
            async let answer = stage.ask()
            try await eventually("it is being answered") { entered.withLock { $0 } == 1 }
            stage.front.shutdown()
            #expect(await idle.read().isEmpty)
            gate.continuation.finish()
            #expect(try await answer.status == 200)
        }
    }
}
