import HTTPFront
import Metrics
import NIOHTTP1
import Testing

@testable import MetricsFront

/// Where a connection stands, without one.
@Suite struct ScrapeConnectionTests {
    private func request(
        _ method: String = "GET", _ target: String = "/metrics", _ headers: [(name: String, value: String)] = [], isKeptAlive: Bool = true
    )
        -> FrontRequest
    {
        FrontRequest(method: method, target: target, headers: headers, isKeptAlive: isKeptAlive)
    }

    private func played(_ events: [ScrapeConnection.Event], requests: Int = 10) -> [ScrapeConnection.Action] {
        var state = ScrapeConnection(requests: requests)
        return events.flatMap { state.on($0) }
    }

    /// Its end would be read as the beginning of the next answer.
    @Test func head_isTheConnectionsLast() {
        let actions = played([.bytes, .head(request("HEAD")), .end, .gathered(.success(()))])
        #expect(actions.last == .send(.prometheus, headOnly: true, closing: true))
    }

    @Test func olderClient_isKeptBySayingSo_inNoCase() {
        for (version, isKept) in [(HTTPVersion.http1_0, false), (.http1_1, true)] {
            let head = HTTPRequestHead(version: version, method: .GET, uri: "/metrics", headers: ["connection": "keep-alive"])
            #expect(FrontRequest(head).isKeptAlive == isKept)
        }
    }

    @Test func places_areFreeAgain_whenNobodyHoldsThem() {
        let places = ScrapePlaces(2)
        var held = [places.take(), places.take()]
        #expect(held.allSatisfy { $0 != nil } && places.take() == nil)
        held[0] = nil
        #expect(places.take() != nil)
        held = []
        #expect([places.take(), places.take()].allSatisfy { $0 != nil })
    }

    @Test func scrape_isGathered_sent_andTheNextIsTaken() {
        let events: [ScrapeConnection.Event] = [.bytes, .head(request()), .end, .gathered(.success(())), .made, .written]
        let once: [ScrapeConnection.Action] = [
            .wait(.wholeRequest), .wait(.metrics), .gather, .wait(.clientTakes), .send(.prometheus, headOnly: false, closing: false),
            .wait(.request),
        ]
        #expect(played(events) == once)
        #expect(played(events + events) == once + once)
    }

    @Test func lastRequest_endsTheConnection() {
        for state in [
            played([.head(request(isKeptAlive: false)), .end, .gathered(.success(())), .made, .written]),
            played([.head(request()), .end, .gathered(.success(())), .made, .written], requests: 1),
            played([.head(request()), .end, .stop, .gathered(.success(())), .made, .written]),
        ] {
            #expect(
                state.contains(.send(.prometheus, headOnly: false, closing: true)) && state.suffix(2) == [.wait(.clientsEnd), .endOutput])
        }
    }

    /// The next request may come while the end of the answer before it is written.
    @Test func requestBehindAnother_isTaken_whenThatIsMade() {
        let actions = played([
            .head(request()), .end, .bytes, .gathered(.success(())), .made, .head(request("GET", "/none")), .end, .written,
        ])
        #expect(actions.suffix(3) == [.wait(.wholeRequest), .wait(.request), .answer(.notFound, headOnly: false, closing: false)])
    }

    @Test func noMetrics_areToldAs503_withTheReason() {
        let actions = played([.head(request("HEAD")), .end, .gathered(.failure(.init(reason: "away")))])
        #expect(actions.last == .answer(.noMetrics("away"), headOnly: true, closing: true))
        #expect(FrontAnswer.noMetrics("away").status == 503)
        let late = played([.head(request()), .end, .timeout, .gathered(.success(()))])
        #expect(late.last == .answer(.noMetrics("wabawatchd did not answer in time"), headOnly: false, closing: false))
    }

    @Test func clientThatDoesNotTakeItsAnswer_isLeft_withoutAnEndOfIt() {
        #expect(played([.head(request()), .end, .gathered(.success(())), .timeout]).last == .close)
    }

    @Test(arguments: [
        ("GET", "/", 404), ("GET", "/metrics/", 404), ("GET", "/metricsx", 404), ("GET", "/metrics?name=x", nil), ("HEAD", "/metrics", nil),
        ("POST", "/metrics", 405), ("DELETE", "/metrics", 405), ("OPTIONS", "/metrics", 405),
    ])
    func verdict_onWhatIsAsked(method: String, target: String, status: Int?) {
        guard case .answer(let answer) = ScrapeRules.verdict(on: request(method, target)) else { return #expect(status == nil) }
        #expect(answer.status == status)
    }

    @Test func bodiesAndOtherProtocols_areRefused() {
        for headers in [
            [(name: "Content-Length", value: "3")], [(name: "Transfer-Encoding", value: "chunked")], [(name: "Upgrade", value: "h2c")],
        ] {
            #expect(ScrapeRules.verdict(on: request("GET", "/metrics", headers)) == .answer(.badRequest))
        }
        let actions = played([.head(request("POST", "/metrics", [(name: "Content-Length", value: "3")])), .body, .end])
        #expect(actions.last == .answer(.badRequest, headOnly: false, closing: true))
    }

    @Test func whatIsNoRequest_orLate_isAnsweredAndTheConnectionEnds() {
        #expect(played([.malformed(isTooLarge: true)]).last == .answer(.headTooLarge, headOnly: false, closing: true))
        #expect(played([.bytes, .malformed(isTooLarge: false)]).last == .answer(.badRequest, headOnly: false, closing: true))
        #expect(played([.bytes, .timeout]).last == .answerAtOnce(.late))
        #expect(played([.timeout]) == [.close] && played([.stop]) == [.close])
        #expect(played([.gone, .bytes, .head(request()), .timeout]).isEmpty)
    }
}
