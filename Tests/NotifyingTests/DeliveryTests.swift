import FakeDaemon
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import Notifying

/// What becomes of deliveries that fail.
@Suite struct DeliveryTests {
    private static func delivering() -> Stage {
        var stage = Stage(Stage.route())
        _ = stage.begin("quality", .warning)
        _ = stage.pass(.seconds(30))
        return stage
    }

    @Test func failure_isTriedAgain_withLongerWaits_andTheSameMessage() throws {
        var stage = Self.delivering()
        var waits: [Duration] = []
        for _ in 0..<9 {
            _ = stage.failed()
            let wait = try #require(stage.wait)
            waits.append(wait)
            #expect(!stage.state.takesEvents, "the daemon's log is where it waits")
            #expect(stage.pass(wait - .milliseconds(1)).isEmpty)
            #expect(stage.pass(.milliseconds(1)).message?.lines.first?.hasPrefix("WARNING acme: quality") == true)
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300, 300].map { .seconds($0) })
        let actions = stage.delivered()
        #expect(actions.notes == [.recovered(attempts: 9)] && actions.stored == ["log.1"])
        _ = stage.begin("health", .warning)
        _ = stage.pass(.seconds(30))
        _ = stage.failed()
        #expect(stage.wait == .seconds(5), "after a success it begins anew")
    }

    @Test func failure_isInTheLogOnce_andThenOnceAnHour() {
        var stage = Self.delivering()
        var notes = 0
        while stage.running < .seconds(1000 + 3 * 3600) {
            notes += stage.failed().notes.count
            _ = stage.pass(stage.wait ?? .zero)
        }
        #expect(notes == 3)
    }

    @Test(arguments: [(20, 20), (0, 5), (100_000, 3600)]) func retryAfter_isHeeded_withinAnHour(asked: Int, wait: Int) {
        var stage = Self.delivering()
        _ = stage.failed(DeliveryFailure("busy", retryAfter: .seconds(asked)))
        #expect(stage.wait == .seconds(wait))
    }

    @Test func dayOfFailures_isGivenUp_andThePresentStateIsTold() throws {
        var stage = Self.delivering()
        var actions: [RouteState.Action] = []
        while actions.notes.allSatisfy({ if case .gaveUp = $0 { false } else { true } }) {
            actions = stage.failed()
            #expect(actions.stored.isEmpty)
            if let wait = stage.wait, !stage.state.takesEvents { _ = stage.pass(wait) }
            try #require(stage.running < .seconds(200_000))
        }
        #expect(stage.running - .seconds(1030) >= RouteState.longestFailure)
        #expect(actions.contains(.restart(.snapshot)))
        _ = stage.give(.snapshotBegins)
        _ = stage.give(.resource(Stage.resource("quality", .warning)))
        _ = stage.give(.ready(Cursor("log.99")))
        let message = try #require(stage.pass(.seconds(30)).message)
        #expect(message.lines.count == 2 && message.lines[0].contains("for a day") && message.lines[1].hasPrefix("WARNING acme: quality"))
        #expect(stage.delivered().stored == ["log.99"])
    }

    @Test func historyThatIsLost_isTold_withWhatDiffers() throws {
        var stage = Stage(Stage.route())
        stage.state.know(Stage.resource("quality", .warning))
        stage.state.know(Stage.resource("health", .warning))
        _ = stage.give(.heartbeat(Cursor("log.3")))
        let actions = stage.give(.historyLost(oldest: Cursor("log.50"), current: Cursor("log.90")))
        #expect(actions == [.note(.historyLost), .restart(.snapshot)])
        _ = stage.give(.snapshotBegins)
        _ = stage.give(.resource(Stage.resource("quality", .warning)))
        _ = stage.give(.resource(Stage.resource("number_banned", .critical)))
        #expect(stage.give(.ready(Cursor("log.90"))).stored.isEmpty)
        let lines = try #require(stage.pass(.seconds(30)).message).lines
        #expect(lines.count == 3 && lines[0].contains("may have been missed"))
        #expect(lines[1].hasPrefix("CRITICAL acme: number_banned") && lines[2].hasPrefix("ENDED acme: health"))
        #expect(stage.delivered().stored == ["log.90"])
    }

    @Test func outage_isToldInTheLog_withItsEnd() {
        var stage = Stage(Stage.route())
        #expect(stage.give(.disconnected(ClientError(.notRunning, "no"))).notes == [.disconnected("no")])
        #expect(stage.give(.ready(Cursor("log.0"))).notes == [.connected])
        #expect(stage.give(.ready(Cursor("log.0"))).notes.isEmpty)
    }

    /// Each attempt of which nobody knows what became of it may be a copy more: there are a few, whatever failed in between.
    @Test func messageThatMayHaveArrived_isSentAFewTimes_andThenPassedOver() {
        var stage = Self.delivering()
        let uncertain = DeliveryFailure("nobody knows", isUncertain: true)
        for attempt in 1..<RouteState.mostUncertain {
            #expect(stage.failed(uncertain).stored.isEmpty)
            _ = stage.pass(stage.wait ?? .zero)
            guard attempt % 2 == 0 else { continue }
            _ = stage.failed()
            _ = stage.pass(stage.wait ?? .zero)
        }
        let actions = stage.failed(uncertain)
        #expect(actions.notes == [.uncertain(uncertain, what: ["wabawatch: WARNING acme: quality of acme (since 2026-11-21 04:00:00Z)"])])
        #expect(actions.stored == ["log.1"] && stage.state.takesEvents)
        _ = stage.begin("health", .warning)
        _ = stage.pass(.seconds(30))
        #expect(stage.failed(uncertain).stored.isEmpty, "the next one has as many attempts")
    }

    // MARK: Events

    private static func eventRoute(_ group: Duration = .milliseconds(200)) -> NotifyRoute {
        Stage.route(.http(NotifyDestination.WebHook(address: .url("https://hook.example"))), group: group)
    }

    @Test func events_areDeliveredOneByOne_andTheCursorFollowsThoseThatAreThere() throws {
        var stage = Stage(Self.eventRoute())
        for number in 1...5 { _ = stage.begin("quality", .warning, number: "\(number)") }
        #expect(stage.pass(.milliseconds(200)).events?.map(\.id) == (1...5).map { "log.\($0)" })
        #expect(stage.failed(done: 3).stored == ["log.3"])
        #expect(stage.pass(.seconds(5)).events?.map(\.id) == ["log.4", "log.5"])
        #expect(stage.delivered().stored == ["log.5"])
    }

    @Test func event_isTheWholeChange_inItsEnvelope() throws {
        var stage = Stage(Self.eventRoute())
        let change = stage.change(.added, "quality", severity: .warning, after: Stage.document("quality", .warning))
        _ = stage.give(.change(change))
        let event = try #require(stage.pass(.seconds(1)).events?.first)
        #expect(try JSONValue(parsing: String(decoding: event.bytes, as: UTF8.self)) == .object(CloudEvent(change, host: "watch1").json))
        var plain = Stage(Stage.route(.exec(["/bin/cat"], .json)))
        _ = plain.give(.change(change))
        let line = try #require(plain.pass(.seconds(30)).events?.first)
        #expect(try JSONValue(parsing: String(decoding: line.bytes, as: UTF8.self)) == .object(change.json))
    }

    @Test func events_areNoMoreAtATimeThanFit_andNothingIsTakenMeanwhile() throws {
        var route = Self.eventRoute(.seconds(3600))
        route.subject = .changes
        route.match = Filter(kinds: [.phoneNumber])
        var stage = Stage(route)
        var actions: [RouteState.Action] = []
        var given = 0
        while stage.state.takesEvents {
            given += 1
            actions = stage.give(.change(Sample.fall(given, Cursor("log.\(given)"))))
        }
        #expect(given == RouteState.mostEvents && actions.events?.count == RouteState.mostEvents)
        #expect(stage.delivered().stored == ["log.100"])
        // Large ones are fewer.
        var large = Sample.fall(1, Cursor("log.101"))
        large.after = ["about": .string(String(repeating: "x", count: 400_000))]
        given = 0
        while stage.state.takesEvents {
            given += 1
            actions = stage.give(.change(large))
        }
        #expect(given == 3)
    }

    @Test func eventThatIsRefusedForGood_isPassedOver_toldInTheLog_andHoldsUpNoOther() {
        var stage = Stage(Self.eventRoute())
        for number in 1...3 { _ = stage.begin("quality", .warning, number: "\(number)") }
        _ = stage.pass(.milliseconds(200))
        let refusal = DeliveryFailure("the answer is HTTP 422", isRefusal: true)
        for _ in 1..<RouteState.mostRefusals {
            #expect(stage.failed(refusal).stored.isEmpty)
            _ = stage.pass(stage.wait ?? .zero)
        }
        let actions = stage.failed(refusal)
        #expect(actions.notes == [.refused(refusal, what: ["log.1"])] && actions.stored == ["log.1"])
        #expect(actions.events?.map(\.id) == ["log.2", "log.3"])
        #expect(stage.delivered().stored == ["log.3"])
    }

    @Test func firstStart_sendsWhatIsWrongAsItIs_evenWhereItIsMuch() throws {
        var stage = Stage(Self.eventRoute(), cursor: nil)
        _ = stage.give(.snapshotBegins)
        for number in 1...250 { _ = stage.give(.resource(Stage.resource("quality", .warning, number: "\(number)"))) }
        var actions = stage.give(.ready(Cursor("log.7")))
        if actions.isEmpty { actions = stage.pass(.seconds(1)) }
        var ids: [String] = []
        var stored: [String] = []
        while let events = actions.events {
            #expect(stored.isEmpty, "there is more to come")
            ids += events.map(\.id)
            actions = stage.delivered()
            stored += actions.stored
        }
        #expect(ids.count == 250 && Set(ids).count == 250)
        #expect(stored == ["log.7"], "only when all of it is there")
    }
}
