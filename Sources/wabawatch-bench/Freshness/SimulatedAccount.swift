import Changes
import TestTools
import Watching
import WhatsAppBusiness

/// One account's polls of a month in simulated time: the product's schedule, budget and intervals, and things that change at random.
struct SimulatedAccount {
    /// How intervals are found.
    enum Mode {
        case adaptive
        /// As configured, times a factor: of all kinds, or of all but the core's.
        case even(Double, isCoreToo: Bool)
    }

    /// What came of it.
    struct Result {
        /// Hours from each change to the poll that found it.
        var delays: [Kind: [Float]] = [:]
        var polls = 0
        /// Polls that came later than the configured interval after the one before, though the budget had room.
        var late = 0
    }

    private struct Watched {
        var things: ChangingThings
        var rate: ChangeRate
        var last = Moment(nanoseconds: 0)
    }

    let numbers: Int
    let days: Int
    let budget: Int
    let intervals: [Kind: Duration]
    private var targets: [PollTarget: Watched] = [:]
    private let order: [PollTarget]
    private var schedule = Schedule(window: .milliseconds(50))
    private var calls: CallBudget
    private var pacing = Pacing()
    private var result = Result()
    /// When the budget had no room last.
    private var unaffordableAt: Moment?

    /// - Parameter seed: that of what changes, and of nothing else.
    init(_ name: String, numbers: Int, days: Int, budget: Int, intervals: [Kind: Duration], _ pattern: ChangePattern, seed: UInt64) {
        (self.numbers, self.days, self.budget, self.intervals) = (numbers, days, budget, intervals)
        calls = CallBudget(.fixed(budget))
        var dice = SeededGenerator(spreading: seed)
        var order: [PollTarget] = []
        for kind in Kind.polled {
            guard kind.row.ridesOn == nil, intervals[kind] != nil else { continue }
            let isOfNumbers = kind.row.scope == .phoneNumber
            let count = isOfNumbers ? numbers : 1
            let rates = pattern.rates(
                of: kind, count: count, things: kind.row.listsPhoneNumbers ? numbers : 1, weeks: (days + 6) / 7, &dice)
            for (index, rate) in rates.enumerated() {
                let target = PollTarget(account: name, kind: kind, phoneNumberID: isOfNumbers ? "\(1_000_000 + index)" : nil)
                order.append(target)
                targets[target] = Watched(
                    things: ChangingThings(perHour: rate, dice.fork()), rate: ChangeRate(since: Moment(nanoseconds: 0)))
            }
        }
        self.order = order
    }

    /// What is configured, in calls an hour.
    var configuredPerHour: Double { plan.callsPerHour }
    var corePerHour: Double { plan.corePerHour }

    private var plan: CallPlan { CallPlan(intervals: intervals, numbers: numbers, budget: budget) }

    /// Lets the days pass.
    mutating func run(_ mode: Mode) -> Result {
        var now = Moment(nanoseconds: 0)
        let end = now + .seconds(days * 86_400)
        for (index, target) in order.enumerated() {
            let every = interval(of: target, mode)
            // Where a month begins is nothing to the figures: everything is at another place of its interval.
            schedule.on(.watch(target, every: every, splay: 0, first: now + every * (Double(index) / Double(order.count))), now: now)
        }
        if case .adaptive = mode { pace(now) }
        while let wake = schedule.wake, wake <= end {
            now = max(now, wake)
            for target in schedule.takeDue(now: now) { poll(target, now) }
            if case .adaptive = mode { pace(now) }
        }
        return result
    }

    private func interval(of target: PollTarget, _ mode: Mode) -> Duration {
        let every = intervals[target.kind] ?? .seconds(3600)
        guard case .even(let factor, let isCoreToo) = mode, isCoreToo || !target.kind.row.isCore else { return every }
        return every * factor
    }

    private mutating func poll(_ target: PollTarget, _ now: Moment) {
        if let until = afford(now, isCore: target.kind.row.isCore) {
            unaffordableAt = now
            return schedule.on(.postpone(target, until: until), now: now)
        }
        guard var watched = targets[target], let every = intervals[target.kind] else { return }
        result.polls += 1
        // What waits for the budget holds up the others of its lane.
        if now - watched.last > every + .seconds(1), unaffordableAt.map({ $0 < watched.last }) ?? true { result.late += 1 }
        watched.last = now
        let hours = Double(now.nanoseconds) / 3.6e12
        var isChanged = false
        while watched.things.next <= hours {
            result.delays[target.kind, default: []].append(Float(hours - watched.things.next))
            watched.things.advance()
            isChanged = true
        }
        if isChanged {
            watched.rate.changed(now)
            pacing.changed()
        }
        targets[target] = watched
        schedule.on(.polled(target), now: now)
    }

    /// Takes a call out of the budget; until when there is none otherwise.
    private mutating func afford(_ now: Moment, isCore: Bool) -> Moment? {
        while true {
            switch calls.take(now, core: isCore) {
            case .granted: return nil
            case .wait(let until): return until
            case .unreserved: calls.accept(calls.offer(now))
            }
        }
    }

    private mutating func pace(_ now: Moment) {
        guard !pacing.rests(now), pacing.isDue(now, plan) else { return }
        let inputs = order.map { target in
            let prior = ChangePrior.of([(kind: target.kind, things: target.kind.row.listsPhoneNumbers ? numbers : 1)])
            return AdaptiveIntervals.Input(
                every: Self.seconds(intervals[target.kind]), shortest: Self.seconds(target.kind.row.shortestInterval),
                worth: (targets[target]?.rate.perHour(prior, now: now) ?? 0) * prior.weight, isCore: target.kind.row.isCore,
                current: schedule.interval(of: target).map(Self.seconds))
        }
        let found = AdaptiveIntervals(inputs, budget: budget)
        for (target, seconds) in zip(order, found.seconds) {
            let every = Duration.milliseconds(Int64(seconds * 1000))
            guard every != schedule.interval(of: target) else { continue }
            schedule.on(.pace(target, every: every, isTurn: true), now: now)
        }
        pacing.found(found, for: plan, now)
    }

    private static func seconds(_ duration: Duration?) -> Double { Double((duration ?? .zero).milliseconds) / 1000 }
}
