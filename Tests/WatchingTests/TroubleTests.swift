import Changes
import GraphSimulator
import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// What goes wrong at Meta, and what is told of it.
@Suite(.timeLimit(.minutes(5))) struct TroubleTests {
    private func started(_ stage: Stage, _ plan: AccountPlan? = nil) async throws -> Watcher {
        let watcher = try stage.watcher(plan ?? stage.plan())
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(1))
        return watcher
    }

    @Test func token_revokedAndReplaced_isToldOnceEach() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.update { $0.tokens[Platform.sampleToken] = .revoked }
            await stage.run(watcher, for: .seconds(1800))
            let renewed = "EAAG-another-token-of-the-same-app"
            stage.simulator.update { $0.tokens[renewed] = .valid }
            stage.token.withLock { $0 = renewed }
            await stage.run(watcher, for: .seconds(30))
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.resource.id) == ["account", "account"], "\(told.map(\.summary))")
            #expect(told.map(\.severity) == [.critical, .info])
        }
    }

    @Test func meta_downForADay_isToldOnceAWatch_andChangesNothing() async throws {
        try await Stage.with(.sample(numbers: 1)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            let resources = try await stage.ledger.resources(kinds: Kind.polled).resources.map(\.document)
            stage.simulator.setFault(.status(503))
            await stage.run(watcher, for: .seconds(86_400))
            stage.simulator.clearFaults()
            await stage.run(watcher, for: .seconds(1000))
            await stage.run(watcher, for: .seconds(21_600))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.allSatisfy { $0.resource.kind == .watch })
            for (id, changes) in Dictionary(grouping: told, by: \.resource.id) {
                #expect(changes.map { $0.after?["state"]?.string } == ["unreachable", "current"], "\(id)")
            }
            let after = try await stage.ledger.resources(kinds: Kind.polled).resources.map(\.document)
            #expect(after == resources)
        }
    }

    @Test func quotaAt95Percent_stopsBeforeMetaDoes_andAt100WaitsAsMetaSays() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage, stage.plan(ceiling: .share(0.5)))
            stage.simulator.update { $0.accounts[Stage.account]?.budget.header = .fixed(percent: 95, minutes: 0) }
            await stage.run(watcher, for: .seconds(61))
            var asked = stage.simulator.requestCount
            await stage.run(watcher, for: .seconds(3600))
            #expect(stage.simulator.requestCount - asked <= 13, "one try in five minutes")
            #expect(await watcher.report().watches.contains { $0.watch.state == .late })

            stage.simulator.update { $0.accounts[Stage.account]?.budget.header = .fixed(percent: 100, minutes: 30) }
            stage.simulator.setFault(.error(80_007, http: 429))
            await stage.run(watcher, for: .seconds(600))
            asked = stage.simulator.requestCount
            await stage.run(watcher, for: .seconds(1000))
            #expect(stage.simulator.requestCount == asked, "half an hour is half an hour")
            stage.simulator.clearFaults()
            stage.simulator.update { $0.accounts[Stage.account]?.budget.header = .normal }
            await stage.run(watcher, for: .seconds(8 * 3600))
            let troubled = await watcher.report().watches.filter { $0.watch.state != .current }
            #expect(troubled.map { "\($0.target) \($0.watch.state) \($0.watch.reason ?? "") \(String(describing: $0.every))" } == [])
        }
    }

    @Test func budgetOfANewAccount_isNeverPassed_andStretchesWhatItCannotAfford() async throws {
        try await Stage.with(.sample(numbers: 20)) { stage in
            stage.simulator.update { $0.accounts[Stage.account]?.budget = SimulatedBudget(callsPerHour: 200) }
            let watcher = try await started(stage, stage.plan(ceiling: .share(0.5)))
            var most = 0
            for _ in 0..<(8 * 60) {
                await stage.run(watcher, for: .seconds(60))
                most = max(most, stage.simulator.usage(of: Stage.account))
            }
            #expect(most <= 100)
            #expect(most >= 90, "what there is is used")
            let report = await watcher.report()
            let plan = try #require(report.budgets.first?.plan)
            #expect(plan.stretch > 5)
            #expect(plan.callsPerHour > 250)
            let profile = try #require(report.watches.first { $0.target.kind == .businessProfile })
            #expect((profile.every ?? .zero) > .seconds(5 * 900), "and what that means is visible")
            #expect(report.watches.first { $0.target.kind == .phoneNumber }?.every == .seconds(60))
            #expect(report.watches.filter { CallPlan.core.contains($0.target.kind) }.allSatisfy { $0.watch.state == .current })
            #expect(report.watches.allSatisfy { $0.watch.lastSuccess != nil }, "nothing starves")
        }
    }

    @Test func largerBudget_isFoundOut_andUsed() async throws {
        try await Stage.with(.sample(numbers: 20)) { stage in
            let watcher = try await started(stage, stage.plan(ceiling: .share(0.5)))
            await stage.run(watcher, for: .seconds(3 * 3600))
            let report = await watcher.report()
            #expect((report.budgets.first?.callsPerHour ?? 0) > 1500)
            #expect(report.budgets.first?.plan.stretch == 1)
            let tally = try #require(await watcher.statistics["acme"])
            #expect(tally.polls > 400 && tally.failures == 0 && tally.median != nil)
            #expect(stage.simulator.usage(of: Stage.account) > 200)
        }
    }

    /// The core takes nearly all of a new account's hundred calls, so that the others wait for an hour; by then the answers have shown more.
    @Test func whatWaitsForTheBudget_goesOnWhenItGrows() async throws {
        try await Stage.with(.sample(numbers: 20)) { stage in
            var intervals = Stage.intervals
            intervals[.phoneNumber] = .seconds(10)
            let watcher = try await started(stage, stage.plan(intervals, ceiling: .share(0.5)))
            await stage.run(watcher, for: .seconds(60))
            #expect(await watcher.report().watches.contains { $0.watch.lastSuccess == nil }, "they had to wait")
            await stage.run(watcher, for: .seconds(600))
            #expect(await watcher.report().watches.allSatisfy { $0.watch.lastSuccess != nil })
        }
    }

    @Test func restart_forgetsNoCall() async throws {
        try await Stage.with { stage in
            let plan = try stage.plan(ceiling: .fixed(40))
            var watcher = try await started(stage, plan)
            for _ in 0..<12 {
                await stage.run(watcher, for: .seconds(300))
                // As if it were killed: nothing is said to the one before.
                watcher = try stage.watcher(plan)
                try await watcher.begin()
                #expect(stage.simulator.usage(of: Stage.account) <= 40)
            }
        }
    }

    @Test func wallClock_aYearAheadAndBack_changesNothingButTimes() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            for ahead in [Duration.seconds(365 * 86_400), .seconds(-365 * 86_400), .zero] {
                stage.clock.setWallClock(ahead: ahead)
                let asked = stage.simulator.requestCount
                await stage.run(watcher, for: .seconds(3600))
                #expect(60...160 ~= stage.simulator.requestCount - asked, "the schedule does not go by it")
            }
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            stage.clock.setWallClock(ahead: .seconds(365 * 86_400))
            stage.simulator.update { $0[phoneNumber: Stage.number(0)]?.document["quality_rating"] = "RED" }
            await stage.run(watcher, for: .seconds(61))
            #expect(try await stage.changes(after: before).map(\.change.operation) == [.changed])
        }
    }

    @Test func upgradedVersion_isDriftOnTheAccountsWatch() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.update { $0.versions = SimulatedVersion(26, 0)...SimulatedVersion(27, 0) }
            await stage.run(watcher, for: .seconds(3600))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.resource.id) == ["account"])
            #expect(told.first?.after?["reason"]?.string == "Meta answers calls of version v25.0 as v26.0")
            stage.simulator.update { $0.versions = SimulatedVersion(25, 0)...SimulatedVersion(27, 0) }
            await stage.run(watcher, for: .seconds(700))
            #expect(await watcher.watch(over: stage.target(.account))?.state == .current)
        }
    }

    // MARK: Drift

    private func take(_ member: String, from numbers: Range<Int>, _ stage: Stage) {
        stage.simulator.update { platform in
            for number in numbers { platform[phoneNumber: Stage.number(number)]?.profile[member] = nil }
        }
    }

    @Test func member_thatVanishesFromEveryNumber_isOneEvent_andKeepsItsValue() async throws {
        try await Stage.with(.sample(numbers: 4)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            take("about", from: 0..<4, stage)
            await stage.run(watcher, for: .seconds(3600))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.resource.kind) == [.watch], "\(told.map(\.summary))")
            #expect(told.first?.after?["state"] == "drifted")
            #expect(told.first?.after?["reason"] == "Meta no longer gives about")
            #expect(try await stage.ledger.resources(kinds: [.businessProfile]).resources.allSatisfy { $0.document["about"] != nil })
            #expect(await watcher.report().watches.filter { $0.target.kind == .businessProfile }.allSatisfy { $0.watch.state == .drifted })
            // And it comes back.
            stage.simulator.update { platform in
                for number in 0..<4 { platform[phoneNumber: Stage.number(number)]?.profile["about"] = "Succulents & café" }
            }
            await stage.run(watcher, for: .seconds(3600))
            let after = try await stage.changes(after: before).map(\.change).dropFirst()
            #expect(after.map { $0.after?["state"]?.string } == ["current"], "\(after.map(\.summary))")
        }
    }

    /// What many watches were left in is one drift after a restart, too, also where a refused token comes in between.
    @Test(arguments: [true, false]) func driftOfManyNumbers_overARestart_endsOnce(isTokenRefused: Bool) async throws {
        try await Stage.with(.sample(numbers: 4)) { stage in
            let watcher = try await started(stage)
            take("about", from: 0..<4, stage)
            await stage.run(watcher, for: .seconds(3600))
            let before = stage.sequence
            if isTokenRefused { stage.simulator.update { $0.tokens[Platform.sampleToken] = .revoked } }
            let restarted = try await started(stage)
            await stage.run(restarted, for: .seconds(1800))
            stage.simulator.update { platform in
                platform.tokens[Platform.sampleToken] = .valid
                for number in 0..<4 { platform[phoneNumber: Stage.number(number)]?.profile["about"] = "Succulents & café" }
            }
            await stage.run(restarted, for: .seconds(7200))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(
                told.filter { $0.resource.id.hasPrefix("business_profile") }.map { $0.after?["state"]?.string } == ["current"],
                "\(told.map(\.summary))")
        }
    }

    /// A number whose value is of another type says nothing of who took it from the others, and nobody waits for what it says.
    @Test func member_thatVanishesFromAllNumbersButAnOddOne_isOneEvent_andKeepsItsValue() async throws {
        try await Stage.with(.sample(numbers: 4)) { stage in
            stage.simulator.update { $0[phoneNumber: Stage.number(3)]?.profile["about"] = 7 }
            let watcher = try await started(stage)
            let before = stage.sequence
            take("about", from: 0..<3, stage)
            await stage.run(watcher, for: .seconds(3600))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.resource.kind) == [.watch], "\(told.map(\.summary))")
            #expect(told.first?.after?["reason"] == "Meta no longer gives about")
            #expect(try await stage.ledger.resources(kinds: [.businessProfile]).resources.allSatisfy { $0.document["about"] != nil })
        }
    }

    @Test(arguments: [1, 2, 3]) func member_thatAPersonTakesFromSomeNumbers_isAChangeOfEach(count: Int) async throws {
        try await Stage.with(.sample(numbers: 4)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            take("about", from: 0..<count, stage)
            await stage.run(watcher, for: .seconds(3600))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.count == count, "\(told.map(\.summary))")
            #expect(Set(told.map(\.resource.id)) == Set((0..<count).map(Stage.number)))
            #expect(told.allSatisfy { $0.operation == .changed && $0.fields.map(\.description) == ["/about"] })
        }
    }

    @Test func member_ofTwoNumbers_isAlwaysAChange() async throws {
        try await Stage.with(.sample(numbers: 2)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            take("about", from: 0..<2, stage)
            await stage.run(watcher, for: .seconds(1800))
            #expect(try await stage.changes(after: before).map(\.change.operation) == [.changed, .changed])
        }
    }

    @Test func unknownField_ofNumbers_isToldOnce() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            stage.simulator.update { $0.withdrawnFields[.settings] = ["storage_configuration"] }
            await stage.run(watcher, for: .seconds(7300))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.resource.kind) == [.watch], "\(told.map(\.summary))")
            #expect(
                try await stage.ledger.resources(kinds: [.phoneNumberSettings]).resources.allSatisfy {
                    $0.document["storage_configuration"] != nil
                })
        }
    }
}
