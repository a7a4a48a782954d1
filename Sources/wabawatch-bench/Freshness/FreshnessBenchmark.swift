import ArgumentParser
import Watching
import WhatsAppBusiness

/// From a change at Meta to the poll that finds it, by even and by adaptive intervals at the same number of calls.
struct FreshnessBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freshness", abstract: "How soon changes are found by even and by adaptive intervals, at the same number of calls.",
        discussion: """
            Thirty days of 50 accounts with 20 numbers each, in simulated time, by the product's own schedule, budget and intervals. Intervals are eight times the \
            defaults, so that it takes a minute. Even intervals are those that are configured, all of them (where the budget is short, all but the core's) times the factor by which they \
            take as many calls as the adaptive ones took.
            """)

    @OptionGroup var options: RunOptions
    @Option(help: "How many accounts.") var accounts: Int?
    @Option(help: "How many days.") var days: Int?
    @Option(help: "The seed of what changes.") var seed: UInt64 = 1

    /// How much there is for what is configured.
    private enum Room: String, CaseIterable {
        case ample = "room for twice the configured calls"
        case short = "room for a quarter of what is configured beside the core"

        /// The budget: what is spent of it is a part.
        func budget(_ plan: CallPlan) -> Int {
            switch self {
            case .ample: Int(plan.callsPerHour * 2 / 0.75)
            case .short: Int((plan.corePerHour + (plan.callsPerHour - plan.corePerHour) / 4) / 0.95)
            }
        }
    }

    private struct Outcome {
        var even = SimulatedAccount.Result()
        var adaptive = SimulatedAccount.Result()
    }

    private static let numbers = 20
    private static let intervals = Dictionary(
        uniqueKeysWithValues: Kind.polled.filter { $0.row.ridesOn == nil }.map { ($0, $0.row.defaultInterval * 8) })

    func run() async throws {
        var bounds = Bounds()
        for pattern in ChangePattern.allCases {
            for room in Room.allCases {
                let outcome = await outcome(pattern, room)
                show(outcome, pattern, room)
                check(outcome, pattern, room, &bounds)
            }
        }
        try bounds.conclude()
    }

    private func outcome(_ pattern: ChangePattern, _ room: Room) async -> Outcome {
        let (accounts, days) = (accounts ?? (options.short ? 6 : 50), days ?? (options.short ? 12 : 30))
        return await withTaskGroup(of: Outcome.self) { group in
            for index in 0..<accounts {
                group.addTask { Self.outcome(pattern, room, days: days, seed: seed &* 1_000 &+ UInt64(index), "account\(index)") }
            }
            return await group.reduce(into: Outcome()) { sum, one in
                sum.even.add(one.even)
                sum.adaptive.add(one.adaptive)
            }
        }
    }

    private static func outcome(_ pattern: ChangePattern, _ room: Room, days: Int, seed: UInt64, _ name: String) -> Outcome {
        let plan = CallPlan(intervals: intervals, numbers: numbers, budget: 1)
        func account() -> SimulatedAccount {
            SimulatedAccount(
                name, numbers: numbers, days: days, budget: room.budget(plan), intervals: intervals, pattern, seed: seed)
        }
        var (first, second) = (account(), account())
        let adaptive = first.run(.adaptive)
        let calls = Double(adaptive.polls) / Double(days * 24)
        let mode: SimulatedAccount.Mode =
            switch room {
            case .ample: .even(first.configuredPerHour / calls, isCoreToo: true)
            case .short: .even((first.configuredPerHour - first.corePerHour) / (calls - first.corePerHour), isCoreToo: false)
            }
        return Outcome(even: second.run(mode), adaptive: adaptive)
    }

    private func show(_ outcome: Outcome, _ pattern: ChangePattern, _ room: Room) {
        print("changes \(pattern.rawValue); \(room.rawValue): \(outcome.even.polls) polls even, \(outcome.adaptive.polls) adaptive")
        var table = Table("kind", "changes", "even mean min", "adaptive", "times sooner", "even p95 min", "adaptive p95")
        for kind in Self.intervals.keys.sorted() {
            let (even, adaptive) = (outcome.even.delays[kind] ?? [], outcome.adaptive.delays[kind] ?? [])
            table.add(kind.rawValue, even, adaptive)
        }
        table.add("all", outcome.even.all, outcome.adaptive.all)
        table.show()
    }

    private func check(_ outcome: Outcome, _ pattern: ChangePattern, _ room: Room, _ bounds: inout Bounds) {
        let sooner = outcome.even.all.mean / outcome.adaptive.all.mean
        let (tail, worst) = options.short ? (1.5, 1 / 1.2) : (2, 1 / 1.1)
        let bound =
            switch pattern {
            case .heavy: tail
            case .equal: worst
            case .moving: 1.0
            }
        bounds.atLeast(bound, sooner, "sooner in the mean by adaptive intervals, \(pattern.rawValue), \(room.rawValue)")
        bounds.atLeast(
            0.95, Double(outcome.even.polls) / Double(outcome.adaptive.polls), "as many polls by even intervals as by adaptive ones")
        if case .ample = room {
            bounds.atLeast(
                1, outcome.adaptive.late == 0 ? 1 : 0,
                "no target past its every while the budget has room (\(outcome.adaptive.late) polls were)")
        }
        print()
    }
}

extension SimulatedAccount.Result {
    fileprivate mutating func add(_ other: Self) {
        delays.merge(other.delays) { $0 + $1 }
        polls += other.polls
        late += other.late
    }

    /// Of all kinds.
    fileprivate var all: [Float] { delays.values.flatMap(\.self) }
}

extension [Float] {
    /// In hours.
    fileprivate var mean: Double { isEmpty ? 0 : Double(reduce(0, +)) / Double(count) }
    fileprivate var late: Double { isEmpty ? 0 : Double(sorted()[Int(Double(count - 1) * 0.95)]) }
}

extension Table {
    fileprivate mutating func add(_ name: String, _ even: [Float], _ adaptive: [Float]) {
        add(
            name, "\(adaptive.count)", (even.mean * 60).figure, (adaptive.mean * 60).figure, (even.mean / adaptive.mean).figure,
            (even.late * 60).figure, (adaptive.late * 60).figure)
    }
}
