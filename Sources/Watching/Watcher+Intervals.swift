import Changes
import Ledger
import Logging
import WhatsAppBusiness

// How often targets are polled: as configured, as the budget allows, and where changes are likely.

extension Watcher {
    /// How often a target is polled, as far as that can be afforded.
    func interval(of target: PollTarget) -> Duration? {
        guard let account = accounts[target.account], account.plan.intervals[target.kind] != nil else { return nil }
        guard account.plan.isAdaptive, let paced = schedule.interval(of: target) else { return evenInterval(of: target) }
        return paced
    }

    /// How often a target is polled where all of its kind are alike.
    func evenInterval(of target: PollTarget) -> Duration? {
        guard let account = accounts[target.account], let every = account.plan.intervals[target.kind] else { return nil }
        return CallPlan.core.contains(target.kind) || account.stretch <= 1 ? every : every * account.stretch
    }

    /// What is waited for longer than this is late: where a target is polled more often than it need be, that is no promise.
    func promised(_ target: PollTarget) -> Duration? {
        [evenInterval(of: target), interval(of: target)].compactMap(\.self).max()
    }

    /// Fits the intervals of an account to its budget anew, where that makes a difference, and lets what waits go on where there is more room.
    func stretch(_ name: String) {
        guard let account = accounts[name] else { return }
        let plan = account.callPlan
        account.coreCallsPerHour = Int(min(plan.corePerHour, 1e9).rounded(.up))
        let room = CallBudget.Room(callsPerHour: account.standing.callsPerHour, core: account.coreCallsPerHour)
        if room.exceeds(account.room) { on(.regain(name), world.now()) }
        account.room = room
        let factor = plan.stretch / account.stretch
        if factor > 1.1 || factor < 0.9 || (plan.stretch == 1 && factor < 1) {
            account.stretch = plan.stretch
            if !account.plan.isAdaptive { scale(account, by: factor) }
        }
        pace(account)
    }

    private func scale(_ account: AccountState, by factor: Double) {
        let now = world.now()
        for target in targets(of: account) where !CallPlan.core.contains(target.kind) { schedule.on(.scale(target, by: factor), now: now) }
        world.alarm.set(wake)
    }

    /// What is polled of an account.
    func targets(of account: AccountState) -> [PollTarget] {
        let kinds = AccountPlan.accountKinds + AccountPlan.numberKinds.filter { account.plan.intervals[$0] != nil }
        return kinds.flatMap { targets(of: $0, account) }
    }

    /// An account's targets of one kind.
    private func targets(of kind: Kind, _ account: AccountState) -> [PollTarget] {
        guard kind.row.scope == .phoneNumber else { return [PollTarget(account: account.plan.name, kind: kind)] }
        return account.numbers.sorted().map { PollTarget(account: account.plan.name, kind: kind, phoneNumberID: $0) }
    }
}

// Where changes are likely.

extension Watcher {
    /// Gives the targets of an account their intervals, where they are adaptive and something has changed that they follow from.
    func pace(_ account: AccountState) {
        let now = world.now()
        guard account.plan.isAdaptive, !account.pacing.rests(now) else { return }
        let plan = account.callPlan
        guard account.pacing.isDue(now, plan) else { return }
        let polled = targets(of: account).filter { schedule.interval(of: $0) != nil }
        // What another's answers bring is as fresh as those, and its own turn is for when they no longer do.
        let brought = polled.filter { account.relied[$0.kind] != nil }
        for target in brought { pace(target, every: evenInterval(of: target), now) }
        let targets = polled.filter { account.relied[$0.kind] == nil }
        let intervals = AdaptiveIntervals(targets.map { input($0, account, now) }, budget: plan.budget)
        for (target, seconds) in zip(targets, intervals.seconds) {
            pace(target, every: .milliseconds(Int64(min(seconds, 1e9) * 1000)), now)
        }
        account.pacing.found(intervals, for: plan, now)
        world.alarm.set(wake)
    }

    private func pace(_ target: PollTarget, every: Duration?, _ now: Moment) {
        guard let every, every != schedule.interval(of: target), let watch = watched[target]?.state.watch else { return }
        // A retry has a time of its own.
        let isTurn = watch.failures == 0 && !watch.state.isTrouble
        schedule.on(.pace(target, every: every, isTurn: isTurn), now: now)
    }

    /// What a target's interval follows from: its own changes, and those of what its answers bring.
    private func input(_ target: PollTarget, _ account: AccountState, _ now: Moment) -> AdaptiveIntervals.Input {
        let calls = (watched[target]?.state.requests ?? 1) + (account.standing.expansionCalls[target.kind] ?? 1) - 1
        let brought = account.relied.filter { $0.value.host == target.kind }.keys.flatMap { targets(of: $0, account) }
        return AdaptiveIntervals.Input(
            every: seconds(account.plan.intervals[target.kind]), shortest: seconds(target.kind.row.shortestInterval), calls: Double(calls),
            worth: ([target] + brought).map { worth(of: $0, account, now) }.reduce(0, +), isCore: CallPlan.core.contains(target.kind),
            current: schedule.interval(of: target).map(seconds))
    }

    /// How much it is worth to poll a target, by how often it changes and what that means.
    private func worth(of target: PollTarget, _ account: AccountState, _ now: Moment) -> Double {
        let kinds = [target.kind] + target.kind.riders.filter(account.plan.watches)
        let prior = ChangePrior.of(kinds.map { (kind: $0, things: $0.row.listsPhoneNumbers ? account.numbers.count : 1) })
        return (watched[target]?.rate.perHour(prior, now: now) ?? prior.perHour) * prior.weight
    }

    private func seconds(_ duration: Duration?) -> Double { Double((duration ?? .zero).milliseconds) / 1000 }

    /// Takes in whether a poll of a target that had been seen before found a change.
    func noteChanges(_ result: PollResult, of polled: WatchedTarget) {
        guard case .recorded(let changes) = result, changes > 0 else { return }
        polled.rate.changed(world.now())
        accounts[polled.target.account]?.pacing.changed()
    }

    /// Reads once from the ledger how often targets have changed so far.
    func learnFromHistory() async {
        guard !knowsHistory, accounts.values.contains(where: \.plan.isAdaptive) else { return }
        knowsHistory = true
        let (now, wallClock) = (world.now(), world.wallClock())
        var times = ChangeTimes(
            of: ledger, since: wallClock.advanced(by: .zero - ChangeHistory.longest), now: wallClock, atMost: ChangeHistory.most)
        var history = ChangeHistory()
        do {
            while let some = try await times.next() { history.add(some) }
        } catch {
            // What is supposed of the kinds is enough to begin with.
            return log.debug("how often things changed could not be read", metadata: ["error": "\(error)"])
        }
        let rates = history.rates(since: times.begin, wallClock: wallClock, now: now)
        let watchedFor = max(.zero, Duration.milliseconds(wallClock.milliseconds - times.begin.milliseconds))
        let unchanged = ChangeRate(now: now, ages: [], watched: watchedFor)
        for (target, polled) in watched { polled.rate = rates[target] ?? unchanged }
    }

    /// Lets every target of a new process wait for its turn by the interval that follows from its history.
    func beginAdaptive() {
        let now = world.now()
        for account in accounts.values where account.plan.isAdaptive {
            account.pacing = Pacing()
            pace(account)
            for target in targets(of: account) {
                guard let every = schedule.interval(of: target) else { continue }
                schedule.on(.watch(target, every: every, splay: account.plan.splay, first: first(target)), now: now)
            }
        }
        world.alarm.set(wake)
    }
}
