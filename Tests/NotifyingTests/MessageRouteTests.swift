import FakeDaemon
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import Notifying

/// What people are told, and when.
@Suite struct MessageRouteTests {
    @Test func alarms_thatBeginWithinAGroup_areOneMessage_theWorstFirst() throws {
        var stage = Stage(Stage.route())
        #expect(stage.begin("quality", .warning, number: "1").isEmpty)
        #expect(stage.wait == .seconds(30))
        _ = stage.pass(.seconds(20))
        #expect(stage.begin("number_banned", .critical, number: "2").isEmpty)
        #expect(stage.wait == .seconds(10), "what comes later does not put it off")
        let actions = stage.pass(.seconds(10))
        let message = try #require(actions.message)
        #expect(message.subject == "wabawatch: CRITICAL: 2 alarms" && message.severity == .critical)
        #expect(
            message.lines == [
                "CRITICAL acme: number_banned of 2 (since 2026-11-21 04:00:00Z)", "WARNING acme: quality of 1 (since 2026-11-21 04:00:00Z)",
            ])
        #expect(actions.stored.isEmpty && !stage.state.takesEvents, "nothing is done with before it is delivered")
        #expect(stage.delivered().stored == ["log.2"])
        #expect(stage.state.takesEvents && stage.wait == nil)
    }

    @Test func alarm_belowTheLeastSeverity_isNotTold_untilItWorsens() throws {
        var stage = Stage(Stage.route(minimum: .critical))
        _ = stage.begin("quality", .warning, number: "1")
        #expect(stage.wait == nil)
        _ = stage.turn("quality", .warning, .critical, number: "1")
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("CRITICAL acme: quality of 1") == true)
        _ = stage.delivered()
        _ = stage.turn("quality", .critical, .warning, number: "1")
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("EASED to warning") == true)
        _ = stage.delivered()
        _ = stage.end("quality", .warning, number: "1")
        #expect(stage.wait == nil, "what was eased has been told to be over")
    }

    @Test func end_isTold_withHowLongItLasted_unlessItIsNotWanted() throws {
        for tellsEnd in [true, false] {
            var stage = Stage(Stage.route(tellsEnd: tellsEnd))
            _ = stage.begin("quality", .warning)
            _ = stage.pass(.seconds(30))
            _ = stage.delivered()
            _ = stage.pass(.seconds(570))
            _ = stage.end("quality", .warning)
            let message = stage.pass(.seconds(30)).message
            if tellsEnd {
                #expect(
                    message?.subject == "wabawatch: ENDED acme: quality of acme (lasted from 2026-11-21 04:00:00Z to 2026-11-21 04:10:00Z)")
                #expect(message?.severity == .info)
            } else {
                #expect(message == nil)
            }
        }
    }

    @Test func alarm_thatBeginsAndEndsWithinAGroup_isOneLine_alsoWhereEndsAreNotWanted() {
        for tellsEnd in [true, false] {
            var stage = Stage(Stage.route(tellsEnd: tellsEnd))
            _ = stage.begin("quality", .warning)
            _ = stage.end("quality", .warning)
            let lines = stage.pass(.seconds(30)).message?.lines ?? []
            #expect(lines.count == 1 && lines.first?.hasPrefix("ENDED") == true)
        }
    }

    @Test func mutedAlarm_isToldToNobody_andWhenItIsUnmutedAgain() {
        var stage = Stage(Stage.route(repeats: .seconds(3600)))
        _ = stage.begin("quality", .warning)
        _ = stage.mute("quality")
        #expect(stage.pass(.seconds(30)).message == nil, "muted before anybody was told")
        _ = stage.pass(.seconds(3600))
        #expect(stage.wait == nil, "nobody is reminded of it")
        _ = stage.unmute("quality")
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("WARNING acme: quality") == true)
        _ = stage.delivered()
        _ = stage.mute("quality")
        #expect(stage.pass(.seconds(30)).message == nil, "a mute is no end")
        let muted = Stage.document("quality", .warning).merging(["muted": .object(Stage.muteDocument)])
        let removed = stage.change(.removed, "quality", severity: .info, before: muted)
        _ = stage.give(.change(removed))
        #expect(stage.pass(.seconds(30)).message == nil)
    }

    @Test func mutedAlarm_isToldToNobody_alsoWhereInfoIsWanted() {
        var stage = Stage(Stage.route(minimum: nil, repeats: .seconds(3600)))
        _ = stage.begin("quality", .critical)
        _ = stage.pass(.seconds(30))
        _ = stage.delivered()
        _ = stage.mute("quality")
        #expect(stage.wait == nil && stage.pass(.seconds(7200)).message == nil, "neither that it is muted, nor that it lasts")
        let muted = Stage.document("quality", .critical).merging(["muted": .object(Stage.muteDocument)])
        let removed = stage.change(.removed, "quality", severity: .info, before: muted)
        _ = stage.give(.change(removed))
        #expect(stage.pass(.seconds(30)).message == nil, "its end neither")
        let added = stage.change(.added, "health", severity: .info, after: muted)
        _ = stage.give(.change(added))
        #expect(stage.pass(.seconds(30)).message == nil, "nor one that is muted as it begins")
        _ = stage.unmute("health")
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("CRITICAL acme: quality of acme (since") == true)
    }

    @Test func severity_isThatOfWhatStillHolds() throws {
        var stage = Stage(Stage.route())
        _ = stage.begin("number_banned", .critical)
        _ = stage.end("number_banned", .critical)
        #expect(stage.pass(.seconds(30)).message?.severity == .info, "it is over before anybody was told")
        _ = stage.delivered()
        _ = stage.begin("quality", .critical, number: "1")
        _ = stage.begin("health", .warning, number: "1")
        _ = stage.turn("quality", .critical, .warning, number: "1")
        let message = try #require(stage.pass(.seconds(30)).message)
        #expect(message.severity == .warning && message.subject == "wabawatch: 2 alarms")
        _ = stage.delivered()
        _ = stage.turn("quality", .warning, .critical, number: "1")
        _ = stage.mute("quality", number: "1")
        _ = stage.end("health", .warning, number: "1")
        #expect(stage.pass(.seconds(30)).message?.severity == .info, "nothing of what is muted is in it")
    }

    @Test func changeThatIsFollowedByItsEnd_isNotTold_whereEndsAreNotWanted() {
        var stage = Stage(Stage.route(tellsEnd: false))
        _ = stage.begin("quality", .warning)
        _ = stage.pass(.seconds(30))
        _ = stage.delivered()
        _ = stage.turn("quality", .warning, .critical)
        _ = stage.end("quality", .critical)
        #expect(stage.pass(.seconds(30)).message == nil, "it does not hold any more")
        _ = stage.begin("quality", .warning)
        #expect(stage.pass(.seconds(30)).message?.lines.count == 1)
    }

    @Test func reminder_listsWhatLasts_afterEachInterval_andStopsWithIt() throws {
        var stage = Stage(Stage.route(repeats: .seconds(3600)))
        _ = stage.begin("quality", .warning)
        _ = stage.pass(.seconds(30))
        #expect(stage.delivered().contains(.storeReminder(stage.wall)))
        #expect(stage.wait == .seconds(3600))
        #expect(stage.pass(.seconds(3599)).message == nil)
        let reminder = stage.pass(.seconds(1))
        #expect(reminder.message?.lines == ["STILL WARNING acme: quality of acme (since 2026-11-21 04:00:00Z)"])
        _ = stage.delivered()
        #expect(stage.wait == .seconds(3600))
        _ = stage.end("quality", .warning)
        _ = stage.pass(.seconds(30))
        #expect(stage.delivered().contains(.storeReminder(nil)))
        #expect(stage.wait == nil)
    }

    @Test func reminder_isDueAfterARestartAsBefore_whateverTheWallShows() {
        let told = Sample.moment.advanced(by: .seconds(-3000))
        var stage = Stage(Stage.route(repeats: .seconds(3600)), remindedAt: told)
        stage.state.know(Stage.resource("quality", .warning))
        #expect(stage.wait == .seconds(600))
        #expect(stage.pass(.seconds(600)).message?.lines.count == 1)
        // A clock that was set back puts it off by one interval at most.
        var early = Stage(Stage.route(repeats: .seconds(3600)), remindedAt: Sample.moment.advanced(by: .seconds(86_400)))
        early.state.know(Stage.resource("quality", .warning))
        #expect(early.wait == .seconds(3600))
    }

    @Test func clockThatIsSetBack_putsAReminderOffByOneInterval() {
        var stage = Stage(Stage.route(repeats: .seconds(3600)), remindedAt: Sample.moment.advanced(by: .seconds(86_400)))
        stage.state.know(Stage.resource("quality", .warning))
        #expect(stage.pass(.zero) == [.storeReminder(Sample.moment)])
        #expect(stage.pass(.seconds(3599)).isEmpty)
        #expect(stage.pass(.seconds(1)).message?.lines.first?.hasPrefix("STILL WARNING") == true)
    }

    @Test func restart_knowsWhatLasts_withoutTellingItAgain_andTellsItsEnd() {
        var stage = Stage(Stage.route())
        #expect(stage.state.needsPresentAlarms && stage.state.start == .after(Cursor("log.0")))
        stage.state.know(Stage.resource("quality", .warning, number: "1"))
        #expect(stage.pass(.seconds(100)).isEmpty)
        // Told again though it is known: it may not have been delivered.
        _ = stage.begin("quality", .warning, number: "1")
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("WARNING") == true)
        _ = stage.delivered()
        // One that ended while the program was away is known by its change alone.
        _ = stage.end("health", .critical)
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("ENDED acme: health") == true)
    }

    /// What lasts was listed after the changes that are told again: each is judged by what it says itself.
    @Test func changesThatAreToldAgain_areJudgedByThemselves() {
        var stage = Stage(Stage.route(minimum: .critical))
        stage.state.know(Stage.resource("quality", .warning))
        _ = stage.turn("quality", .critical, .warning)
        #expect(stage.pass(.seconds(30)).message?.lines.first?.hasPrefix("EASED to warning acme: quality") == true)
        _ = stage.delivered()
        var other = Stage(Stage.route())
        other.state.know(Stage.resource("health", .critical))
        _ = other.unmute("health")
        #expect(other.pass(.seconds(30)).message?.lines.first?.hasPrefix("CRITICAL acme: health") == true)
    }

    @Test func firstStart_tellsWhatIsWrong_andNoMoreThanThat() throws {
        var stage = Stage(Stage.route(), cursor: nil)
        #expect(stage.state.start == .snapshot && !stage.state.needsPresentAlarms)
        _ = stage.give(.snapshotBegins)
        _ = stage.give(.resource(Stage.resource("quality", .warning)))
        _ = stage.give(.resource(Stage.resource("budget", .info)))
        #expect(stage.give(.heartbeat(Cursor("log.5"))).stored.isEmpty, "half a snapshot is no place to go on from")
        #expect(stage.give(.ready(Cursor("log.5"))).isEmpty)
        let message = try #require(stage.pass(.seconds(30)).message)
        #expect(message.lines.count == 1)
        #expect(stage.delivered().stored == ["log.5"])
    }

    @Test func heartbeat_movesTheCursor_whereNothingWaits() {
        var stage = Stage(Stage.route())
        #expect(stage.give(.heartbeat(Cursor("log.9"))).stored == ["log.9"])
        #expect(stage.give(.heartbeat(Cursor("log.9"))).stored.isEmpty)
        _ = stage.begin("quality", .warning)
        #expect(stage.give(.heartbeat(Cursor("log.12"))).stored.isEmpty, "something waits to be told")
        _ = stage.pass(.seconds(30))
        #expect(stage.delivered().stored == ["log.12"])
    }

    @Test func changes_areCounted_beyondTheFirst() throws {
        var route = Stage.route()
        route.subject = .changes
        route.match = Filter(kinds: [.phoneNumber])
        var stage = Stage(route, cursor: nil)
        #expect(stage.state.start == .now && route.subscription == route.match)
        for sequence in 1...140_000 { #expect(stage.give(.change(Sample.fall(sequence, Cursor("log.\(sequence)")))).isEmpty) }
        let message = try #require(stage.pass(.seconds(30)).message)
        #expect(message.subject == "wabawatch: 140000 changes")
        #expect(message.lines.count == Digest.mostLines + 1)
        #expect(message.lines.last == "… and 139980 more changes; in all: 140000 phone_number changed")
        #expect(message.text.utf8.count < 10_000)
        #expect(stage.delivered().stored == ["log.140000"])
    }

    @Test func storm_ofAlarms_isOneMessage_thatCountsThem() throws {
        var stage = Stage(Stage.route())
        for number in 0..<30_000 { _ = stage.begin("quality", .warning, number: "\(number)") }
        let message = try #require(stage.pass(.seconds(30)).message)
        #expect(message.subject == "wabawatch: 30000 alarms" && message.lines.count == Digest.mostLines + 1)
        #expect(message.lines.last == "… and 29980 more alarms")
    }

    @Test func alarms_pastThoseThatAreKept_areToldOnceInTheLog() {
        var stage = Stage(Stage.route())
        var notes: [RouteNote] = []
        for number in 0..<(AlarmTracker.most + 5) { notes += stage.begin("quality", .warning, number: "\(number)").notes }
        #expect(notes == [.tooManyAlarms])
    }

    @Test func textFromOutside_canNeitherSteerATerminal_norMakeALineOfItsOwn() throws {
        var stage = Stage(Stage.route())
        let summary = "evil \u{1B}[2J\u{202E}\nSubject: x" + String(repeating: "x", count: 5000)
        let change = stage.change(
            .added, "quality", severity: .warning, after: Stage.document("quality", .warning, summary: summary))
        _ = stage.give(.change(change))
        let message = try #require(stage.pass(.seconds(30)).message)
        #expect(message.lines.count == 1 && message.lines[0].count <= Digest.lineWidth)
        #expect(
            message.lines[0].hasPrefix(#"WARNING acme: evil \u{1B}[2J\u{202E}\nSubject: x"#),
            "the account is put in front where it is not there")
        #expect(message.lines[0].hasSuffix("(since 2026-11-21 04:00:00Z)"))
        #expect(!message.subject.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E } && message.subject.count <= 150)
    }
}

extension JSONObject {
    func merging(_ other: JSONObject) -> JSONObject {
        var result = self
        for member in other { result[member.name] = member.value }
        return result
    }
}
