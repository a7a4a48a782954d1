import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// Polls that are asked for on the socket of the real daemon.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct PollTests {
    private func poll(_ client: VarlinkClient, _ parameters: JSONObject) async throws -> PollReply {
        try PollReply(json: try await client.call("io.wabawatch.Poll", parameters))
    }

    @Test func poll_returnsWhenWhatItSawIsRecorded() async throws {
        try await Site.with(every: "1h", kinds: [.phoneNumber, .businessProfile, .blockedUser]) { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(5)
            let client = try await VarlinkClient.connect(path: site.socket)
            site.set(0, "quality_rating", "YELLOW")
            site.setProfile(1, "about", "Somebody was here")
            let first = try await poll(client, ["account": "acme", "kind": "phone_number"])
            #expect(first.changes == 1)
            let change = try await subscription.change()
            #expect(change.cursor == first.cursor)
            let number = JSONValue.string(Platform.samplePhoneNumberID(1))
            #expect(try await poll(client, ["account": "acme", "kind": "business_profile", "phoneNumberId": number]).changes == 1)
            #expect(try await poll(client, ["account": "acme"]).changes == 0)
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func poll_thatGetsNoAnswer_saysWhy() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let client = try await VarlinkClient.connect(path: site.socket)
            let parameters: JSONObject = ["account": "acme", "kind": "phone_number"]
            // The whole is refused, without what else comes in it as well, and the least that can be asked for: so it is the thing.
            site.simulator.setFault(.error(10, message: "(#10) No permission"), times: 3)
            do {
                _ = try await poll(client, parameters)
                Issue.record("an error of Meta's was an answer")
            } catch let error as VarlinkError {
                #expect(error.name == "io.wabawatch.GraphError")
                #expect(error.parameters["code"] == 10)
            }
            // What fails is asked for alone.
            site.simulator.setFault(.status(200, body: "<html>"), times: 1)
            do {
                _ = try await poll(client, parameters)
                Issue.record("HTML was an answer")
            } catch let error as VarlinkError {
                #expect(error.name == "io.wabawatch.LookFailed")
                #expect(error.parameters["state"] == "invalid_answer")
            }
            site.simulator.update { $0.accounts[Platform.sampleAccountID()]?.budget.header = .fixed(percent: 100, minutes: 10) }
            _ = try await poll(client, parameters)
            do {
                _ = try await poll(client, parameters)
                Issue.record("a budget that is used up gave a request")
            } catch let error as VarlinkError {
                #expect(error.name == "io.wabawatch.BudgetExhausted")
                #expect((error.parameters["retryAfterSeconds"]?.integer ?? 0) > 500)
            }
            #expect(await daemon.stop() == 0)
        }
    }

    /// Meta refuses the whole for one field and does not say for which: it is found out by the clock of the machine as well.
    @Test func poll_thatIsRefusedForAField_findsOutForWhich() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let client = try await VarlinkClient.connect(path: site.socket)
            try site.simulator.setFault(named: "refusedField", ["field": "throughput", "code": "200"])
            site.set(0, "quality_rating", "YELLOW")
            #expect(try await poll(client, ["account": "acme", "kind": "phone_number"]).changes == 1)
            let told = try await subscription.changes(2).map(\.summary)
            #expect(told.contains { $0.contains("fell from GREEN to YELLOW") })
            #expect(told.contains { $0.hasSuffix("answers have changed: Meta refuses throughput") }, "\(told)")
            #expect(await daemon.stop() == 0)
        }
    }

    /// What is turned off is named, and where it would have been looked for.
    @Test func poll_ofWhatIsNotWatched_namesTheAccountTheKindAndThePlace() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let client = try await VarlinkClient.connect(path: site.socket)
            let number = Platform.samplePhoneNumberID(1)
            let cases: [(JSONObject, String, String)] = [
                (["kind": "blocked_user"], "blocked_user", Platform.sampleAccountID()),
                (["kind": "blocked_user", "phoneNumberId": .string(number)], "blocked_user", number),
                (["kind": "business_profile", "phoneNumberId": "1"], "business_profile", "1"),
                (["phoneNumberId": "1"], "phone_number", "1"),
            ]
            for (asked, kind, id) in cases {
                var parameters = asked
                parameters["account"] = "acme"
                let error = await #expect(throws: VarlinkError.self) { try await poll(client, parameters) }
                #expect(error?.name == "io.wabawatch.NoSuchResource")
                #expect(error?.parameters == ["account": "acme", "kind": .string(kind), "id": .string(id)])
            }
            #expect(await daemon.stop() == 0)
        }
    }

    /// All nine kinds, with the real daemon: one baseline a unit, and a rating that moved.
    @Test func everything_isWatched_andARatingIsTold() async throws {
        try await Site.with(every: "500ms", kinds: Set(Kind.polled)) { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            let first = try await subscription.changes(14)
            #expect(first.map(\.operation) == Array(repeating: .baseline, count: 14))
            #expect(Set(first.compactMap(\.kind.known)) == Set(Kind.polled))
            site.set(0, "quality_rating", "RED")
            let change = try await subscription.change()
            #expect(change.kind == .phoneNumber)
            #expect(change.after?["quality_rating"] == "RED")
            #expect(await daemon.stop() == 0)
        }
    }
}
