import Changes
import GraphAPI
import GraphSimulator
import Ledger
import Logging
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Watching

/// What is late, what is asked for without a field, and what is not asked for at all.
@Suite(.timeLimit(.minutes(5))) struct LateTests {
    private func started(_ stage: Stage) async throws -> Watcher {
        let watcher = try stage.watcher(stage.plan())
        try await watcher.begin()
        await stage.run(watcher, for: .seconds(1))
        return watcher
    }

    @Test func unit_thatWaitsForLessThanItsInterval_isNotLate() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            let before = stage.sequence
            _ = await watcher.late(stage.target(.account), stage.clock.now + .seconds(300))
            #expect(await watcher.watch(over: stage.target(.account))?.state == .current)
            _ = await watcher.late(stage.target(.account), stage.clock.now + .seconds(301))
            #expect(await watcher.watch(over: stage.target(.account))?.state == .late)
            #expect(try await stage.changes(after: before).map(\.change.resource.id) == ["account"])
        }
    }

    @Test func late_isNoFailure_andHidesNone() async throws {
        try await Stage.with { stage in
            let watcher = try await started(stage)
            let far = stage.clock.now + .seconds(86_400)
            let target = stage.target(.account)
            for _ in 0..<3 { _ = await watcher.late(target, far) }
            #expect(await watcher.watch(over: target)?.failures == 0)
            #expect(await watcher.statistics["acme"]?.failures == 0)
            _ = await watcher.fail(target, GraphFailure(.transient), nil)
            #expect(await watcher.watch(over: target)?.state == .late, "the first failure after it is the first in a row")
            for _ in 0..<2 { _ = await watcher.fail(target, GraphFailure(.notFound), nil) }
            _ = await watcher.late(target, far)
            #expect(await watcher.watch(over: target)?.state == .notFound, "what is not asked for has not changed")
        }
    }

    /// Two polls are under way when Meta no longer knows a field that both ask for: the one that hears of it second asks again without it as well.
    @Test func field_thatTwoLooksAskFor_isLeftOutByBoth_andIsNoFailure() async throws {
        try await Stage.with(.sample(numbers: 3)) { stage in
            let watcher = try await started(stage)
            stage.simulator.update { platform in
                platform.withdrawnFields[.settings] = ["storage_configuration"]
                platform.latency = .milliseconds(200)
            }
            let asked = stage.simulator.requestCount
            await withTaskGroup { group in
                for number in 0..<3 { group.addTask { _ = await watcher.pollOnce(stage.target(.phoneNumberSettings, number)) } }
            }
            #expect(stage.simulator.requestCount - asked == 6, "all three asked with it before one knew better")
            for number in 0..<3 {
                let watch = await watcher.watch(over: stage.target(.phoneNumberSettings, number))
                #expect(watch?.state == .drifted && watch?.failures == 0, "\(number)")
            }
        }
    }

    /// A call that could not be written down would be forgotten by a kill.
    @Test func call_thatCannotBeWrittenDown_isNotMade() async throws {
        let disk = FullDisk()
        let ledger = try Ledger(memory: MemoryStore()) { writes, work in work(writes && disk.isFull ? .full : nil) }
        try await Stage.with { stage in
            let clock = stage.clock
            let world = World(now: { clock.now }, wallClock: { clock.wallClock }, random: { 0.5 }, alarm: SilentAlarm(), boot: "this one")
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let watcher = Watcher(accounts: [try stage.plan()], ledger: ledger, world: world, log: log)
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(1))
            let asked = stage.simulator.requestCount
            disk.isFull = true
            await stage.run(watcher, for: .seconds(3600))
            #expect(stage.simulator.requestCount <= asked + 20, "those that were written down before, and no more")
            disk.isFull = false
            await stage.run(watcher, for: .seconds(7200))
            #expect(stage.simulator.requestCount > asked + 100)
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
        }
    }
}

/// A disk that can be full.
private final class FullDisk: Sendable {
    private let state = Mutex(false)
    var isFull: Bool {
        get { state.withLock(\.self) }
        set { state.withLock { $0 = newValue } }
    }
}
