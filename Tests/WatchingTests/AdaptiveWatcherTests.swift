import Changes
import GraphSimulator
import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// Where changes are likely: intervals that follow what changes, carried out.
@Suite(.timeLimit(.minutes(5))) struct AdaptiveWatcherTests {
    private func plan(_ stage: Stage, budget: Int = 200, isAdaptive: Bool = true) throws -> AccountPlan {
        var plan = try stage.plan(ceiling: .fixed(budget))
        plan.isAdaptive = isAdaptive
        return plan
    }

    private func started(_ stage: Stage, _ plan: AccountPlan) async throws -> Watcher {
        let watcher = try stage.watcher(plan)
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(60))
        return watcher
    }

    /// The first number's profile changes every twenty minutes.
    private func change(_ stage: Stage, _ watcher: Watcher, hours: Int) async {
        for turn in 0..<(hours * 3) {
            stage.simulator.update { $0[phoneNumber: Stage.number(0)]?.profile["about"] = .string("about \(turn)") }
            await stage.run(watcher, for: .seconds(1200))
        }
    }

    private func every(_ stage: Stage, _ watcher: Watcher, _ kind: Kind, _ number: Int?) async -> Double {
        let watch = await watcher.report().watches.first { $0.target == stage.target(kind, number) }
        return Double((watch?.every ?? .zero).milliseconds) / 1000
    }

    @Test func targetThatChangesOften_isPolledMoreOften_withinTheBudget() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            let watcher = try await started(stage, plan(stage))
            let before = await every(stage, watcher, .businessProfile, 0)
            #expect(before == (await every(stage, watcher, .businessProfile, 1)), "nothing is known of either")
            await change(stage, watcher, hours: 5)
            let (one, other) = (await every(stage, watcher, .businessProfile, 0), await every(stage, watcher, .businessProfile, 1))
            #expect(one < before * 0.7 && one < other / 2, "\(one) \(other)")
            #expect(await watcher.promised(stage.target(.businessProfile, 0)) == .seconds(900), "only what waits longer is late")
            let report = await watcher.report()
            for watch in report.watches where watch.target != .connection {
                let configured = try #require(Stage.intervals[watch.target.host.kind])
                #expect((watch.every ?? .zero) <= configured && (watch.every ?? .zero) * 8 >= configured)
            }
            let budget = try #require(report.budgets.first)
            #expect(120...165 ~= budget.callsLastHour, "three quarters are spent: \(budget.callsLastHour)")
            #expect(report.watches.allSatisfy { $0.watch.state == .current })
            let seen = stage.requests(.profile).filter { $0.path.contains(Stage.number(0)) }.count
            let others = stage.requests(.profile).filter { $0.path.contains(Stage.number(1)) }.count
            #expect(Double(seen) > Double(others) * 1.5, "\(seen) \(others)")

            // Two months later nothing is left of that.
            stage.clock.advance(to: stage.clock.now + .seconds(120 * 86_400))
            await stage.run(watcher, for: .seconds(3600))
            let (quiet, alike) = (await every(stage, watcher, .businessProfile, 0), await every(stage, watcher, .businessProfile, 1))
            #expect(quiet > one * 1.2 && quiet <= alike && quiet > alike * 0.7, "\(one) \(quiet) \(alike)")
        }
    }

    @Test func restart_goesOnWithTheIntervals_ofItsHistory() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            let first = try await started(stage, plan(stage))
            await change(stage, first, hours: 5)
            let before = await every(stage, first, .businessProfile, 0)
            try await stage.ledger.saveConfirmed()

            let second = try stage.watcher(plan(stage))
            try await second.begin()
            let (one, other) = (await every(stage, second, .businessProfile, 0), await every(stage, second, .businessProfile, 1))
            #expect(abs(one / before - 1) < 0.35 && one < other / 2, "\(before) \(one) \(other)")
            let due = try #require(await second.schedule.due(stage.target(.businessProfile, 0)))
            #expect(due <= stage.clock.now + .milliseconds(Int64(one * 1000)), "it waits for no more than its interval")
            #expect(await second.schedule.due(stage.target(.businessProfile, 1)).map { $0 > stage.clock.now } == true)
        }
    }

    @Test func evenIntervals_areAsConfigured_whateverChanges() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            let watcher = try await started(stage, plan(stage, isAdaptive: false))
            await change(stage, watcher, hours: 2)
            let report = await watcher.report()
            #expect(report.watches.allSatisfy { $0.every == Stage.intervals[$0.target.host.kind] })
            for target in await watcher.schedule.targets {
                #expect(await watcher.schedule.interval(of: target) == Stage.intervals[target.kind])
            }
            #expect((report.budgets.first?.callsLastHour ?? 0) < 125, "107 are configured, and minutes count whole")
        }
    }

    @Test func shortBudget_isSpentWhereChangesAre_andTheCoreIsAsConfigured() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            let watcher = try await started(stage, plan(stage, budget: 90))
            await stage.run(watcher, for: .seconds(3600))
            await change(stage, watcher, hours: 6)
            let report = await watcher.report()
            for watch in report.watches where watch.target != .connection {
                let (kind, every) = (watch.target.host.kind, watch.every ?? .zero)
                let configured = try #require(Stage.intervals[kind])
                #expect(CallPlan.core.contains(kind) ? every == configured : every >= configured && every <= configured * 8)
            }
            let (one, other) = (await every(stage, watcher, .businessProfile, 0), await every(stage, watcher, .businessProfile, 1))
            #expect(one < other / 2, "\(one) \(other)")
            #expect((report.budgets.first?.callsLastHour ?? 0) <= 90)
            #expect(report.watches.allSatisfy { $0.watch.lastSuccess != nil }, "nothing starves")
        }
    }

    @Test func reload_turnsItOffAndOn() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            let watcher = try await started(stage, plan(stage))
            await change(stage, watcher, hours: 2)
            #expect(await every(stage, watcher, .businessProfile, 0) < 600)
            try await watcher.reload(accounts: [plan(stage, isAdaptive: false)])
            #expect(await watcher.report().watches.allSatisfy { $0.every == Stage.intervals[$0.target.host.kind] })
            let before = stage.simulator.requestCount
            await stage.run(watcher, for: .seconds(3600))
            #expect(stage.requests(.profile, after: before).count == 12)
            try await watcher.reload(accounts: [plan(stage)])
            #expect(await every(stage, watcher, .businessProfile, 0) < 600)
        }
    }

    /// What fell due at different times does still, and what waits for a retry waits for no turn.
    @Test func hasteningOfMany_isSpread() async throws {
        try await Stage.with(.sample(numbers: 20)) { stage in
            let watcher = try await started(stage, plan(stage, budget: 300))
            await stage.run(watcher, for: .seconds(900))
            try await watcher.reload(accounts: [plan(stage, budget: 3000)])
            var most = 0
            for _ in 0..<60 {
                let before = stage.simulator.requestCount
                await stage.run(watcher, for: .seconds(10))
                most = max(most, stage.simulator.requestCount - before)
            }
            #expect(most <= 60, "of 2,250 in an hour: \(most) in ten seconds")
            #expect(await every(stage, watcher, .businessProfile, 0) <= 300)
        }
    }
}
