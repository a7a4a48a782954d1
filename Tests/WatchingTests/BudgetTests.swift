import Testing
import Watching

@Suite struct BudgetTests {
    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: 5_000_000_000_000 + seconds * 1_000_000_000) }

    @Test func budget_ofNothingSeen_isHalfOfTwoHundred() {
        #expect(Budget(.share(0.5)).callsPerHour == 100)
        #expect(Budget(.fixed(7)).callsPerHour == 7)
    }

    @Test func calls_neverPassTheCeilingWithinAnyHour() {
        var budget = Budget(.fixed(10))
        var granted: [Moment] = []
        for second in stride(from: 0, to: 20_000, by: 13) where budget.take(at(Int64(second))) == .granted {
            granted.append(at(Int64(second)))
        }
        for (index, moment) in granted.enumerated() {
            let inHour = granted[...index].count { moment - $0 < .seconds(3600) }
            #expect(inHour <= 10)
        }
        #expect(granted.count >= 50)
    }

    @Test func usedUpBudget_saysWhenThereIsSomethingToBeHad() {
        var budget = Budget(.fixed(1))
        #expect(budget.take(at(0)) == .granted)
        guard case .wait(let until) = budget.take(at(1)) else {
            Issue.record("a second call was granted")
            return
        }
        #expect(until - at(0) >= .seconds(3600))
        #expect(until - at(0) <= .seconds(3720))
        #expect(budget.take(until) == .granted)
    }

    @Test func regainTime_blocksEverything() {
        var budget = Budget(.fixed(100))
        budget.note(percent: 100, regainAfter: .seconds(600), now: at(0))
        #expect(budget.take(at(1)) == .wait(until: at(600)))
        #expect(budget.blockedUntil == at(600))
    }

    @Test func largerBudget_isSeenInTheUsage() {
        var budget = Budget(.share(0.5))
        for second in 0..<50 { #expect(budget.take(at(Int64(second))) == .granted) }
        budget.note(percent: 5, regainAfter: nil, now: at(60))
        #expect(budget.callsPerHour == 500)
    }

    @Test(arguments: [(1, 1.0), (5, 16.0), (40, 900.0)])
    func retry_isJitteredBelowItsCeiling(failures: Int, ceiling: Double) {
        let retry = Retry()
        #expect(retry.delay(afterFailures: failures, random: 0) == retry.shortest)
        #expect(retry.delay(afterFailures: failures, random: 0.5) == max(retry.shortest, .seconds(ceiling) * 0.5))
        #expect(retry.delay(afterFailures: failures, random: 0.999) < .seconds(ceiling))
    }
}
