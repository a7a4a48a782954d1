import HTTPFront
import Testing

@testable import WebhookFront

/// One connection's decisions, event by event.
@Suite struct ConnectionStateTests {
    private func state(requests: Int = 100, bytes: Int = 10) throws -> ConnectionState {
        ConnectionState(RequestRules(path: "/", token: try VerifyToken(verifyToken.utf8), bodyBytes: bytes), requests: requests)
    }

    private static func webhook(_ more: [(name: String, value: String)] = [], isKeptAlive: Bool = true) -> ConnectionState.Event {
        let headers = [(name: "x-hub-signature-256", value: signature), (name: "content-type", value: "application/json")] + more
        return .head(FrontRequest(method: "POST", target: "/", headers: headers, isKeptAlive: isKeptAlive))
    }

    @Test func webhook_isReceivedHandedOnAndAnswered_andTheNextIsWaitedFor() throws {
        var state = try state()
        #expect(state.on(.bytes) == [.wait(.wholeRequest)])
        #expect(state.on(Self.webhook()) == [])
        #expect(state.on(.body(4, isRoom: true)) == [.keep] && state.on(.body(6, isRoom: true)) == [.keep])
        #expect(state.on(.end) == [.wait(.daemon), .report(signature: signature)])
        #expect(state.on(.outcome(.recorded)) == [.wait(.request), .answer(.recorded, closing: false)])
        #expect(state.on(.bytes) == [.wait(.wholeRequest)])
    }

    @Test func outcomes_areAnsweredByTheirStatus() throws {
        for (outcome, status) in [(ReportOutcome.recorded, 200), (.badSignature, 401), (.unavailable(reason: "x"), 503)] {
            var state = try state()
            _ = state.on(Self.webhook())
            _ = state.on(.end)
            guard case .answer(let answer, false)? = state.on(.outcome(outcome)).last else { Issue.record("no answer"); continue }
            #expect(answer.status == status)
            #expect((answer.headers["retry-after"] != nil) == (status == 503))
        }
    }

    @Test func body_beyondItsBoundOrTheBudget_isRefused_andTheConnectionEnds() throws {
        for (event, answer) in [
            (ConnectionState.Event.body(11, isRoom: true), FrontAnswer.tooLarge), (.body(1, isRoom: false), .unavailable),
        ] {
            var state = try state()
            _ = state.on(Self.webhook())
            #expect(state.on(event) == [.wait(.sendersEnd), .answer(answer, closing: true)])
            #expect(state.on(.body(5, isRoom: true)) == [] && state.on(.end) == [] && !state.isReceiving)
            #expect(state.on(.timeout) == [.close] && state.on(.timeout) == [])
        }
    }

    @Test func refusal_ofARequestWithABody_doesNotWaitForIt_andWithoutOneWaitsForItsEnd() throws {
        var state = try state()
        #expect(
            state.on(.head(FrontRequest(method: "PUT", target: "/", headers: [("content-length", "5")])))
                == [.wait(.wholeRequest), .wait(.sendersEnd), .answer(.methodNotAllowed, closing: true)])
        state = try self.state()
        #expect(state.on(.head(FrontRequest(method: "PUT", target: "/", headers: []))) == [.wait(.wholeRequest)])
        #expect(state.on(.end) == [.wait(.request), .answer(.methodNotAllowed, closing: false)])
    }

    @Test func sender_thatWaitsToBeTold_isTold_onlyWhereTheBodyIsWanted() throws {
        var state = try state()
        #expect(state.on(Self.webhook([("expect", "100-continue")])) == [.wait(.wholeRequest), .proceed])
        state = try self.state()
        let tooLarge = state.on(Self.webhook([("expect", "100-continue"), ("content-length", "11")]))
        #expect(!tooLarge.contains(.proceed) && tooLarge.last == .answer(.tooLarge, closing: true))
    }

    @Test func time_thatIsOver_isAnsweredByWhereTheRequestStands() throws {
        var state = try state()
        #expect(state.on(.timeout) == [.close], "nothing came")
        state = try self.state()
        _ = state.on(.bytes)
        #expect(state.on(.timeout) == [.wait(.sendersEnd), .answerAtOnce(.late)], "half a head")
        state = try self.state()
        _ = state.on(Self.webhook())
        #expect(state.on(.timeout) == [.wait(.sendersEnd), .answer(.late, closing: true)], "half a body")
        state = try self.state()
        _ = state.on(Self.webhook())
        _ = state.on(.end)
        #expect(state.on(.timeout) == [.wait(.request), .answer(.unavailable, closing: false)], "the daemon is silent")
        #expect(state.on(.outcome(.recorded)) == [], "what it says later is nobody's")
    }

    /// However often something comes of it: its time is that which it had at its first byte.
    @Test func request_hasNoMoreTime_whateverComesOfIt() throws {
        var state = try state(bytes: 100)
        var actions = state.on(.bytes)
        for _ in 0..<3 { actions += state.on(.bytes) }
        actions += state.on(Self.webhook([("expect", "100-continue")]))
        for _ in 0..<3 { actions += state.on(.bytes) + state.on(.body(1, isRoom: true)) }
        #expect(actions == [.wait(.wholeRequest), .proceed, .keep, .keep, .keep])
        #expect(state.on(.timeout) == [.wait(.sendersEnd), .answer(.late, closing: true)])
        for event in [ConnectionState.Event.bytes, .body(1, isRoom: true), .bytes, .end, Self.webhook()] {
            #expect(state.on(event) == [], "nor has its sender more time to end it")
        }
        #expect(state.on(.timeout) == [.close])
    }

    @Test func lastRequest_ofAConnection_endsIt() throws {
        for (event, requests) in [(Self.webhook(isKeptAlive: false), 100), (Self.webhook(), 1)] {
            var state = try state(requests: requests)
            _ = state.on(event)
            _ = state.on(.end)
            #expect(state.on(.outcome(.recorded)) == [.wait(.sendersEnd), .answer(.recorded, closing: true)])
            #expect(state.on(Self.webhook()) == [])
        }
    }

    @Test func end_answersWhatIsInProgress_andClosesWhatIsNot() throws {
        var state = try state()
        #expect(state.on(.stop) == [.close])
        state = try self.state()
        _ = state.on(Self.webhook())
        #expect(state.on(.stop) == [] && state.on(.end).last == .report(signature: signature))
        #expect(state.on(.outcome(.recorded)) == [.wait(.sendersEnd), .answer(.recorded, closing: true)])
    }

    @Test func bytes_thatAreNoRequest_are400_orAHeadTooLarge431() throws {
        for (isTooLarge, answer) in [(false, FrontAnswer.badRequest), (true, .headTooLarge)] {
            var state = try state()
            _ = state.on(.bytes)
            #expect(state.on(.malformed(isTooLarge: isTooLarge)) == [.wait(.sendersEnd), .answer(answer, closing: true)])
            #expect(state.on(.malformed(isTooLarge: false)) == [])
        }
    }

    @Test func connection_thatIsGone_getsNothingMore() throws {
        var state = try state()
        _ = state.on(Self.webhook())
        _ = state.on(.end)
        #expect(state.on(.gone) == [] && state.on(.outcome(.recorded)) == [] && state.on(.timeout) == [])
    }
}
