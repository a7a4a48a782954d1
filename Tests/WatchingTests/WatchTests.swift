import Changes
import StrictJSON
import Testing
import Watching
import WhatsAppBusiness

@Suite struct WatchTests {
    private let target = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "7")
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func firstCurrent_isToldToNobody_firstTroubleIs() {
        var calm = Watch(over: target, since: at(0))
        #expect(calm.on(.complete, at: at(1)) == .silently)
        #expect(calm.on(.complete, at: at(2)) == .nothing)
        var troubled = Watch(over: target, since: at(0))
        #expect(troubled.on(.failed(.throttled, reason: "no"), at: at(1)) == .told)
        #expect(troubled.on(.complete, at: at(2)) == .told)
    }

    @Test(arguments: [Watch.State.unreachable, .invalidAnswer, .forbidden, .notFound])
    func failure_thatMayMeanNothing_isToldAtTheSecondInARow(state: Watch.State) {
        var watch = Watch(over: target, since: at(0))
        _ = watch.on(.complete, at: at(1))
        #expect(watch.on(.failed(state, reason: "x"), at: at(2)) == .nothing)
        #expect(watch.on(.complete, at: at(3)) == .nothing)
        #expect(watch.on(.failed(state, reason: "x"), at: at(4)) == .nothing)
        #expect(watch.on(.failed(state, reason: "x"), at: at(5)) == .told)
        #expect(watch.on(.failed(state, reason: "x"), at: at(6)) == .nothing)
        #expect(watch.failures == 3)
        #expect(watch.since == at(5))
        #expect(watch.on(.complete, at: at(7)) == .told)
    }

    @Test(arguments: [Watch.State.throttled, .late])
    func otherFailure_isToldAtOnce_andOnce(state: Watch.State) {
        var watch = Watch(over: target, since: at(0))
        _ = watch.on(.complete, at: at(1))
        #expect(watch.on(.failed(state, reason: "x"), at: at(2)) == .told)
        #expect(watch.on(.failed(state, reason: "y"), at: at(3)) == .nothing)
    }

    @Test func refusal_afterPassingFailures_isAskedAgain_andOtherwiseTheSame() {
        var watch = Watch(over: target, since: at(0))
        _ = watch.on(.complete, at: at(1))
        #expect(watch.on(.failed(.unreachable, reason: "x"), at: at(2)) == .nothing)
        #expect(watch.on(.failed(.forbidden, reason: "y"), at: at(3)) == .nothing)
        #expect(watch.on(.failed(.forbidden, reason: "y"), at: at(4)) == .told)
        // One stumble in trouble that lasts is no news.
        #expect(watch.on(.failed(.unreachable, reason: "x"), at: at(5)) == .nothing)
        #expect(watch.on(.failed(.forbidden, reason: "y"), at: at(6)) == .nothing)
        #expect(watch.on(.failed(.notFound, reason: "y"), at: at(7)) == .nothing)
        #expect(watch.on(.failed(.notFound, reason: "y"), at: at(8)) == .told)
        // What fails in another way each time has failed all the same.
        var mixed = Watch(over: target, since: at(0))
        _ = mixed.on(.complete, at: at(1))
        _ = mixed.on(.failed(.unreachable, reason: "x"), at: at(2))
        _ = mixed.on(.failed(.forbidden, reason: "y"), at: at(3))
        #expect(mixed.on(.failed(.unreachable, reason: "x"), at: at(4)) == .told)
    }

    @Test func widerTrouble_isTakenAtOnceWithoutAWord_andEndsWithoutOne() {
        for state in [Watch.State.unauthorized, .forbidden, .notFound, .unreachable, .late] {
            var watch = Watch(over: target, since: at(0))
            _ = watch.on(.complete, at: at(1))
            #expect(watch.on(.follows(state, reason: "x"), at: at(2)) == .silently)
            #expect(watch.state == state && watch.reason == "x" && watch.since == at(2) && watch.lastSuccess == at(1))
            #expect(watch.on(.follows(state, reason: "x"), at: at(3)) == .nothing)
            #expect(watch.on(.complete, at: at(4)) == .silently)
            // Its own trouble was told, and what came over it does not hide its end.
            _ = watch.on(.failed(.throttled, reason: "y"), at: at(5))
            #expect(watch.on(.follows(state, reason: "x"), at: at(6)) == .silently)
            #expect(watch.on(.complete, at: at(7)) == .told)
        }
    }

    /// What the process before this one left is not told again when wider trouble ends: its own next poll says how it is.
    @Test(arguments: [Watch.State.throttled, .late, .unreachable, .forbidden])
    func inheritedTrouble_isNotToldAnew_whenWhatCoveredItEnds(state: Watch.State) throws {
        let account = PollTarget(account: "acme", kind: .account)
        let document: JSONObject = ["state": .string(state.rawValue), "reason": "old"]
        var watch = try #require(Watch(over: account, document: document, told: document, since: at(0), lastSuccess: nil))
        let cover = state == .late ? Watch.State.throttled : .late
        #expect(watch.on(.covers(cover, reason: "new"), at: at(1)) == .told)
        #expect(watch.on(.uncovers(isPolled: true), at: at(2)) == .nothing)
        #expect(watch.shown.state == cover)
        #expect(watch.on(.complete, at: at(3)) == .told)
        #expect(watch.state == .current)

        // What its own polls have shown since is known.
        var seen = try #require(Watch(over: account, document: document, told: document, since: at(0), lastSuccess: nil))
        for second in 1...3 { _ = seen.on(.failed(.notFound, reason: "gone"), at: at(Int64(second))) }
        _ = seen.on(.covers(cover, reason: "new"), at: at(4))
        #expect(seen.on(.uncovers(isPolled: true), at: at(5)) == .told)
        #expect(seen.state == .notFound)
    }

    @Test func certainTrouble_isToldAtOnce() {
        var watch = Watch(over: PollTarget(account: "acme", kind: .account), since: at(0))
        #expect(watch.on(.failed(.unauthorized, reason: "x", isCertain: true), at: at(2)) == .told)
        #expect(watch.on(.complete, at: at(3)) == .told)
    }

    /// Each of many numbers would tell the end of a drift that one of them told, where wider trouble came in between.
    @Test(arguments: [true, false]) func drift_thatAnotherTold_endsWithoutAWord(isTold: Bool) {
        var watch = Watch(over: target, since: at(0))
        _ = watch.on(.complete, at: at(1))
        #expect(watch.on(.drifted("x", isTold: isTold), at: at(2)) == (isTold ? .silently : .told))
        #expect(watch.on(.follows(.unauthorized, reason: "y"), at: at(3)) == .silently)
        #expect(watch.on(.complete, at: at(4)) == (isTold ? .silently : .told))
        // Trouble of its own is told from its beginning to its end.
        _ = watch.on(.drifted("x", isTold: isTold), at: at(5))
        #expect(watch.on(.failed(.forbidden, reason: "z", isCertain: true), at: at(6)) == .told)
        #expect(watch.on(.follows(.unauthorized, reason: "y"), at: at(7)) == .silently)
        #expect(watch.on(.complete, at: at(8)) == .told)
    }

    @Test func change_saysWhatHappened() throws {
        var watch = Watch(over: target, since: at(0))
        _ = watch.on(.complete, at: at(1))
        let before = watch
        _ = watch.on(.failed(.forbidden, reason: "no permission", isCertain: true), at: at(2))
        let change = try #require(watch.change(of: target, from: before))
        #expect(change.resource == ResourceID(account: "acme", kind: .watch, id: "business_profile/7", phoneNumberID: "7"))
        #expect(change.summary == "acme: business_profile of 7 is not current, access denied: no permission")
        #expect(change.severity == .warning)
        #expect(change.fields.map(\.description) == ["/reason", "/state"])
        #expect(change.before == ["state": "current"])
    }

    @Test func watch_goesOnWhereTheLastProcessLeftIt() throws {
        var watch = Watch(over: target, since: at(0))
        _ = watch.on(.failed(.forbidden, reason: "x", isCertain: true), at: at(2))
        let told = watch.document
        var restored = try #require(Watch(over: target, document: watch.document, told: told, since: at(2), lastSuccess: nil))
        #expect(restored.on(.failed(.forbidden, reason: "x"), at: at(9)) == .nothing)
        #expect(restored.on(.complete, at: at(10)) == .told, "its beginning was told")
        // A refused token was told by the account's watch, and what it was before is over.
        _ = watch.on(.follows(.unauthorized, reason: "x"), at: at(3))
        restored = try #require(Watch(over: target, document: watch.document, told: told, since: at(3), lastSuccess: nil))
        #expect(restored.on(.complete, at: at(10)) == .told)
        for never in [nil, ["state": "current"]] as [JSONObject?] {
            restored = try #require(Watch(over: target, document: watch.document, told: never, since: at(3), lastSuccess: nil))
            #expect(restored.on(.complete, at: at(10)) == .silently)
        }
    }

    /// The account's watch tells of the whole account, be it polled or not: what a process before this one left it in ends with the last cover.
    @Test func inheritedTrouble_isNotToldAgain_whereNoPollOfItsOwnCouldEndIt() throws {
        let document: JSONObject = ["state": "throttled", "reason": "too many calls"]
        let account = PollTarget(account: "acme", kind: .account)
        var watch = try #require(Watch(over: account, document: document, told: document, since: at(0), lastSuccess: nil))
        #expect(watch.on(.covers(.late, reason: "the budget is used up"), at: at(1)) == .told)
        #expect(watch.on(.uncovers(isPolled: false), at: at(2)) == .told)
        #expect(watch.shown.state == .current)
    }
}
