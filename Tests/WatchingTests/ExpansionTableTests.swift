import Changes
import FoundationEssentials
import Testing
import WhatsAppBusiness

@testable import Watching

/// What watching costs with one call for many things and without, as the requests that are made say.
@Suite(.timeLimit(.minutes(10))) struct ExpansionTableTests {
    /// Requests an hour that a watcher makes once it is settled, by those of so many minutes.
    private func requestsPerHour(
        _ numbers: Int, _ expansion: AccountPlan.Expansion, _ intervals: [Kind: Duration], minutes: Int
    ) async throws -> Int {
        let meta = ExpandingMeta(numbers: numbers)
        meta.change { $0.budget = 10_000_000 }
        var requests = 0
        try await meta.with { stage in
            var plan = try stage.plan(Array(intervals.keys), ceiling: .fixed(10_000_000))
            plan.intervals = intervals
            plan.expansion = expansion
            let watcher = stage.watcher(of: plan)
            try await watcher.begin()
            await stage.run(watcher, for: .seconds(expansion == .auto ? 930 : 30))
            let before = stage.requests.count
            await stage.run(watcher, for: .seconds(Int64(minutes) * 60))
            requests = stage.requests.count - before
            #expect(await watcher.report().watches.allSatisfy { $0.watch.state == .current })
        }
        return requests * 60 / minutes
    }

    /// Of each row: how many numbers, requests an hour at the default intervals without and with expansion, and with everything every minute.
    static let rows = [(1, 86, 61, 480, 60), (3, 106, 61, 1080, 60), (20, 279, 61, 6180, 60), (100, 1092, 61, 30_180, 60)]

    /// The largest takes minutes: `WABAWATCH_TABLE=1` has it computed as well.
    @Test(arguments: ProcessInfo.processInfo.environment["WABAWATCH_TABLE"] == nil ? rows.filter { $0.0 < 20 } : rows)
    func requests_ofAnHour(numbers: Int, plain: Int, riding: Int, plainEach: Int, ridingEach: Int) async throws {
        let defaults = Dictionary(uniqueKeysWithValues: Kind.polled.map { ($0, $0.row.defaultInterval) })
        let each = defaults.mapValues { _ in Duration.seconds(60) }
        let found = [
            try await requestsPerHour(numbers, .never, defaults, minutes: 360),
            try await requestsPerHour(numbers, .auto, defaults, minutes: 360),
            try await requestsPerHour(numbers, .never, each, minutes: 5),
            try await requestsPerHour(numbers, .auto, each, minutes: 60),
        ]
        #expect(found == [plain, riding, plainEach, ridingEach])
    }

    /// A hundred numbers, every kind of theirs every minute, on the budget of a new account: nothing is stretched, and nothing is late.
    @Test func hundredNumbers_everyMinute_fitTheLeastBudget() async throws {
        let meta = ExpandingMeta(numbers: 100)
        try await meta.with { stage in
            let kinds: [Kind] = [.account, .phoneNumber, .businessProfile]
            var plan = try stage.plan(kinds, ceiling: .fixed(200))
            plan.intervals = [.account: .seconds(300), .phoneNumber: .seconds(60), .businessProfile: .seconds(60)]
            plan.expansion = .auto
            let watcher = stage.watcher(of: plan)
            try await watcher.begin()
            // Each has to be seen once by itself.
            await stage.run(watcher, for: .seconds(3 * 3600))
            let before = stage.requests.count
            await stage.run(watcher, for: .seconds(3600))
            let report = await watcher.report()
            #expect(
                report.budgets[0].plan.stretch == 1 && stage.requests.count - before <= 66,
                "stretch \(report.budgets[0].plan.stretch), \(stage.requests.count - before)")
            #expect(report.watches.allSatisfy { $0.watch.state == .current })
            let oldest =
                report.watches.filter { $0.target.kind == .businessProfile }.compactMap(\.watch.lastSuccess?.milliseconds).min() ?? 0
            #expect(stage.clock.wallClock.milliseconds - oldest <= 70_000)
        }
    }
}
