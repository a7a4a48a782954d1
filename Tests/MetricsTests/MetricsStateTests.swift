import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import Metrics

@Suite struct MetricsStateTests {
    private let number = Sample.number("107")

    private func states(_ followed: Followed) -> [String] {
        followed.state.numbers.map { "\($0.status ?? "-") \($0.rating ?? "-") \($0.limit ?? "-")" }
    }

    @Test func changes_ofANumber_areFollowed() {
        let state = Followed(number)
        #expect(states(state) == ["CONNECTED GREEN 10000"])
        let fall = Sample.change(number, .changed, ["/quality_rating", "/throughput/level"], after: ["quality_rating": "RED"])
        #expect(state.take(fall) && states(state) == ["CONNECTED RED 10000"])
        let gone = Sample.change(number, .changed, ["/status"], before: ["status": "CONNECTED"], after: [:])
        #expect(state.take(gone) && states(state) == ["- RED 10000"])
        let known = Sample.change(number, .baseline, after: ["status": "BANNED"])
        #expect(state.take(known) && states(state) == ["BANNED RED 10000"])
        let reported = Sample.change(number, .reported, after: ["status": "DELETED"])
        #expect(state.take(reported) && states(state) == ["BANNED RED 10000"])
        let other = Sample.number("108", status: "PENDING")
        #expect(state.take(Sample.change(other, .added, after: other.document)) && states(state).last == "PENDING GREEN 10000")
        #expect(state.take(Sample.change(number, .removed, before: number.document)) && states(state) == ["PENDING GREEN 10000"])
        // Its place is another since.
        #expect(
            state.take(Sample.change(other, .changed, ["/status"], after: ["status": "FLAGGED"]))
                && states(state) == ["FLAGGED GREEN 10000"])
    }

    /// Of an account's first look only the count is told: which numbers there are must be read.
    @Test func whatCannotBeFollowed_wantsANewSnapshot() {
        let state = Followed(number)
        let first = Resource(
            ResourceID(account: "new", kind: .phoneNumber, id: "102"), confirmedAt: Sample.moment, changedAt: Sample.moment, document: [:])
        #expect(!state.take(Sample.change(first, .baseline, after: ["count": 3])))
        #expect(!state.take(Sample.change(Sample.number("999"), .changed, ["/status"], after: ["status": "X"])))
        var strange = Sample.change(number, .changed)
        strange.operation = OpenEnum(rawValue: "renumbered")
        #expect(!state.take(strange))
    }

    @Test func anAccount_thatLeaves_takesItsNumbersAndAlarmsWithIt() {
        let state = Followed(
            number, Sample.number("201", account: "b"), Sample.alarm("quality", of: "107"), Sample.alarm("blind", of: nil, account: "b"))
        let account = Resource(
            ResourceID(account: "acme", kind: .account, id: "102"), confirmedAt: Sample.moment, changedAt: Sample.moment, document: [:])
        #expect(state.take(Sample.change(account, .removed)))
        #expect(state.numberCount == 1 && state.alarmCounts.map(\.key.name) == ["blind"])
        #expect(state.take(Sample.change(Sample.number("201", account: "b"), .changed, ["/status"], after: ["status": "BANNED"])))
        #expect(states(state) == ["BANNED GREEN 10000"])
    }

    @Test func alarms_areCounted_andThoseThatAreMutedAreNot() {
        let muted: JSONObject = ["by": "alice (1000)", "until": "2026-12-01T00:00:00.000Z", "reason": "known"]
        let (one, two) = (Sample.alarm("quality", of: "107"), Sample.alarm("quality", of: "108"))
        let state = Followed(
            one, two, Sample.alarm("quality", of: "109", muted: muted), Sample.alarm("number_down", of: "107", severity: "critical"))
        func counts() -> [String] { state.alarmCounts.map { "\($0.key.account) \($0.key.name) \($0.key.severity) \($0.value)" } }
        #expect(counts() == ["acme number_down critical 1", "acme quality warning 2"])
        #expect(state.take(Sample.change(one, .changed, ["/muted/by", "/muted/until", "/muted/reason"], after: ["muted": .object(muted)])))
        #expect(counts().last == "acme quality warning 1")
        // Another reason is no end of it.
        #expect(state.take(Sample.change(one, .changed, ["/muted/reason"], before: ["muted": ["reason": "known"]], after: [:])))
        #expect(counts().last == "acme quality warning 1")
        #expect(
            state.take(
                Sample.change(one, .changed, ["/muted/by", "/muted/until"], before: ["muted": ["by": "x", "until": "y"]], after: [:])))
        #expect(counts().last == "acme quality warning 2")
        #expect(state.take(Sample.change(one, .changed, ["/severity"], before: ["severity": "warning"], after: ["severity": "critical"])))
        #expect(counts().contains("acme quality critical 1"))
        #expect(state.take(Sample.change(one, .removed)) && state.take(Sample.change(two, .removed)))
        #expect(counts() == ["acme number_down critical 1"])
    }
}
