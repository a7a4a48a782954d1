import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct BudgetTests {
    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: 5_000_000_000_000 + seconds * 1_000_000_000) }

    @Test func budget_ofNothingSeen_isHalfOfTwoHundred() {
        #expect(CallBudget(.share(0.5)).callsPerHour == 100)
        #expect(CallBudget(.fixed(7)).callsPerHour == 7)
    }

    @Test func calls_neverPassTheCeilingWithinAnyHour() {
        var budget = CallBudget(.fixed(10))
        var granted: [Moment] = []
        for second in stride(from: 0, to: 20_000, by: 13) where budget.call(at(Int64(second))) == .granted {
            granted.append(at(Int64(second)))
        }
        for (index, moment) in granted.enumerated() {
            let inHour = granted[...index].count { moment - $0 < .seconds(3600) }
            #expect(inHour <= 10)
        }
        #expect(granted.count >= 50)
    }

    /// Tries after failures use up the core's share, and the others all that there is: what is left is spread over the hour.
    @Test(arguments: [(100, 40), (100, 72), (200, 90), (1000, 30)]) func core_isNeverWithoutACallForLong(ceiling: Int, share: Int) {
        var budget = CallBudget(.fixed(ceiling))
        budget.core = share
        var (core, others, isDue): ([Int64], Int, Bool) = ([0], 0, false)
        for second in Int64(0)..<7200 {
            isDue = isDue || second < 1200 || second % 60 == 0
            if isDue, budget.call(at(second), core: true) == .granted {
                core.append(second)
                isDue = false
            }
            if budget.call(at(second), core: false) == .granted { others += 1 }
        }
        let longest = zip(core, core.dropFirst()).map { $1 - $0 }.max() ?? .max
        #expect(longest <= 3600 / Int64(min(share, ceiling / 5)) + 120)
        #expect(others >= ceiling / 10)
    }

    /// However much the core has asked for, the others have a tenth.
    @Test func others_haveATenth_whateverTheCoreUsed() {
        var budget = CallBudget(.fixed(100))
        budget.core = 72
        #expect((0..<100).count { _ in budget.call(at(0)) == .granted } == 70)
        #expect((0..<100).count { _ in budget.call(at(1), core: false) == .granted } == 10)
    }

    /// What is spread evenly is never made to wait, up to the last call of the hour.
    @Test(arguments: [(60, 35), (20, 75), (80, 12)]) func callsThatAreSpread_areAllGranted(core: Int, others: Int) {
        var budget = CallBudget(.fixed(100))
        budget.core = core
        var refused = 0
        for second in Int64(0)..<14_400 {
            if second % (3600 / Int64(core)) == 0, budget.call(at(second), core: true) != .granted { refused += 1 }
            if second % (3600 / Int64(others)) == 30, budget.call(at(second), core: false) != .granted { refused += 1 }
        }
        #expect(refused == 0)
    }

    @Test func usedUpBudget_saysWhenThereIsSomethingToBeHad() {
        var budget = CallBudget(.fixed(1))
        #expect(budget.call(at(0)) == .granted)
        guard case .wait(let until) = budget.call(at(1)) else {
            Issue.record("a second call was granted")
            return
        }
        #expect(until - at(0) >= .seconds(3600))
        #expect(until - at(0) <= .seconds(3720))
        #expect(budget.call(until) == .granted)
    }

    @Test func regainTime_blocksEverything() {
        var budget = CallBudget(.fixed(100))
        budget.note(percent: 100, of: 0, regainAfter: .seconds(600), now: at(0))
        #expect(budget.call(at(1)) == .wait(until: at(600)))
        #expect(budget.blockedUntil == at(600))
    }

    @Test func largerBudget_isSeenInTheUsage() {
        var budget = CallBudget(.share(0.5))
        for second in 0..<50 { #expect(budget.call(at(Int64(second))) == .granted) }
        budget.note(percent: 5, of: 50, regainAfter: nil, now: at(60))
        #expect(budget.callsPerHour == 500)
    }

    /// What is counted without having been made, and minutes that are over, would make Meta's budget look larger than it is.
    @Test func budgetOfMeta_isConcludedFromAnsweredCallsAlone() {
        var budget = CallBudget(.share(0.5))
        for second in 0..<60 { _ = budget.call(at(Int64(second))) }
        #expect(budget.answersLastHour(at(60)) == 0)
        for _ in 0..<40 { budget.answered(at(61)) }
        #expect(budget.answersLastHour(at(62)) == 40)
        let offer = budget.offer(at(62))
        var next = CallBudget(.share(0.5))
        next.restore(budget.document(at(62), wallClock: clock(62), boot: "b", offer: offer), at(63), wallClock: clock(63), boot: "b")
        #expect(next.callsLastHour(at(63)) > 60, "what may have been made counts against the ceiling")
        #expect(next.answersLastHour(at(63)) == 40, "and not for the budget")
        #expect(next.callsLastHour(at(3650)) > 0 && next.answersLastHour(at(3650)) == 0)
        next.note(percent: 20, of: next.answersLastHour(at(63)), regainAfter: nil, now: at(63))
        #expect(next.callsPerHour == 100)
    }

    /// Every start moves what is known of calls a little nearer, so that they count against the ceiling for long enough: for the budget they would
    /// count too long.
    @Test(arguments: ["b", "c"]) func answers_ofProcessesBefore_areNotTakenForTheLastHours(boot: String) {
        var budget = CallBudget(.share(0.5))
        for _ in 0..<40 { _ = budget.call(at(0)) }
        for _ in 0..<40 { budget.answered(at(0)) }
        for start in 1...4 {
            var next = CallBudget(.share(0.5))
            let second = Int64(start * 60)
            next.restore(
                budget.document(at(second), wallClock: clock(second), boot: "b"), at(second + 59), wallClock: clock(second + 59), boot: boot
            )
            budget = next
        }
        #expect(budget.callsLastHour(at(3610)) == 40 && budget.answersLastHour(at(3610)) == 0)
        #expect(budget.answersLastHour(at(2400)) == 40)
    }

    /// Ledgers of versions before hold rows of three numbers.
    @Test func olderDocument_isRestored() {
        var budget = CallBudget(.share(0.5))
        let document: JSONObject = [
            "minutes": [[.integer(83), .integer(30), .integer(10)]], "minute": 83, "clock": .integer(Int(clock(0).milliseconds)),
            "boot": "b",
        ]
        budget.restore(document, at(60), wallClock: clock(60), boot: "b")
        #expect(budget.callsLastHour(at(60)) == 30)
        #expect(budget.answersLastHour(at(60)) == 30)
    }

    @Test func othersUse_leavesLess() {
        var budget = CallBudget(.share(0.5))
        for second in 0..<20 { _ = budget.call(at(Int64(second))) }
        budget.note(percent: 80, of: 20, regainAfter: nil, now: at(60))
        // 40 of 200 are left, and 20 of the 160 are ours.
        #expect(budget.callsPerHour == 30)
    }

    @Test func core_goesFirst_andNothingStarves() {
        var budget = CallBudget(.fixed(100))
        budget.core = 72
        #expect((0..<100).count { _ in budget.call(at(0), core: false) == .granted } == 28)
        // A fifth of all is spread over the hour.
        #expect((0..<100).count { _ in budget.call(at(1)) == .granted } == 52)
        #expect((2..<3600).count { budget.call(at($0)) == .granted } >= 19)
        var small = CallBudget(.fixed(50))
        small.core = 72
        #expect((0..<100).count { _ in small.call(at(0), core: false) == .granted } == 5)
    }

    @Test func usage_stopsOthersFirst_andAllBeforeMetaDoes() {
        var budget = CallBudget(.fixed(1000))
        budget.note(percent: 85, of: 0, regainAfter: nil, now: at(0))
        #expect(budget.call(at(1), core: false) == .wait(until: at(301)))
        #expect(budget.call(at(1)) == .granted)
        budget.note(percent: 95, of: 1, regainAfter: nil, now: at(2))
        #expect(budget.call(at(3)) == .wait(until: at(303)))
    }

    /// The use may be told by a refusal alone; what was told then must not keep the others from being asked for ever.
    @Test(arguments: [true, false]) func use_thatIsToldNoMore_isForgotten(isRestored: Bool) {
        var budget = CallBudget(.share(0.5))
        for second in 0..<40 { _ = budget.call(at(Int64(second))) }
        budget.note(percent: 100, of: 40, regainAfter: nil, now: at(60))
        budget.toldNothing(at(61))
        #expect(budget.usagePercent == 100 && budget.take(at(300), core: false) != .granted)
        if isRestored {
            let document = budget.document(at(60), wallClock: Timestamp(milliseconds: 0), boot: "a")
            budget = CallBudget(.share(0.5))
            budget.restore(document, at(60), wallClock: Timestamp(milliseconds: 0), boot: "a")
            #expect(budget.usagePercent == 100)
        }
        budget.toldNothing(at(361))
        #expect(budget.usagePercent == nil && budget.callsPerHour < 100)
        budget.toldNothing(at(3661))
        #expect(budget.callsPerHour == 100)
        #expect(budget.call(at(4000), core: false) == .granted)
    }

    @Test func calls_areWrittenDownBeforeTheyAreMade() {
        var budget = CallBudget(.fixed(250))
        #expect(budget.take(at(0)) == .unreserved)
        let offer = budget.offer(at(0))
        let written = budget.document(at(0), wallClock: clock(0), boot: "b", offer: offer)
        #expect(budget.take(at(0)) == .unreserved, "not before it is written down")
        budget.accept(offer)
        for _ in 0..<10 { #expect(budget.take(at(1)) == .granted) }
        #expect(budget.take(at(1)) == .unreserved, "no more than was written down")
        var next = CallBudget(.fixed(250))
        next.restore(written, at(2), wallClock: clock(2), boot: "b")
        #expect(next.callsLastHour(at(2)) == 10, "a process that was killed forgets none")
    }

    @Test func offers_thatOverlap_allowNoMoreThanTheLastOneCounts() {
        var budget = CallBudget(.fixed(250))
        let (one, two) = (budget.offer(at(0)), budget.offer(at(0)))
        budget.accept(one)
        for _ in 0..<4 { #expect(budget.take(at(1)) == .granted) }
        budget.accept(two)
        #expect((0..<20).count { _ in budget.take(at(1)) == .granted } == 6)
    }

    @Test(arguments: [true, false]) func restart_goesOnWithTheHoursCount(sameBoot: Bool) {
        var budget = CallBudget(.share(0.5))
        for second in 0..<60 { _ = budget.call(at(Int64(second * 10))) }
        budget.note(percent: 5, of: 60, regainAfter: .seconds(900), now: at(600))
        let written = budget.document(at(600), wallClock: clock(600), boot: "one")
        var next = CallBudget(.share(0.5))
        // After a reboot the monotonic clock begins anew.
        let now = sameBoot ? at(700) : Moment(nanoseconds: 20_000_000_000)
        next.restore(written, now, wallClock: clock(700), boot: sameBoot ? "one" : "two")
        #expect(next.callsLastHour(now) >= 60)
        #expect(next.callsPerHour == budget.callsPerHour)
        #expect(next.usagePercent == 5)
        #expect(next.blockedUntil.map { $0 - now } ?? .zero > .seconds(700))
        #expect(next.callsLastHour(now + .seconds(4000)) == 0)
    }

    @Test func clockThatWasSetBack_forgetsNothing() {
        var budget = CallBudget(.fixed(100))
        for _ in 0..<50 { _ = budget.call(at(0)) }
        let written = budget.document(at(0), wallClock: clock(0), boot: nil)
        var next = CallBudget(.fixed(100))
        next.restore(written, at(10), wallClock: clock(-31_536_000), boot: nil)
        #expect(next.callsLastHour(at(10)) >= 50)
    }

    private func clock(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_800_000_000_000 + seconds * 1000) }

    @Test(arguments: [(1, 1.0), (5, 16.0), (40, 900.0)])
    func retry_isJitteredBelowItsCeiling(failures: Int, ceiling: Double) {
        let retry = Retry()
        #expect(retry.delay(afterFailures: failures, random: 0) == retry.shortest)
        #expect(retry.delay(afterFailures: failures, random: 0.5) == max(retry.shortest, .seconds(ceiling) * 0.5))
        #expect(retry.delay(afterFailures: failures, random: 0.999) < .seconds(ceiling))
    }
}

extension CallBudget {
    /// Takes a request, and has it written down where that is wanted.
    fileprivate mutating func call(_ now: Moment, core: Bool = true) -> Verdict {
        let verdict = take(now, core: core)
        guard verdict == .unreserved else { return verdict }
        accept(offer(now))
        return take(now, core: core)
    }
}
