import GraphAPI
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct CallPlanTests {
    private func plan(numbers: Int, budget: Int) -> CallPlan {
        CallPlan(
            [
                CallPlan.Part(kind: .account, every: .seconds(300), targets: 1, calls: 1),
                CallPlan.Part(kind: .phoneNumber, every: .seconds(60), targets: 1, calls: 1),
                CallPlan.Part(kind: .businessProfile, every: .seconds(900), targets: numbers, calls: numbers),
                CallPlan.Part(kind: .blockedUser, every: .seconds(900), targets: numbers, calls: numbers * 64),
            ], budget: budget)
    }

    @Test func plan_thatFits_isAsConfigured() {
        let plan = plan(numbers: 1, budget: 2500)
        #expect(plan.callsPerHour == 12 + 60 + 4 + 256)
        #expect(plan.corePerHour == 72)
        #expect(plan.stretch == 1)
        #expect(plan.interval(of: .businessProfile, every: .seconds(900)) == .seconds(900))
    }

    @Test(arguments: [1, 3, 20, 500], [40, 100, 2500]) func plan_thatDoesNotFit_isStretchedUntilItDoes(numbers: Int, budget: Int) {
        let plan = plan(numbers: numbers, budget: budget)
        let others = plan.parts.filter { !CallPlan.core.contains($0.kind) }.map(\.callsPerHour).reduce(0, +) / plan.stretch
        #expect(others <= max(Double(budget) - plan.corePerHour, Double(budget) / 10))
        #expect(plan.interval(of: .phoneNumber, every: .seconds(60)) == .seconds(60), "the core is never stretched")
        #expect(plan.interval(of: .businessProfile, every: .seconds(900)) >= .seconds(900))
    }
}

@Suite struct VanishingTests {
    private let all: Set<String> = ["1", "2", "3", "4"]

    private func loss(doubtful: Set<String> = [], confirmed: Set<String> = []) -> FieldLossQuorum.Loss {
        .init(doubtful: doubtful, confirmed: confirmed, all: doubtful.union(confirmed))
    }

    @Test func loss_atOneNumber_isAPersonsDoing_onceAnotherStillHasIt() {
        var vanishing = FieldLossQuorum()
        #expect(vanishing.on("1", loss: loss(doubtful: ["about"]), shown: [], holders: { _ in all }) == .init(gone: [], ask: ["2"]))
        #expect(vanishing.gone(at: "1").isEmpty)
        #expect(vanishing.on("2", loss: loss(), shown: ["about"], holders: { _ in all }) == .init(), "its next look confirms it anyway")
        #expect(vanishing.gone(at: "1") == ["about"])
        _ = vanishing.on("1", loss: loss(), shown: [], holders: { _ in all })
        #expect(vanishing.isIdle)
    }

    @Test func loss_thatIsConfirmedBeforeAnotherWitnessesIt_isAskedForAgain() {
        var vanishing = FieldLossQuorum()
        #expect(vanishing.on("1", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in all }) == .init(gone: [], ask: ["2"]))
        #expect(vanishing.on("2", loss: loss(), shown: ["about"], holders: { _ in all }) == .init(gone: [], ask: ["1"]))
        #expect(vanishing.on("1", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in all }).gone == ["about"])
        #expect(vanishing.isIdle)
    }

    /// What one poll lacked together goes together, though different numbers bear witness.
    @Test(arguments: [["about", "email"], ["email", "about"], ["about", "email", "id"]]) func lossesOfOneLook_goTogether(order: [String]) {
        var vanishing = FieldLossQuorum()
        let members = Set(order)
        _ = vanishing.on("1", loss: loss(doubtful: members), shown: [], holders: { _ in all })
        for (index, member) in order.enumerated() {
            #expect(vanishing.gone(at: "1").isEmpty, "\(order[index...]) may still be Meta's doing")
            _ = vanishing.on("\(index + 2)", loss: loss(), shown: [member], holders: { _ in all })
        }
        #expect(vanishing.gone(at: "1") == members)
        #expect(vanishing.on("1", loss: loss(confirmed: members), shown: [], holders: { _ in all }).gone == members)
        #expect(vanishing.isIdle)
    }

    @Test func lossThatCameBefore_waitsForNoLaterOne() {
        var vanishing = FieldLossQuorum()
        _ = vanishing.on("1", loss: loss(doubtful: ["about"]), shown: [], holders: { _ in all })
        _ = vanishing.on("2", loss: loss(), shown: ["about"], holders: { _ in all })
        let answer = vanishing.on("1", loss: loss(doubtful: ["email"], confirmed: ["about"]), shown: [], holders: { _ in all })
        #expect(answer == .init(gone: ["about"], ask: ["2"]))
    }

    @Test func loss_atAll_isMetas_onceItIsConfirmed() {
        var vanishing = FieldLossQuorum()
        var ask: Set<String> = ["1"]
        for _ in 0..<4 {
            guard let number = ask.first else { break }
            ask = vanishing.on(number, loss: loss(doubtful: ["about"]), shown: [], holders: { _ in all }).ask
        }
        #expect(ask.isEmpty && vanishing.drifted.isEmpty)
        #expect(vanishing.on("1", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in all }) == .init())
        #expect(vanishing.drifted == ["about"])
        #expect(vanishing.gone(at: "1").isEmpty)
        #expect(vanishing.on("3", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in all }) == .init())
        _ = vanishing.on("3", loss: loss(), shown: ["about"], holders: { _ in all })
        #expect(vanishing.isIdle)
    }

    @Test func loss_withFewerThanThree_isAChangeLikeAnyOther() {
        var vanishing = FieldLossQuorum()
        _ = vanishing.on("1", loss: loss(doubtful: ["about"]), shown: [], holders: { _ in ["1", "2"] })
        #expect(vanishing.gone(at: "1") == ["about"])
        let answer = vanishing.on("1", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in ["1", "2"] })
        #expect(answer == .init(gone: ["about"], ask: []))
        #expect(vanishing.isIdle)
    }

    @Test func numbersThatWaitForAWitness_areKnown_untilTheirNumbersGo() {
        var vanishing = FieldLossQuorum()
        _ = vanishing.on("1", loss: loss(doubtful: ["about"]), shown: [], holders: { _ in all })
        _ = vanishing.on("3", loss: loss(doubtful: ["email"]), shown: [], holders: { _ in all })
        #expect(vanishing.waiting == ["1", "3"])
        _ = vanishing.on("2", loss: loss(), shown: ["about"], holders: { _ in all })
        #expect(vanishing.waiting == ["3"])
        vanishing.forget("3")
        #expect(vanishing.waiting.isEmpty)
    }

    @Test func witness_thatIsGoneOrCannotBeSeen_isReplaced() {
        var vanishing = FieldLossQuorum()
        #expect(vanishing.on("1", loss: loss(doubtful: ["about"]), shown: [], holders: { _ in all }).ask == ["2"])
        let less: Set<String> = ["1", "3", "4"]
        #expect(vanishing.on("1", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in less }).ask == ["3"])
        let other = vanishing.on("1", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in less }, isReadable: { $0 != "3" })
        #expect(other.ask == ["4"])
        let blind = vanishing.on("1", loss: loss(confirmed: ["about"]), shown: [], holders: { _ in less }, isReadable: { _ in false })
        #expect(blind.ask == ["3"] && vanishing.drifted.isEmpty)
        vanishing.forget("1")
        #expect(vanishing.isIdle)
    }
}

@Suite struct RotationTests {
    private let every = Duration.seconds(900)
    private func wall(_ days: Int) -> Timestamp { Timestamp(milliseconds: 1_651_363_200_000 + Int64(days) * 86_400_000) }
    private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }

    @Test(arguments: [1, 2, 9, 40, 300]) func everyWindow_isSeenInTime_andTheNewestAlways(count: Int) {
        var rotation = WindowRotation(ListPlan(paging: .time, window: .seconds(86_400), fullSweep: .seconds(6 * 3600)))
        let wall = wall(count)
        var last: [Int: Int] = [:]
        let first = rotation.coverage(wallClock: wall, now: at(0), every: every, isFirst: true)
        #expect(first == .windows(Array((0...count).reversed())))
        rotation.on(first, keys: [], missed: [], removed: [], now: at(0))
        for window in 0...count { last[window] = 0 }
        for turn in 1...200 {
            let now = at(turn * 900)
            let coverage = rotation.coverage(wallClock: wall, now: now, every: every, isFirst: false)
            guard case .windows(let windows) = coverage else {
                Issue.record("time is walked by windows")
                return
            }
            #expect(windows.first == count)
            #expect(Set(windows).count == windows.count)
            for window in windows {
                // With a poll to spare that confirms what is missed.
                #expect((turn - (last[window] ?? 0) + 1) * 900 <= 6 * 3600)
                last[window] = turn
            }
            rotation.on(coverage, keys: [], missed: [], removed: [], now: now)
        }
        #expect(last.values.allSatisfy { (201 - $0) * 900 <= 6 * 3600 })
    }

    @Test func misses_areConfirmedByTheNextLook() {
        var rotation = WindowRotation(ListPlan(paging: .time, window: .seconds(86_400), fullSweep: .seconds(6 * 3600)))
        let wall = wall(40)
        let first = rotation.coverage(wallClock: wall, now: at(0), every: every, isFirst: true)
        rotation.on(first, keys: [(3, ["a"]), (40, ["b"])], missed: [], removed: [], now: at(0))
        #expect(rotation.shows(.windows([40, 3]), wallClock: wall)("a"))
        #expect(!rotation.shows(.windows([40, 4]), wallClock: wall)("a"), "another window does not show it")
        rotation.on(.windows([40, 3]), keys: [], missed: ["a"], removed: [], now: at(900))
        guard case .windows(let next) = rotation.coverage(wallClock: wall, now: at(1800), every: every, isFirst: false) else { return }
        #expect(next.contains(3))
    }

    @Test func windows_standStill_andHoldSixMonthsAtMost() {
        let rotation = WindowRotation(ListPlan(paging: .time))
        let windows = (0..<10).compactMap(rotation.window)
        #expect(windows.count == 10)
        #expect(zip(windows, windows.dropFirst()).allSatisfy { $0.until - 1 == $1.since })
        #expect(windows.allSatisfy { $0.until - $0.since < 184 * 86_400 })
    }
}
