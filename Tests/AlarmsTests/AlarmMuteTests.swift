import Alarms
import StrictJSON
import Testing
import WhatsAppBusiness

@Suite struct AlarmMuteTests {
    private func mute(
        _ run: AlarmRun, id: String = "1", for time: Duration = .seconds(86_400), names: Set<String>? = nil, numbers: Set<String>? = nil
    ) -> AlarmMute {
        AlarmMute(
            id: id, accounts: ["acme"], phoneNumberIDs: numbers, names: names, since: run.wall, until: run.wall.advanced(by: time),
            reason: "ticket 4711", by: "alice (1000)")
    }

    @Test func mute_isToldOfEachAlarmThatMatches_asInfo_withItsActor() {
        var run = AlarmRun()
        run.set(.of(.numberBanned), .of(.numberBanned, number: "8"))
        let mute = mute(run, numbers: ["7"])
        let told = run.on(.mutes([mute], by: "alice (1000)"))
        #expect(told.map(\.id.phoneNumberID) == ["7"])
        #expect(told.operations == [.changed])
        #expect(told.first?.severity == .info)
        #expect(told.first?.actor == "alice (1000)")
        #expect(
            told.first?.after?["muted"] == [
                "until": .string(mute.until.description), "reason": "ticket 4711", "by": "alice (1000)", "severity": "critical",
            ])
        let end = run.on(.mutes([], by: "bob (1001)"))
        #expect(end.first?.actor == "bob (1001)")
        #expect(end.first?.severity == .info)
        #expect(end.first?.after?["muted"] == nil)
        #expect(end.first?.summary == "acme: no longer muted: number_banned of 7")
    }

    @Test func mute_ofWhatBeginsLater_makesItInfo() {
        var run = AlarmRun()
        run.on(.mutes([mute(run, names: ["quality"])], by: "alice (1000)"))
        run.set(.of(.quality), .of(.numberBanned))
        let told = run.pass(.seconds(300))
        #expect(told.map(\.severity) == [.info])
        #expect(run.told.map(\.update.severity) == [.critical, .info])
        #expect(told.first?.actor == nil)
        run.set()
        #expect(run.pass(.seconds(300)).map(\.severity) == [.info])
    }

    @Test func mute_endsByItself() {
        var run = AlarmRun()
        run.set(.of(.numberBanned))
        run.on(.mutes([mute(run, for: .seconds(7200))], by: "alice (1000)"))
        #expect(run.pass(.seconds(7199)).isEmpty)
        let end = run.pass(.seconds(1))
        #expect(end.operations == [.changed])
        #expect(end.first?.after?["muted"] == nil)
        #expect(end.first?.actor == nil)
    }

    @Test func worsening_pastTheSeverityThatWasMuted_breaksIt_forThatAlarmAlone() {
        var run = AlarmRun()
        run.set(.of(.health, .warning), .of(.health, .warning, number: "8"))
        run.pass(.seconds(120))
        run.on(.mutes([mute(run)], by: "alice (1000)"))
        let worse = run.set(.of(.health, .critical), .of(.health, .warning, number: "8"))
        #expect(worse.map(\.severity) == [.critical])
        #expect(worse.first?.after?["muted"] == nil)
        #expect(run.documents[AlarmID(.health, phoneNumberID: "8")]?["muted"] != nil)
        #expect(run.pass(.seconds(3000)).isEmpty)
    }

    @Test func worsening_upToTheSeverityThatWasMuted_doesNot() {
        var run = AlarmRun()
        run.set(.of(.health, .critical))
        run.pass(.seconds(120))
        run.on(.mutes([mute(run)], by: "alice (1000)"))
        run.pass(.seconds(3600))
        #expect(run.set(.of(.health, .warning)).map(\.severity) == [.info])
        #expect(run.set(.of(.health, .critical)).map(\.severity) == [.info])
        #expect(run.documents.values.first?["muted"] != nil)
    }

    @Test func broken_mute_staysBroken_overARestart_andAnotherOneHolds() {
        var run = AlarmRun()
        run.set(.of(.health, .warning))
        run.pass(.seconds(120))
        let first = mute(run)
        run.on(.mutes([first], by: "alice (1000)"))
        run.pass(.seconds(60))
        run.set(.of(.health, .critical))
        run.restart(after: .seconds(60), mutes: [first])
        #expect(run.set(.of(.health, .critical)).isEmpty)
        #expect(run.on(.mutes([first, mute(run, id: "2")], by: "bob (1001)")).first?.actor == "bob (1001)")
    }

    @Test func mute_survivesARestart_withoutAWord_andOneThatEndedMeanwhileEnds() {
        var run = AlarmRun()
        run.set(.of(.numberBanned))
        let kept = mute(run)
        run.on(.mutes([kept], by: "alice (1000)"))
        run.restart(after: .seconds(600), mutes: [kept])
        #expect(run.set(.of(.numberBanned)).isEmpty)
        run.restart(after: .seconds(90_000), mutes: [kept])
        #expect(run.set(.of(.numberBanned)).first?.after?["muted"] == nil)
        #expect(run.torn.isEmpty)
    }

    @Test func mute_thatWasKeptJustBeforeTheEnd_isToldByTheNextProcess() {
        var run = AlarmRun()
        run.set(.of(.numberBanned))
        run.pass(.seconds(60))
        run.restart(after: .seconds(60), mutes: [mute(run)])
        #expect(run.set(.of(.numberBanned)).map(\.severity) == [.info])
    }

    @Test func mute_ofOneAccount_isNotOfWhatConcernsAll() {
        let run = AlarmRun()
        #expect(!mute(run).matches(AlarmID(.ledger), of: "*"))
        #expect(mute(run).matches(AlarmID(.ledger), of: "acme"))
    }

    @Test(arguments: [
        (AlarmMute(id: "1", ids: ["quality/7"], since: .zero, until: .zero, by: "a"), true),
        (AlarmMute(id: "1", ids: ["quality"], since: .zero, until: .zero, by: "a"), false),
        (AlarmMute(id: "1", names: ["quality"], since: .zero, until: .zero, by: "a"), true),
        (AlarmMute(id: "1", names: ["health"], since: .zero, until: .zero, by: "a"), false),
        (AlarmMute(id: "1", phoneNumberIDs: ["8"], since: .zero, until: .zero, by: "a"), false),
        (AlarmMute(id: "1", phoneNumberIDs: [], since: .zero, until: .zero, by: "a"), false),
        (AlarmMute(id: "1", accounts: ["other"], since: .zero, until: .zero, by: "a"), false),
        (AlarmMute(id: "1", since: .zero, until: .zero, by: "a"), true),
    ])
    func filter_narrowsByEveryListThatIsGiven(mute: AlarmMute, matches: Bool) {
        #expect(mute.matches(AlarmID(.quality, phoneNumberID: "7"), of: "acme") == matches)
    }
}

extension Timestamp {
    fileprivate static let zero = Timestamp(milliseconds: 0)
}
