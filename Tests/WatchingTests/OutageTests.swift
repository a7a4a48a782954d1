import Changes
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct OutageTests {
    private func target(_ index: Int) -> PollTarget { PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "\(index)") }
    private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }

    private func check(_ targets: Set<PollTarget>, _ expected: Set<PollTarget>, _ why: Comment? = nil) { #expect(targets == expected, why) }

    @Test func firstSuccess_hastensAllThatBeganToFail_once() {
        var outage = Outage()
        for index in 1...4 { outage.failed(target(index), now: at(index)) }
        check(outage.succeeded(target(1), now: at(10)), [target(2), target(3), target(4)])
        check(outage.succeeded(target(2), now: at(11)), [])
        outage.failed(target(3), now: at(12))
        check(outage.succeeded(target(2), now: at(13)), [], "it has a trouble of its own")
    }

    /// A thousand successes of others beside one target that is refused for ever: it keeps its own pace.
    @Test func unitThatFailsAlone_isHastenedOnce() {
        var outage = Outage()
        var hastened = 0
        for turn in 0..<1000 {
            outage.failed(target(1), now: at(turn * 10))
            hastened += outage.succeeded(target(2), now: at(turn * 10 + 5)).count
        }
        #expect(hastened == 1)
        #expect(outage.contains(target(1)))
        _ = outage.succeeded(target(1), now: at(20_000))
        #expect(outage.isIdle)
    }

    @Test func anotherOutage_hastensWhatWasStuck_too() {
        var outage = Outage()
        outage.failed(target(1), now: at(0))
        _ = outage.succeeded(target(2), now: at(1))
        outage.failed(target(2), now: at(100))
        check(outage.succeeded(target(3), now: at(101)), [target(2)], "one that stumbles is no outage")
        _ = outage.succeeded(target(2), now: at(102))
        outage.failed(target(2), now: at(200))
        check(outage.succeeded(target(2), now: at(260)), [target(1)], "nothing succeeded for a minute")
        outage.failed(target(2), now: at(300))
        outage.failed(target(3), now: at(301))
        check(outage.succeeded(target(4), now: at(302)), [target(1), target(2), target(3)])
    }

    @Test func forgottenUnit_isNotWaitedFor() {
        var outage = Outage()
        outage.failed(target(1), now: at(0))
        outage.forget(target(1))
        #expect(outage.isIdle)
    }
}

@Suite struct RetryTests {
    @Test(arguments: [0, 0.25, 0.5, 0.999]) func refusal_isAskedForAgainWithinTenSeconds_thenOften_thenWithBackoff(random: Double) {
        let retry = Retry()
        #expect(retry.delay(afterRefusal: true, for: .zero, random: random) <= .seconds(9.5))
        var time = retry.delay(afterRefusal: true, for: .zero, random: random)
        var asked = 1
        while time < .seconds(120) {
            let delay = retry.delay(afterRefusal: false, for: time, random: random)
            #expect(delay <= .seconds(14.9))
            time += delay
            asked += 1
        }
        #expect(8...16 ~= asked)
        var last = Duration.zero
        for _ in 0..<20 {
            let delay = retry.delay(afterRefusal: false, for: time, random: random)
            #expect(delay >= last && delay <= .seconds(900))
            (last, time) = (delay, time + delay)
        }
        #expect(last >= .seconds(675))
    }

    @Test func coreKind_waitsTwoMinutesAtMost_whenItFailedInPassing() {
        #expect(Retry().delay(afterFailures: 40, random: 0.999, isCore: true) <= .seconds(120))
        #expect(Retry().delay(afterFailures: 40, random: 0.999) > .seconds(800))
    }

    @Test func outageOfMany_isSpreadOverSomeSeconds() {
        #expect(Retry().spread(over: 1000, random: 0.999) <= .seconds(8))
        #expect(Retry().spread(over: 1, random: 0.999) < .seconds(2))
    }
}
