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
