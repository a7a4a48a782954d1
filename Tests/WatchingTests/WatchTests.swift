import Changes
import StrictJSON
import Testing
import Watching
import WhatsAppBusiness

@Suite struct WatchTests {
    private let unit = Unit(account: "acme", kind: .businessProfile, phoneNumberID: "7")
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func firstCurrent_isToldToNobody_firstTroubleIs() {
        var calm = Watch(over: unit, since: at(0))
        #expect(calm.on(.complete, at: at(1)) == .silently)
        #expect(calm.on(.complete, at: at(2)) == .nothing)
        var troubled = Watch(over: unit, since: at(0))
        #expect(troubled.on(.failed(.forbidden, reason: "no"), at: at(1)) == .told)
        #expect(troubled.on(.complete, at: at(2)) == .told)
    }

    @Test(arguments: [Watch.State.unreachable, .invalidAnswer])
    func passingFailure_isToldAtTheSecondInARow(state: Watch.State) {
        var watch = Watch(over: unit, since: at(0))
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

    @Test(arguments: [Watch.State.forbidden, .notFound, .throttled, .late])
    func otherFailure_isToldAtOnce_andOnce(state: Watch.State) {
        var watch = Watch(over: unit, since: at(0))
        _ = watch.on(.complete, at: at(1))
        #expect(watch.on(.failed(state, reason: "x"), at: at(2)) == .told)
        #expect(watch.on(.failed(state, reason: "y"), at: at(3)) == .nothing)
    }

    @Test func refusedToken_isToldByTheAccountsWatchAlone() {
        var profile = Watch(over: unit, since: at(0))
        #expect(profile.on(.failed(.unauthorized, reason: "x"), at: at(2)) == .silently)
        #expect(profile.on(.complete, at: at(3)) == .silently)
        var account = Watch(over: Unit(account: "acme", kind: .account), since: at(0))
        #expect(account.on(.failed(.unauthorized, reason: "x"), at: at(2)) == .told)
        #expect(account.on(.complete, at: at(3)) == .told)
    }

    @Test func change_saysWhatHappened() throws {
        var watch = Watch(over: unit, since: at(0))
        _ = watch.on(.complete, at: at(1))
        let before = watch
        _ = watch.on(.failed(.forbidden, reason: "no permission"), at: at(2))
        let change = try #require(watch.change(of: unit, from: before))
        #expect(change.resource == ResourceID(account: "acme", kind: .watch, id: "business_profile/7", phoneNumberID: "7"))
        #expect(change.summary == "acme: the watch over business_profile of 7 is forbidden: no permission")
        #expect(change.severity == .warning)
        #expect(change.fields.map(\.description) == ["/reason", "/state"])
        #expect(change.before == ["state": "current"])
    }

    @Test func watch_goesOnWhereTheLastProcessLeftIt() throws {
        var watch = Watch(over: unit, since: at(0))
        _ = watch.on(.failed(.forbidden, reason: "x"), at: at(2))
        var restored = try #require(Watch(over: unit, document: watch.document, since: at(2), lastSuccess: nil))
        #expect(restored.on(.failed(.forbidden, reason: "x"), at: at(9)) == .nothing)
    }
}
