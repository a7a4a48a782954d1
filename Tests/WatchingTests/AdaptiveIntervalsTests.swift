import Glibc
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct AdaptiveIntervalsTests {
    private typealias Input = AdaptiveIntervals.Input

    /// What an account may have: a few core targets and up to 200 others, whose rates are up to a million times apart.
    private func inputs(_ dice: inout SeededGenerator) -> [Input] {
        (0..<dice.number(1...200)).map { index in
            Input(
                every: Double(dice.pick([5, 60, 300, 900, 3600, 21_600])), shortest: Double(dice.pick([5, 60])),
                calls: Double(dice.pick([1, 1, 1, 2, 64])), worth: pow(10, dice.fraction() * 6 - 5), isCore: index < 2)
        }
    }

    private func perHour(_ inputs: [Input], _ seconds: [Double], where isIncluded: (Input) -> Bool = { _ in true }) -> Double {
        zip(inputs, seconds).reduce(0) { $0 + (isIncluded($1.0) ? $1.0.calls * 3600 / $1.1 : 0) }
    }

    private func planned(_ inputs: [Input], where isIncluded: (Input) -> Bool = { _ in true }) -> Double {
        perHour(inputs, inputs.map(\.every), where: isIncluded)
    }

    /// Two hundred random accounts, with budgets from a hundredth of what is configured to a hundred times as much, each over a while in which rates move.
    @Test func randomAccounts_keepTheirBounds_andTheirBudget() {
        var dice = SeededGenerator(state: 3)
        for _ in 0..<200 {
            var inputs = inputs(&dice)
            let budget = max(1, Int(planned(inputs) * pow(10, dice.fraction() * 4 - 2)))
            for _ in 0..<5 {
                let found = AdaptiveIntervals(inputs, budget: budget)
                let (all, core) = (planned(inputs), planned(inputs, where: \.isCore))
                let left = CallPlan.left(of: budget, core: core)
                let isShort = all - core > left && all >= Double(budget) * 0.75
                #expect(found.configuredPerHour == all)
                #expect(abs(found.callsPerHour / perHour(inputs, found.seconds) - 1) < 1e-9)
                for (input, interval) in zip(inputs, found.seconds) {
                    if isShort, !input.isCore {
                        #expect(interval >= input.every)
                    } else {
                        #expect(interval <= input.every)
                        #expect(interval >= input.every / 8)
                        #expect(interval >= min(input.shortest, input.every))
                    }
                    if input.isCore { #expect(interval <= input.every) }
                }
                if isShort {
                    let others = perHour(inputs, found.seconds) { !$0.isCore }
                    #expect(others <= left * (1 + 1e-9))
                    let least = (all - core) / 8
                    if least <= left { #expect(zip(inputs, found.seconds).allSatisfy { $1 <= $0.every * 8 }) }
                    #expect(others > min(left, all - core) * 0.8, "what there is is used")
                } else {
                    #expect(found.callsPerHour <= max(all, Double(budget) * 0.75) * (1 + 1e-9))
                }
                for index in inputs.indices {
                    inputs[index].current = found.seconds[index]
                    inputs[index].worth *= 0.5 + dice.fraction()
                }
            }
        }
    }

    @Test func whatChangesMore_isNeverPolledLessOften() {
        var dice = SeededGenerator(state: 4)
        for _ in 0..<100 {
            let worths = (0..<30).map { _ in pow(10, dice.fraction() * 6 - 5) }.sorted()
            let inputs = worths.map { Input(every: 900, shortest: 5, worth: $0) }
            let seconds = AdaptiveIntervals(inputs, budget: dice.number(10...2000)).seconds
            #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 >= $1 })
        }
    }

    /// The least mean delay: no call that is moved from one target to another makes it less.
    @Test func meanDelay_isTheLeastForTheCalls() {
        var dice = SeededGenerator(state: 6)
        for _ in 0..<50 {
            let inputs = (0..<20).map { _ in Input(every: 3600, shortest: 5, worth: pow(10, dice.fraction() * 3 - 2)) }
            let budget = dice.pick([12, 60])
            let seconds = AdaptiveIntervals(inputs, budget: budget).seconds
            func delay(_ seconds: [Double]) -> Double { zip(inputs, seconds).reduce(0) { $0 + $1.0.worth * $1.1 / 2 } }
            let (least, most) = budget < 20 ? (3600.0, 28_800.0) : (450.0, 3600.0)
            for _ in 0..<50 {
                let (one, other) = (dice.below(20), dice.below(20))
                // The calls of a hundredth of one's go to the other.
                var moved = seconds
                moved[one] *= 1.01
                moved[other] = 1 / (1 / seconds[other] + 1 / seconds[one] - 1 / moved[one])
                guard one != other, moved[one] <= most, moved[other] >= least else { continue }
                #expect(delay(moved) > delay(seconds) * 0.999, "but for what keeps intervals from moving")
            }
        }
    }

    @Test(arguments: [5, 50, 100, 300, 5000]) func equalTargets_areEqual(budget: Int) {
        let inputs = Array(repeating: Input(every: 900, shortest: 5, worth: 0.01), count: 20)
        let seconds = AdaptiveIntervals(inputs, budget: budget).seconds
        #expect(Set(seconds).count == 1)
        // Within a tenth of what the same calls would be evenly.
        let even =
            switch budget {
            case ..<85: 900 * 80 / CallPlan.left(of: budget, core: 0)
            case ..<107: 900.0
            default: max(900 * 80 / (Double(budget) * 0.75), 900.0 / 8)
            }
        #expect(seconds[0] / even < 1.101 && seconds[0] / even > 0.999, "\(seconds[0]) \(even)")
    }

    /// Small differences move nothing, in either direction and for however long; large ones do.
    @Test func interval_staysWhileDifferencesAreSmall() {
        var dice = SeededGenerator(state: 8)
        var inputs = (0..<50).map { _ in Input(every: 3600, shortest: 5, worth: 0.01 * (1 + dice.fraction())) }
        for (index, interval) in AdaptiveIntervals(inputs, budget: 200).seconds.enumerated() { inputs[index].current = interval }
        for _ in 0..<20 {
            let shaken = inputs.map { input in
                var input = input
                input.worth *= 0.95 + dice.fraction() / 10
                return input
            }
            #expect(AdaptiveIntervals(shaken, budget: 200).seconds == inputs.map { $0.current ?? 0 })
        }
        inputs[7].worth *= 4
        let moved = AdaptiveIntervals(inputs, budget: 200).seconds
        #expect(moved[7] < (inputs[7].current ?? 0) * 0.7)
    }

    @Test func nothingToPoll_isNothing() { #expect(AdaptiveIntervals([], budget: 100).seconds == []) }

    /// What is told before a start is what a start does.
    @Test func plan_atFirst_goesByWhatIsSupposed() {
        let kinds: [Kind: Duration] = [
            .account: .seconds(300), .phoneNumber: .seconds(60), .businessProfile: .seconds(900), .qrCode: .seconds(21_600),
        ]
        let large = CallPlan(intervals: kinds, numbers: 3, budget: 1_000_000).adaptiveAtFirst()
        #expect(large.intervals[.phoneNumber] == .milliseconds(7500))
        #expect(large.intervals[.qrCode] == .seconds(2700))
        let tight = CallPlan(intervals: kinds, numbers: 3, budget: 100).adaptiveAtFirst()
        #expect(tight.intervals == kinds)
        let short = CallPlan(intervals: kinds, numbers: 30, budget: 100).adaptiveAtFirst()
        #expect(short.intervals[.account] == .seconds(300))
        #expect((short.intervals[.businessProfile] ?? .zero) > .seconds(900))
        #expect(short.callsPerHour <= 100)
    }
}

@Suite struct PacingTests {
    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }
    private func plan(numbers: Int = 3, budget: Int = 100) -> CallPlan {
        CallPlan(intervals: [.phoneNumber: .seconds(60), .businessProfile: .seconds(900)], numbers: numbers, budget: budget)
    }

    private func found() -> Pacing {
        var pacing = Pacing()
        pacing.found(AdaptiveIntervals([AdaptiveIntervals.Input(every: 60, shortest: 5, worth: 1)], budget: 1000), for: plan(), at(1000))
        return pacing
    }

    @Test func intervals_areFoundAnew_whenWhatTheyFollowFromChanges() {
        #expect(Pacing().isDue(at(0), plan()))
        #expect(!found().isDue(at(2799), plan()))
        #expect(found().isDue(at(2800), plan()), "what does not change is polled less often by and by")
        #expect(found().isDue(at(1030), plan(budget: 120)))
        #expect(!found().isDue(at(1030), plan(budget: 104)))
        #expect(found().isDue(at(1030), plan(numbers: 4)))
        #expect(!found().isDue(at(1029), plan(numbers: 400, budget: 1000)), "there may be very many")
        #expect(found().rests(at(1029)) && !found().rests(at(1030)))
        var changed = found()
        changed.changed()
        #expect(!changed.isDue(at(1299), plan()))
        #expect(changed.isDue(at(1300), plan()))
    }

    @Test func callsBeyondWhatIsConfigured_areKnown() {
        #expect(Pacing().morePerHour == 0)
        #expect(found().morePerHour == 420)
    }
}
