import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// What answers with expansions count as, by whole percents of an hour that goes by.
@Suite struct ExpansionCostTests {
    /// Meta's hour: after some plain answers, one with expansions a minute and a plain one now and then.
    private func estimate(_ cost: Int, of budget: Int, seed: UInt64, minutes: Int = 55) -> Int {
        var random = SeededGenerator(spreading: seed)
        var estimate = ExpansionCost()
        var used = 0
        func percent() -> Double { Double(used * 100 / budget) }
        for second in 0..<40 {
            used += 1
            estimate.on(percent: percent(), isExpanded: false, now: Moment(nanoseconds: Int64(second) * 1_000_000_000))
        }
        for minute in 1...minutes {
            let now = Int64(minute) * 60_000_000_000
            used += cost
            estimate.on(percent: percent(), isExpanded: true, now: Moment(nanoseconds: now))
            guard Int.random(in: 0..<2, using: &random) == 0 else { continue }
            used += 1
            estimate.on(percent: percent(), isExpanded: false, now: Moment(nanoseconds: now + 20_000_000_000))
        }
        return estimate.calls(of: Double(budget))
    }

    @Test(arguments: [200, 1000, 5000], 0..<20 as Range<UInt64>) func oneCall_isOne(budget: Int, seed: UInt64) {
        #expect(estimate(1, of: budget, seed: seed) == 1)
    }

    @Test(arguments: [(3, 200), (6, 200), (6, 500), (20, 1000), (101, 5000)], 0..<20 as Range<UInt64>)
    func severalCalls_areThatMany(cost: (calls: Int, budget: Int), seed: UInt64) {
        let found = estimate(cost.calls, of: cost.budget, seed: seed)
        #expect(Double(found) >= Double(cost.calls) * 0.7 && Double(found) <= Double(cost.calls) * 1.4, "\(found) of \(cost.calls)")
    }

    /// What leaves the hour may outweigh what comes: then plain answers say nothing of a call's share, and a share of nothing divides nothing.
    @Test(arguments: [0.0, -0.1, -1, -5]) func plainAnswers_thatRaiseNothing_areNoMeasure(rise: Double) {
        var estimate = ExpansionCost()
        var percent = 50.0
        for turn in 0..<40 {
            let now = Moment(nanoseconds: Int64(turn) * 40_000_000_000)
            percent += 6
            estimate.on(percent: percent, isExpanded: true, now: now)
            percent += rise
            estimate.on(percent: percent, isExpanded: false, now: now + .seconds(20))
        }
        #expect(rise <= -1 ? estimate.calls(of: 200) == 12 : 12...1000 ~= estimate.calls(of: 200))
    }

    @Test func fewAnswers_sayNothing() {
        #expect(estimate(6, of: 200, seed: 1, minutes: 4) == 1)
    }

    @Test func budget_countsWhatAnAnswerCountsAs() {
        var budget = CallBudget(.fixed(20))
        let now = Moment(nanoseconds: 3_600_000_000_000)
        func take(_ calls: Int) -> CallBudget.Verdict {
            var verdict = budget.take(now, calls: calls)
            while verdict == .unreserved {
                budget.accept(budget.offer(now))
                verdict = budget.take(now, calls: calls)
            }
            return verdict
        }
        for _ in 0..<3 { #expect(take(6) == .granted) }
        #expect(budget.callsLastHour(now) == 18)
        if case .wait = take(6) {} else { Issue.record("there are two left") }
        #expect(take(1) == .granted)
    }
}
