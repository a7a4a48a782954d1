import Changes
import GraphSimulator
import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Watching

/// A configuration that is loaded anew while it runs, or that was changed while the daemon did not.
@Suite(.timeLimit(.minutes(5))) struct ReloadTests {
    private func started(_ stage: Stage, _ plan: AccountPlan) async throws -> Watcher {
        let watcher = try stage.watcher(plan)
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(1))
        return watcher
    }

    @Test func sameConfiguration_repeatsNoBaseline() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage, stage.plan())
            let before = stage.sequence
            try await watcher.reload(accounts: [stage.plan()])
            await stage.run(watcher, for: .seconds(7200))
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            #expect(await watcher.targets.count == 14)
        }
    }

    @Test func interval_takesEffectAtOnce() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage, stage.plan())
            var intervals = Stage.intervals
            intervals[.businessProfile] = .seconds(30)
            intervals[.phoneNumberSettings] = .seconds(86_400)
            try await watcher.reload(accounts: [stage.plan(intervals)])
            let before = stage.simulator.requestCount
            await stage.run(watcher, for: .seconds(3600))
            #expect(2 * 118...2 * 120 ~= stage.requests(.profile, after: before).count)
            #expect(stage.requests(.settings, after: before).isEmpty)
        }
    }

    @Test func largerCeiling_letsWhatWaitsForTheBudgetGoOn() async throws {
        try await Stage.with { stage in
            let watcher = try stage.watcher(stage.plan(ceiling: .fixed(10)))
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(300))
            #expect(await watcher.report().watches.contains { $0.watch.lastSuccess == nil })
            try await watcher.reload(accounts: [stage.plan()])
            await stage.run(watcher, for: .seconds(60))
            #expect(await watcher.report().watches.allSatisfy { $0.watch.lastSuccess != nil })
        }
    }

    @Test(arguments: [true, false]) func kind_thatIsTurnedOff_losesItsWatchWithoutAWord(isRunning: Bool) async throws {
        try await Stage.with { stage in
            var watcher = try await started(stage, stage.plan(Stage.often))
            let before = stage.sequence
            var intervals = Stage.often
            intervals[.qrCode] = nil
            intervals[.subscribedApp] = nil
            if isRunning {
                try await watcher.reload(accounts: [stage.plan(intervals)])
            } else {
                watcher = try await started(stage, stage.plan(intervals))
            }
            await stage.run(watcher, for: .seconds(700))
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            #expect(await watcher.report().watches.allSatisfy { $0.target.kind != .qrCode && $0.target.kind != .subscribedApp })
            let watches = try await stage.ledger.resources(kinds: [.watch]).resources.map(\.resource.id)
            #expect(watches.allSatisfy { !$0.hasPrefix("qr_code") && !$0.hasPrefix("subscribed_app") })
            try await watcher.reload(accounts: [stage.plan(Stage.often)])
            await stage.run(watcher, for: .seconds(700))
            #expect(try await stage.changes(after: before).map(\.change.summary) == [], "and comes back without a second baseline")
            #expect(await watcher.targets.count == 14)
        }
    }

    @Test(arguments: [true, false]) func number_thatIsNoLongerListed_isRemovedByCommand(isRunning: Bool) async throws {
        try await Stage.with { stage in
            var watcher = try await started(stage, stage.plan())
            let before = stage.sequence
            let plan = try stage.plan(numbers: .only([Stage.number(0)]))
            if isRunning { try await watcher.reload(accounts: [plan]) } else { watcher = try await started(stage, plan) }
            await stage.run(watcher, for: .seconds(7200))
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.operation) == [.removed])
            #expect(told.first?.origin == .command)
            #expect(told.first?.severity == .notice)
            #expect(try await stage.ledger.resources().resources.allSatisfy { $0.resource.phoneNumberID != Stage.number(1) })
            try await stage.ledger.verify()
        }
    }

    @Test(arguments: [true, false]) func account_thatIsTakenOut_isOneRemovalByCommand(isRunning: Bool) async throws {
        try await Stage.with { stage in
            var watcher = try await started(stage, stage.plan())
            let before = stage.sequence
            if isRunning {
                try await watcher.reload(accounts: [])
            } else {
                watcher = try stage.watcher()
                try await watcher.begin()
            }
            let asked = stage.simulator.requestCount
            await stage.run(watcher, for: .seconds(3600))
            #expect(stage.simulator.requestCount == asked)
            let told = try await stage.changes(after: before).map(\.change)
            #expect(told.map(\.operation) == [.removed])
            #expect(told.first?.resource.kind == .account)
            #expect(told.first?.origin == .command)
            #expect(try await stage.ledger.resources().resources.map(\.resource) == [PollTarget.connection.watch], "that is nobody's alone")
            try await stage.ledger.verify()
            // And back again: everything begins anew.
            try await watcher.reload(accounts: [stage.plan()])
            await stage.run(watcher, for: .seconds(1))
            #expect(try await stage.changes(after: before + 1).map(\.change.operation) == Array(repeating: .baseline, count: 14))
        }
    }

    /// What cannot be written down changes nothing at all, in the ledger and in what is watched.
    @Test func configuration_thatCannotBeWrittenDown_leavesEverythingAsItWas() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage, stage.plan(Stage.often))
            let (before, watches) = (stage.sequence, await watcher.report().watches.map { "\($0.target) \($0.every ?? .zero)" })
            var intervals = Stage.intervals
            intervals[.qrCode] = nil
            var other = try stage.plan()
            other.name = "other"
            let plans = [try stage.plan(intervals, numbers: .only([Stage.number(0)])), other]
            let refusal = await Task {
                // The ledger writes nothing for a task that was cancelled.
                withUnsafeCurrentTask { $0?.cancel() }
                return await #expect(throws: LedgerError.self) { try await watcher.reload(accounts: plans) }
            }
            .value
            #expect(refusal?.code == .cancelled)
            #expect(await watcher.report().watches.map { "\($0.target) \($0.every ?? .zero)" } == watches)
            await stage.run(watcher, for: .seconds(700))
            #expect(try await stage.changes(after: before).map(\.change.summary) == [])
            // And the same in force the next time.
            try await watcher.reload(accounts: plans)
            #expect(
                try await stage.changes(after: before).map(\.change.summary) == [
                    "acme: phone number +1 555-100-0001 (\(Stage.number(1))) is no longer watched"
                ])
            #expect(Set(await watcher.targets.map(\.target.account)) == ["acme", "other"])
        }
    }

    /// While another configuration is on its way to the disk, what it does not want is not recorded behind it.
    @Test func look_thatEndsWhileAnotherConfigurationIsWrittenDown_countsByThatOne() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage, stage.plan(Stage.often))
            let narrow = try stage.plan([.account: .seconds(300), .phoneNumber: .seconds(60)], numbers: .only([Stage.number(0)]))
            await watcher.expect(["acme": narrow])
            #expect(await watcher.plan(toRecord: stage.target(.qrCode, 0)) == nil, "a kind that is turned off")
            #expect(await watcher.plan(toRecord: stage.target(.businessProfile, 1)) == nil, "a number that is left out")
            #expect(await watcher.plan(toRecord: stage.target(.phoneNumber))?.watches(number: Stage.number(1)) == false)
            await watcher.expect([:])
            #expect(await watcher.plan(toRecord: stage.target(.phoneNumber)) == nil, "an account that is taken out")
            await watcher.expect(nil)
            #expect(await watcher.plan(toRecord: stage.target(.phoneNumber))?.watches(number: Stage.number(1)) == true)
        }
    }

    @Test func refusedToken_isTriedAgain_andDroppedFieldsAreAskedForAgain() async throws {
        try await Stage.with { stage in
            stage.simulator.update { $0.withdrawnFields[.profile] = ["vertical"] }
            let watcher = try await started(stage, stage.plan())
            stage.simulator.update { platform in
                platform.withdrawnFields = [:]
                platform.tokens[Platform.sampleToken] = .revoked
            }
            await stage.run(watcher, for: .seconds(61))
            stage.simulator.update { $0.tokens[Platform.sampleToken] = .valid }
            try await watcher.reload(accounts: [stage.plan()])
            await stage.run(watcher, for: .seconds(10))
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
            #expect(try await stage.ledger.resources(kinds: [.businessProfile]).resources.allSatisfy { $0.document["vertical"] != nil })
        }
    }
}

extension Watcher {
    /// Another configuration is on its way to the disk.
    fileprivate func expect(_ plans: [String: AccountPlan]?) { incoming = plans }
}
