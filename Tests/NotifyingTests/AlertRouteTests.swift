import FakeDaemon
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import Notifying

/// What an Alertmanager is told.
@Suite struct AlertRouteTests {
    private static func stage(cursor: Cursor? = Cursor("log.0"), minimum: Severity? = .warning) -> Stage {
        Stage(Stage.route(.alertmanager("http://127.0.0.1:9093"), group: .milliseconds(200), minimum: minimum), cursor: cursor)
    }

    @Test func alarm_isAnAlert_withLabelsThatStay() throws {
        var stage = Self.stage()
        _ = stage.begin("quality", .warning, number: "107878721936019")
        let alert = try #require(stage.pass(.milliseconds(200)).alerts?.first)
        #expect(
            JSONValue.object(alert.json()) == [
                "labels": [
                    "alertname": "quality", "account": "acme", "alarm": "quality/107878721936019", "severity": "warning",
                    "id": "107878721936019", "phone_number": "107878721936019",
                ],
                "annotations": [
                    "summary": "acme: quality of 107878721936019",
                    "description": "Alarm quality/107878721936019 of phone number 107878721936019 of account acme. See wabawatch alarms.",
                ], "startsAt": "2026-11-21T04:00:00.000Z",
            ])
        #expect(stage.delivered().stored == ["log.1"])
    }

    @Test func alarms_areSentEachMinute_whileTheyLast() {
        var stage = Self.stage()
        _ = stage.begin("quality", .warning)
        _ = stage.pass(.milliseconds(200))
        _ = stage.delivered()
        for _ in 0..<3 {
            #expect(stage.wait == .seconds(60))
            #expect(stage.pass(.seconds(60)).alerts?.count == 1)
            _ = stage.delivered()
        }
        _ = stage.end("quality", .warning)
        let ended = stage.pass(.milliseconds(200)).alerts
        #expect(ended?.count == 1 && ended?.first?.endedAt != nil)
        _ = stage.delivered()
        #expect(stage.wait == nil)
    }

    @Test func end_isSent_untilItIsThere() {
        var stage = Self.stage()
        _ = stage.begin("quality", .warning)
        _ = stage.pass(.milliseconds(200))
        _ = stage.delivered()
        _ = stage.end("quality", .warning)
        let first = stage.pass(.milliseconds(200))
        #expect(stage.failed().stored.isEmpty)
        #expect(stage.pass(.seconds(5)).alerts == first.alerts && first.alerts?.first?.endedAt != nil)
        #expect(stage.delivered().stored == ["log.2"])
    }

    @Test func severityThatChanges_isAnotherAlert_andTheFirstIsOver() throws {
        var stage = Self.stage()
        _ = stage.begin("quality", .warning)
        _ = stage.pass(.milliseconds(200))
        _ = stage.delivered()
        _ = stage.turn("quality", .warning, .critical)
        let alerts = try #require(stage.pass(.milliseconds(200)).alerts)
        #expect(alerts.map(\.severity) == [.critical, .warning] && alerts.map { $0.endedAt == nil } == [true, false])
        _ = stage.delivered()
        #expect(stage.pass(.seconds(60)).alerts?.map(\.severity) == [.critical])
    }

    @Test func mutedAlarm_isOver_forWhoDoesNotWantIt() throws {
        var stage = Self.stage()
        _ = stage.begin("quality", .critical)
        _ = stage.pass(.milliseconds(200))
        _ = stage.delivered()
        _ = stage.mute("quality")
        let alert = try #require(stage.pass(.milliseconds(200)).alerts?.first)
        #expect(alert.severity == .critical && alert.endedAt != nil)
    }

    @Test(arguments: [nil, .info] as [Severity?]) func mutedAlarm_isOver_whateverIsWanted_andUnmutedItIsThereAgain(minimum: Severity?)
        throws
    {
        for severity in [Severity.info, .critical] {
            var stage = Self.stage(minimum: minimum)
            _ = stage.begin("quality", severity)
            _ = stage.pass(.milliseconds(200))
            _ = stage.delivered()
            _ = stage.mute("quality")
            let alert = try #require(stage.pass(.milliseconds(200)).alerts?.first)
            #expect(alert.severity == severity && alert.endedAt != nil)
            _ = stage.delivered()
            #expect(stage.wait == nil, "nothing lasts that is sent each minute")
            _ = stage.unmute("quality")
            let again = try #require(stage.pass(.milliseconds(200)).alerts)
            #expect(again.count == 1 && again[0].severity == severity && again[0].endedAt == nil)
        }
    }

    @Test func alarmThatEndsAndComesBackWithinAGroup_lasts() throws {
        var stage = Self.stage()
        _ = stage.begin("quality", .warning)
        _ = stage.pass(.milliseconds(200))
        _ = stage.delivered()
        _ = stage.end("quality", .warning)
        _ = stage.begin("quality", .warning)
        let alerts = try #require(stage.pass(.milliseconds(200)).alerts)
        #expect(alerts.count == 1 && alerts[0].endedAt == nil)
    }

    @Test func restart_sendsWhatLasts_atOnce() {
        var stage = Self.stage()
        stage.state.know(Stage.resource("quality", .warning))
        #expect(stage.wait == .zero)
        #expect(stage.pass(.zero).alerts?.count == 1)
        _ = stage.delivered()
        #expect(stage.wait == .seconds(60))
    }

    @Test func snapshot_isWaitedFor_untilItIsWhole() {
        var stage = Self.stage()
        _ = stage.begin("quality", .warning)
        _ = stage.give(.historyLost(oldest: Cursor("log.50"), current: Cursor("log.90")))
        _ = stage.give(.snapshotBegins)
        #expect(stage.wait == nil && stage.pass(.seconds(100)).isEmpty, "nothing is due that cannot be done")
        _ = stage.give(.resource(Stage.resource("quality", .warning)))
        #expect(stage.give(.ready(Cursor("log.90"))).alerts?.count == 1)
    }

    /// An alarm that changed and ended while the program was away is in no list, and its change has a member alone: its alerts have the labels all the same.
    @Test func changeThatIsToldAgain_ofAnAlarmThatIsOver_hasTheLabelsOfTheWhole() throws {
        var stage = Self.stage()
        _ = stage.turn("quality", .warning, .critical, number: "1")
        #expect(stage.wait == nil, "it waits for the whole document")
        _ = stage.end("quality", .critical, number: "1")
        let alerts = try #require(stage.pass(.milliseconds(200)).alerts)
        #expect(Set(alerts.map(\.severity)) == [.warning, .critical] && alerts.allSatisfy { $0.endedAt != nil })
        for alert in alerts {
            let labels = alert.json()["labels"]
            #expect(labels?["id"] == "1" && labels?["alertname"] == "quality" && alert.alarm.summary == "acme: quality of 1")
        }
        #expect(stage.delivered().stored == ["log.2"])
    }

    @Test func end_isNeverBeforeTheBegin() {
        let alarm = PresentAlarm(Stage.resource("quality", .warning))
        let alert = AlarmAlert(alarm, endedAt: Sample.moment.advanced(by: .seconds(-5)))
        #expect(alert.json()["endsAt"] == alert.json()["startsAt"])
    }
}
