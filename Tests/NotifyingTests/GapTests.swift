import FakeDaemon
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import Notifying

/// What is told where the daemon does not have the changes behind the cursor any more.
@Suite struct GapTests {
    private static let lost = ChangeEvent.historyLost(oldest: Cursor("log.50"), current: Cursor("log.90"))

    /// A flush that is due at once would be a delivery behind the restart, which nobody carries out.
    @Test func nothingIsDelivered_behindARestart() throws {
        var stage = Stage(Stage.route(group: .zero))
        #expect(stage.give(Self.lost) == [.note(.historyLost), .restart(.snapshot)])
        #expect(stage.state.takesEvents, "or it would wait for a delivery that was never begun")
        let notice = stage.pass(.zero)
        #expect(notice.message?.lines.first?.contains("may have been missed") == true)
        #expect(stage.delivered().stored.isEmpty, "what the snapshot has is told to nobody yet")
        _ = stage.give(.snapshotBegins)
        _ = stage.give(.resource(Stage.resource("quality", .warning)))
        #expect(stage.give(.ready(Cursor("log.90"))).message?.lines.first?.hasPrefix("WARNING acme: quality") == true)
        #expect(stage.delivered().stored == ["log.90"])
    }

    @Test func groupThatIsDue_whenHistoryIsLost_isDeliveredBehindTheRestart() throws {
        var stage = Stage(Stage.route())
        _ = stage.begin("quality", .warning)
        stage.running += .seconds(30)
        #expect(stage.give(Self.lost).parcel == nil)
        #expect(stage.pass(.zero).message?.lines.count == 2)
        #expect(stage.delivered().stored.isEmpty)
    }

    @Test func dayOfFailures_leavesNoPlace_untilTheSnapshotIsWhole() {
        var stage = Stage(Stage.route(group: .zero))
        _ = stage.begin("quality", .warning)
        _ = stage.failed()
        stage.running += RouteState.longestFailure
        _ = stage.pass(.zero)
        #expect(stage.failed().contains(.restart(.snapshot)))
        #expect(stage.pass(.zero).message?.lines.first?.contains("for a day") == true)
        #expect(stage.delivered().stored.isEmpty)
    }

    /// A program that takes events hears of an end that only a snapshot shows, and of what is muted since.
    @Test(arguments: [true, false]) func events_tellWhatTheSnapshotShows(tellsEnd: Bool) throws {
        let hook = NotifyDestination.http(NotifyDestination.WebHook(address: .url("https://hook.example")))
        for (destination, isPlain) in [(hook, false), (.exec(["/bin/cat"], .json), true)] {
            var stage = Stage(Stage.route(destination, group: .zero, tellsEnd: tellsEnd))
            for number in ["1", "2"] {
                _ = stage.begin("quality", .warning, number: number)
                _ = stage.delivered()
            }
            _ = stage.give(.heartbeat(Cursor("log.3")))
            _ = stage.give(Self.lost)
            _ = stage.give(.snapshotBegins)
            var muted = Stage.resource("quality", .warning, number: "2")
            muted.document["muted"] = .object(Stage.muteDocument)
            _ = stage.give(.resource(muted))
            let actions = stage.give(.ready(Cursor("log.90")))
            guard tellsEnd else {
                #expect(actions.events == nil && actions.stored == ["log.90"])
                continue
            }
            let events = try #require(actions.events)
            let end = try #require(events.first { $0.id == "alarm/acme/1/quality/1@\(Sample.moment)/ended" })
            let json = try #require(try JSONValue(parsing: String(decoding: end.bytes, as: UTF8.self)).object)
            let data = isPlain ? json : json["data"]?.object
            #expect(isPlain || json["type"] == "io.wabawatch.alarm.removed")
            #expect(data?["operation"] == "removed" && data?["before"] == .object(Stage.document("quality", .warning, number: "1")))
            #expect(events.count == 2 && stage.delivered().stored == ["log.90"])
        }
    }

    /// The list at the start may have what began behind the cursor: where its changes are lost, the snapshot tells it.
    @Test func alarms_knownByTheListAlone_areToldByTheSnapshot() throws {
        var stage = Stage(Stage.route())
        stage.state.know(Stage.resource("quality", .warning))
        stage.state.know(Stage.resource("health", .warning))
        _ = stage.give(Self.lost)
        _ = stage.give(.snapshotBegins)
        _ = stage.give(.resource(Stage.resource("quality", .warning)))
        _ = stage.give(.ready(Cursor("log.90")))
        let lines = try #require(stage.pass(.seconds(30)).message).lines
        #expect(lines.count == 3 && lines[1].hasPrefix("WARNING acme: quality") && lines[2].hasPrefix("ENDED acme: health"))
        #expect(stage.delivered().stored == ["log.90"])
        // What the snapshot told is known for good.
        _ = stage.give(Self.lost)
        _ = stage.give(.snapshotBegins)
        _ = stage.give(.resource(Stage.resource("quality", .warning)))
        _ = stage.give(.ready(Cursor("log.95")))
        #expect(stage.pass(.seconds(30)).message?.lines.count == 1)
    }
}
