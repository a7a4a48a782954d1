import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// Guarantee 5: no failure is a change. Whatever Meta does wrong moves the watch, once, and nothing else.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct FailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var fault: Fault
        var state: String
        var testDescription: String { "\(fault)" }
    }

    static let cases = [
        Case(fault: .status(500, body: "<html><body>Sorry, something went wrong.</body></html>"), state: "unreachable"),
        Case(fault: .error(2, message: "Service temporarily unavailable", http: 500), state: "unreachable"),
        Case(fault: .error(10, message: "Application does not have permission for this action", http: 403), state: "forbidden"),
        Case(fault: .error(100, subcode: 33, message: "Unsupported get request."), state: "not_found"),
        Case(fault: .error(80007, message: "Rate limit", http: 429), state: "throttled"),
        Case(fault: .truncatedBody, state: "unreachable"),
        Case(fault: .garbledBody, state: "invalid_answer"),
        Case(fault: .halfBody, state: "invalid_answer"),
        Case(fault: .emptyBody, state: "invalid_answer"),
        Case(fault: .redirect(to: "https://example.com/"), state: "invalid_answer"),
        Case(fault: .oversizedBody(bytes: 20 << 20), state: "invalid_answer"),
        Case(fault: .reset, state: "unreachable"),
    ]

    @Test(arguments: cases)
    func failure_ofAnyKind_changesTheWatchAndNothingElse(one: Case) async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let before = try await site.things()
            site.simulator.setFault(one.fault, on: EdgeMatch(edge: .phoneNumbers))
            // Something does change behind the fault; without it the answer would be known again by its bytes.
            site.set(0, "quality_rating", "RED")
            let told = try await subscription.change()
            #expect(told.kind == .watch)
            // Throttling is the whole account's.
            #expect(told.id == (one.state == "throttled" ? "account" : "phone_number"))
            #expect(told.after?["state"]?.string == one.state)
            #expect(told.operation == .changed)
            #expect(try await site.things() == before)
            // Throttled and refused edges are left alone for longer than a test takes.
            if one.state == "unreachable" || one.state == "invalid_answer" {
                site.simulator.clearFaults()
                // An alarm comes in between, for half a second is five intervals here.
                let seen = try await subscription.change { $0.kind != .alarm }
                #expect(seen.kind == .phoneNumber, "what changed meanwhile is seen")
                #expect(seen.after?["quality_rating"] == "RED")
                let again = try await subscription.change { $0.kind != .alarm }
                #expect(again.kind == .watch)
                #expect(again.after?["state"] == "current")
                #expect(again.severity == .info)
            }
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func refusedToken_isToldOnceForTheAccount_andUsedNoMore() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let before = try await site.things()
            site.simulator.update { $0.tokens[Platform.sampleToken] = .revoked }
            let told = try await subscription.change()
            #expect(told.kind == .watch)
            #expect(told.id == "account")
            #expect(told.severity == .critical)
            #expect(told.after?["state"] == "unauthorized")
            let alarm = try await subscription.change()
            #expect(alarm.kind == .alarm)
            #expect(alarm.id == "token_refused")
            #expect(alarm.severity == .critical)
            let requests = site.simulator.requestCount
            // A heartbeat a second later: nothing was told in between, and hardly anything asked.
            var quiet = try await site.subscribe(SubscribeParameters(heartbeatSeconds: 1))
            guard case .ready = try await quiet.next(), case .heartbeat = try await quiet.next() else {
                Issue.record("something more was told")
                return
            }
            #expect(site.simulator.requestCount - requests <= 2, "requests that were under way")
            #expect(try await site.things() == before)
            let client = try await VarlinkClient.connect(path: site.socket)
            let status = try GetStatusReply(json: try await client.call("io.wabawatch.GetStatus")).status
            #expect(status.watches.contains { $0.kind == .phoneNumber && $0.state.known == .unauthorized })
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func oneFailure_thatPasses_isNotEvenTold() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            site.simulator.setFault(.status(502), on: EdgeMatch(edge: .phoneNumbers), times: 1)
            await site.requests(12)
            site.set(0, "quality_rating", "RED")
            #expect(try await subscription.change().kind == .phoneNumber)
            #expect(await daemon.stop() == 0)
        }
    }
}

extension Site {
    /// Everything that is watched, without the watches themselves and what follows from them.
    func things() async throws -> [String] {
        let client = try await VarlinkClient.connect(path: socket)
        var things: [String] = []
        for try await reply in client.stream("io.wabawatch.List") {
            if let resource = try ListReply(json: reply).resource, resource.kind != .watch, resource.kind != .alarm {
                things.append("\(resource.kind.rawValue)/\(resource.id) \(resource.changedAt) \(resource.document)")
            }
        }
        await client.close()
        return things
    }
}
