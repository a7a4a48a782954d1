import Alarms
import StrictJSON
import Testing
import WhatsAppBusiness

@Suite struct AlarmBookTests {
    @Test func condition_thatHoldsForItsTime_isAdded_andRemovedOnceItIsAbsentForAsLong() {
        var run = AlarmRun()
        #expect(run.set(.of(.numberDown)).isEmpty)
        #expect(run.pass(.seconds(119)).isEmpty)
        let began = run.pass(.seconds(1))
        #expect(began.operations == [.added])
        #expect(began.first?.severity == .critical)
        #expect(began.first?.summary == "acme: number_down of 7")
        #expect(
            began.first?.after == [
                "name": "number_down", "severity": "critical", "summary": "acme: number_down of 7",
                "since": .string(run.wall.advanced(by: .seconds(-120)).description), "kind": "phone_number", "id": "7",
            ])
        #expect(run.set().isEmpty)
        #expect(run.pass(.seconds(119)).isEmpty)
        let ended = run.pass(.seconds(1))
        #expect(ended.operations == [.removed])
        #expect(ended.first?.severity == .info)
        #expect(ended.first?.summary == "acme: ended: number_down of 7")
        #expect(ended.first?.after == nil)
    }

    @Test func condition_thatComesBackBeforeItsTime_isToldToNobody() {
        var run = AlarmRun()
        for _ in 0..<20 {
            run.set(.of(.numberDown))
            run.pass(.seconds(100))
            run.set()
            run.pass(.seconds(10))
        }
        #expect(run.told.isEmpty)
    }

    @Test func alarm_whoseConditionIsAwayForLessThanItsTime_goesOn() {
        var run = AlarmRun()
        run.set(.of(.numberDown))
        run.pass(.seconds(120))
        for _ in 0..<20 {
            run.set()
            run.pass(.seconds(100))
            run.set(.of(.numberDown))
            run.pass(.seconds(10))
        }
        #expect(run.told.map(\.update.operation) == [.added])
    }

    @Test func dash_isToldAtOnce_andEndsAtOnce() {
        var run = AlarmRun()
        #expect(run.set(.of(.numberBanned)).operations == [.added])
        #expect(run.set().operations == [.removed])
    }

    @Test func worsening_isToldAtOnce_andEasingToo() {
        var run = AlarmRun()
        run.set(.of(.quality, .warning, content: ["YELLOW"]))
        run.pass(.seconds(300))
        let worse = run.set(.of(.quality, .critical, content: ["RED"]))
        #expect(worse.operations == [.changed])
        #expect(worse.first?.severity == .critical)
        #expect(worse.first?.after?["severity"] == "critical")
        run.pass(.seconds(3600))
        let better = run.set(.of(.quality, .warning, content: ["YELLOW"]))
        #expect(better.operations == [.changed])
        #expect(better.first?.severity == .warning)
        #expect(better.first?.summary == "acme: eased: quality of 7")
    }

    @Test func content_thatGrows_isNews_andWhatOnlyGoesIsInfo() {
        var run = AlarmRun()
        run.set(.of(.template, .warning, number: nil, content: ["a"]))
        run.pass(.seconds(4000))
        #expect(run.set(.of(.template, .warning, number: nil, content: ["a", "b"])).map(\.severity) == [.warning])
        run.pass(.seconds(4000))
        #expect(run.set(.of(.template, .warning, number: nil, content: ["b"])).map(\.severity) == [.info])
        #expect(run.set(.of(.template, .warning, number: nil, content: ["b"])).isEmpty)
    }

    @Test func words_thatChangeByThemselves_areNoNews() {
        var run = AlarmRun()
        run.set(AlarmCondition(AlarmID(.blind, part: "account"), .critical, "unreachable: a", kind: .watch, thing: "account"))
        run.pass(.seconds(4000))
        run.set(AlarmCondition(AlarmID(.blind, part: "account"), .critical, "unreachable: b", kind: .watch, thing: "account"))
        #expect(run.told.count == 1)
        #expect(run.documents.values.first?["summary"] == "acme: unreachable: a")
    }

    @Test func third_returnWithinAnHour_isFlapping_toldOnce_andStaysUntilAnHourIsQuiet() {
        var run = AlarmRun()
        for _ in 0..<4 {
            run.set(.of(.numberBanned))
            run.pass(.seconds(300))
            run.set()
            run.pass(.seconds(300))
        }
        // Added, ended, and back: what follows waits for room, and the third return is told when there is some.
        #expect(run.told.map(\.update.operation) == [.added, .removed, .added])
        run.set(.of(.numberBanned))
        run.pass(.seconds(1300))
        let news = run.told.last?.update
        #expect(news?.operation == .changed)
        #expect(news?.after?["flaps"]?.integer ?? 0 >= 3)
        #expect(news?.summary.hasPrefix("acme: comes and goes") == true)
        let end = run.now
        run.set()
        run.pass(.seconds(3599))
        #expect(run.documents.count == 1)
        #expect(run.pass(.seconds(1)).operations == [.removed])
        #expect(run.now - end == .seconds(3600))
    }

    @Test func flapping_thatWorsens_isTold() {
        var run = AlarmRun()
        for _ in 0..<8 {
            run.set(.of(.unexpected, .warning))
            run.pass(.seconds(300))
            run.set()
            run.pass(.seconds(300))
        }
        let count = run.told.count
        #expect(run.set(.of(.unexpected, .critical)).map(\.severity) == [.critical])
        run.pass(.seconds(300))
        #expect(run.told[count...].map(\.update.operation) == [.changed])
    }

    @Test func alarm_thatWaitsForItsEnd_andComesBackWorse_isToldAtOnce() {
        var run = AlarmRun()
        for _ in 0..<2 {
            run.set(.of(.quality, .warning))
            run.pass(.seconds(300))
            run.set()
            run.pass(.seconds(300))
        }
        // There is no room for its end yet.
        #expect(run.told.map(\.update.operation) == [.added, .removed, .added])
        #expect(run.set(.of(.quality, .warning)).isEmpty)
        let worse = run.set(.of(.quality, .critical))
        #expect(worse.operations == [.changed])
        #expect(worse.first?.severity == .critical)
        // It has begun anew, and ends as any other does.
        run.set()
        run.pass(.seconds(299))
        #expect(run.documents.count == 1)
        run.pass(.seconds(2 * 3600))
        #expect(run.documents.isEmpty)
    }

    @Test func flapping_thatHoldsForAnHour_isSteadyAgain() {
        var run = AlarmRun()
        for _ in 0..<5 {
            run.set(.of(.numberBanned))
            run.pass(.seconds(300))
            run.set()
            run.pass(.seconds(100))
        }
        run.set(.of(.numberBanned))
        run.pass(.seconds(2 * 3600))
        #expect(run.set().operations == [.removed])
    }

    @Test func number_thatIsOnNoPlatformForMinutesAfterAReauthorisation_isNoAlarm_andOneThatStaysDownIs() {
        var run = AlarmRun()
        run.on(.reauthorised)
        run.pass(.seconds(30))
        run.set(.of(.numberDown))
        run.pass(.seconds(300))
        run.set()
        run.pass(.seconds(60))
        #expect(run.told.isEmpty)
        run.set(.of(.numberDown, number: "8"))
        #expect(run.pass(.seconds(599)).isEmpty)
        #expect(run.pass(.seconds(1)).operations == [.added])
    }

    @Test func reauthorisation_thatIsSeenAfterItsNumbers_stillCounts() {
        var run = AlarmRun()
        run.set(.of(.numberDown))
        run.pass(.seconds(60))
        run.on(.reauthorised)
        run.pass(.seconds(240))
        run.set()
        #expect(run.told.isEmpty)
    }

    @Test func reauthorisation_longPast_changesNothing_andOtherNamesAreNotItsOwn() {
        var run = AlarmRun()
        run.on(.reauthorised)
        #expect(run.set(.of(.numberBanned)).operations == [.added])
        run.pass(.seconds(600))
        run.set(.of(.numberDown, number: "8"))
        #expect(run.pass(.seconds(120)).operations.contains(.added))
    }

    @Test func settings_changeHowLongItSettles_andSilence() {
        var run = AlarmRun(settings: AlarmSettings(rules: ["quality": .settle(.seconds(600)), "name_declined": .never]))
        run.set(.of(.quality), .of(.nameDeclined))
        #expect(run.book.conditions.map(\.id.name) == [.quality])
        #expect(run.pass(.seconds(599)).isEmpty)
        #expect(run.pass(.seconds(1)).operations == [.added])
        #expect(run.on(.settings(AlarmSettings(rules: ["quality": .never]))).first?.id.name == .nameDeclined)
        #expect(run.told.last?.update.operation == .removed)
    }

    @Test func undecided_leavesAlarmsAsTheyAre() {
        var run = AlarmRun()
        run.set(.of(.numberBanned))
        run.set([], undecided: [.numberBanned])
        #expect(run.pass(.seconds(7200)).isEmpty)
        #expect(run.set().operations == [.removed])
    }

    @Test func assessment_thatHoldsForATime_isAskedForAgain() {
        var run = AlarmRun()
        run.on(.assessed(AlarmAssessment([], holdsFor: .seconds(40))))
        #expect(run.book.next(now: run.now, wall: run.wall) == run.now + .seconds(40))
    }

    @Test func account_ofAll_isNotNamed() {
        var run = AlarmRun(account: "*")
        #expect(run.set(.of(.ledger, number: nil)).first?.summary == "ledger of all")
    }

    // MARK: Restarts

    @Test func restart_tellsNothingAgain_andWhatEndedMeanwhileEnds() {
        var run = AlarmRun()
        run.set(.of(.numberBanned, content: ["BANNED"]), .of(.numberDown, number: "8"))
        run.pass(.seconds(120))
        #expect(run.told.count == 2)
        run.restart(after: .seconds(900))
        #expect(run.set(.of(.numberBanned, content: ["BANNED"])).isEmpty)
        #expect(run.pass(.seconds(120)).map(\.id.name) == [.numberDown])
        #expect(run.torn.isEmpty)
    }

    @Test func restart_beforeAnythingIsAssessed_leavesAlarmsAsTheyAre() {
        var run = AlarmRun()
        run.set(.of(.numberBanned))
        run.restart(after: .seconds(7200))
        #expect(run.on(.mutes([], by: nil)).isEmpty)
        #expect(run.book.alarms == [AlarmID(.numberBanned, phoneNumberID: "7")])
    }

    @Test func restart_doesNotMakeRoomForMoreNews() {
        var run = AlarmRun()
        for _ in 0..<12 {
            run.set(.of(.numberBanned))
            run.pass(.seconds(120))
            run.set()
            run.pass(.seconds(120))
            run.restart(after: .seconds(10))
        }
        #expect(run.mostAnHour <= 3)
        #expect(run.torn.isEmpty)
    }

    @Test func restart_ofAnAlarmThatCameBackOftenAndDoesNotFlap_endsItAtOnce() {
        var run = AlarmRun()
        for _ in 0..<5 {
            run.set(.of(.numberBanned))
            run.pass(.seconds(4000))
            run.set()
            run.pass(.seconds(2000))
        }
        run.set(.of(.numberBanned))
        run.pass(.seconds(4000))
        #expect(run.documents.values.first?["flaps"]?.integer ?? 0 >= 3)
        run.restart()
        run.set()
        #expect(run.told.last?.update.operation == .removed)
        #expect(run.told.last?.at == run.now)
    }

    @Test func restart_longAfterAnAlarmWasToldToFlap_keepsItUntilAnHourIsQuiet() {
        var run = AlarmRun()
        for _ in 0..<30 {
            run.set(.of(.numberBanned))
            run.pass(.seconds(300))
            run.set()
            run.pass(.seconds(300))
        }
        let told = run.told.last?.at ?? .zero
        #expect(run.now - told > .seconds(3600))
        run.restart()
        run.set()
        #expect(run.pass(.seconds(3599)).isEmpty)
        #expect(run.pass(.seconds(1)).operations == [.removed])
    }

    @Test func restart_keepsAFlappingAlarmUntilAnHourIsQuiet() {
        var run = AlarmRun()
        for _ in 0..<8 {
            run.set(.of(.numberBanned))
            run.pass(.seconds(300))
            run.set()
            run.pass(.seconds(300))
        }
        #expect(run.documents.values.first?["flaps"] != nil)
        run.restart()
        run.set()
        #expect(run.pass(.seconds(3599)).isEmpty)
        #expect(run.pass(.seconds(1)).operations == [.removed])
    }

    @Test func restart_withADocumentThatNobodyReads_tellsTheAlarmAnew() {
        let id = AlarmID(.numberBanned, phoneNumberID: "7")
        let wall = Timestamp(milliseconds: 1_800_000_000_000)
        var book = AlarmBook(
            account: "acme", stored: [StoredAlarm(id, ["name": "number_banned"], changedAt: wall)], now: .seconds(1), wall: wall)
        #expect(book.on(.assessed(AlarmAssessment([.of(.numberBanned)])), now: .seconds(1), wall: wall).operations == [.added])
    }

    @Test func number_thatLeaves_endsItsAlarmsAtOnce_howeverOftenTheyWereTold() {
        var run = AlarmRun()
        for _ in 0..<3 {
            run.set(.of(.numberBanned), .of(.numberBanned, number: "8"))
            run.set(.of(.numberBanned, number: "8"))
        }
        run.set(.of(.numberBanned), .of(.quality), .of(.numberBanned, number: "8"))
        #expect(run.documents[AlarmID(.numberBanned, phoneNumberID: "7")] != nil)
        #expect(run.on(.left(number: "7")).operations == [.removed])
        #expect(run.documents.keys.map(\.phoneNumberID) == ["8"])
        // What was settling is forgotten with it.
        #expect(run.set(.of(.numberBanned, number: "8")).isEmpty)
        #expect(run.pass(.seconds(7200)).isEmpty)
        #expect(run.torn.isEmpty)
    }
}
