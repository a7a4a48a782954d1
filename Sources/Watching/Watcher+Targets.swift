import Changes
import Continuations
import Ledger
import WhatsAppBusiness

// Which targets are watched: those of the configured accounts, and of the numbers that the accounts show.

extension Watcher {
    /// Sets up the targets that are known, to go on where the process before this one stopped.
    func begin() async throws(LedgerError) {
        await reservations.join(accounts.values.map(\.gate))
        let budgets = try await ledger.budgets()
        for (name, account) in accounts {
            guard let document = budgets[name] else { continue }
            _ = account.stands(await account.gate.restore(document))
        }
        let persisted = try await ledger.keep(
            WatchScope(shared.map { Array($0.values) } ?? accounts.values.map(\.plan)), at: world.wallClock())
        beginConnection(persisted[PollTarget.allAccounts])
        for name in accounts.keys.sorted() { begin(name, persisted[name] ?? PersistedWatches()) }
        beginning.close(with: ())
        await learnFromHistory()
        beginAdaptive()
    }

    /// Sets up the targets of one account, from its numbers and watches.
    func begin(_ name: String, _ persisted: PersistedWatches) {
        guard let plan = accounts[name]?.plan else { return }
        for stored in persisted.watches {
            watched[stored.target] = Watch(
                over: stored.target, document: stored.document, told: stored.told, since: stored.changedAt, lastSuccess: stored.confirmedAt
            ).map { WatchedTarget(stored.target, $0, since: world.now()) }
        }
        for kind in AccountPlan.accountKinds { watch(PollTarget(account: name, kind: kind)) }
        watchRiders(of: name)
        watch(numbers: plan.numbers(of: persisted.numbers), of: name)
    }

    /// The watches over what always comes with another kind's answers of the account.
    func watchRiders(of name: String) {
        for kind in AccountPlan.accountKinds.flatMap(\.riders) where accounts[name]?.plan.watches(kind) == true {
            beginWatch(over: PollTarget(account: name, kind: kind))
        }
    }

    /// Watches these numbers' own things as well.
    func watch(numbers: some Sequence<String>, of name: String) {
        guard let account = accounts[name] else { return }
        let new = numbers.filter { account.plan.watches(number: $0) && !account.numbers.contains($0) }
        guard !new.isEmpty else { return stretch(name) }
        account.numbers.formUnion(new)
        stretch(name)
        for number in new.sorted() {
            for kind in AccountPlan.numberKinds { watch(PollTarget(account: name, kind: kind, phoneNumberID: number)) }
            for kind in AccountPlan.numberKinds.flatMap(\.riders) where account.plan.watches(kind) {
                beginWatch(over: PollTarget(account: name, kind: kind, phoneNumberID: number))
            }
        }
    }

    /// What there is of a target; the watch over it begins where there is nothing yet.
    @discardableResult func beginWatch(over target: PollTarget) -> WatchedTarget {
        if let known = watched[target] { return known }
        let new = WatchedTarget(target, Watch(over: target, since: world.wallClock()), since: world.now())
        watched[target] = new
        return new
    }

    /// Takes a target into the schedule, unless it is there. What was polled less than an interval ago waits for its turn.
    func watch(_ target: PollTarget) {
        guard let plan = accounts[target.account]?.plan, let configured = plan.intervals[target.kind], schedule.interval(of: target) == nil
        else {
            return
        }
        let polled = beginWatch(over: target)
        let target = polled.target
        if target.kind.isWindowed { polled.state.rotate(WindowRotation(plan.lists[target.kind] ?? ListPlan())) }
        on(.watch(target, every: configured, splay: plan.splay, first: first(target)), world.now())
    }

    /// When a target is first to be polled.
    /// - Parameter every: the interval that it is to have, if that is another.
    func first(_ target: PollTarget, every: Duration? = nil) -> Moment {
        let now = world.now()
        // What was in trouble does not wait for its turn: what ends that may have been done meanwhile.
        guard let every = every ?? interval(of: target), let watch = watched[target]?.state.watch, !watch.state.isTrouble,
            let last = watch.lastSuccess
        else {
            return now
        }
        let ago = Duration.milliseconds(world.wallClock().milliseconds - last.milliseconds)
        return ago >= .zero && ago < every ? now + (every - ago) : now
    }

    /// No longer watches a target.
    func forget(_ target: PollTarget) {
        _ = note(requests: 1, of: target)
        watched[target] = nil
        if let number = target.phoneNumberID { accounts[target.account]?[target.kind].losses?.forget(number) }
        accounts[target.account]?.outage.forget(target)
        network.forget(target)
        troubles.forget(target)
        unschedule(target)
        answer(target, .notWatched)
    }

    /// No longer polls a target.
    func unschedule(_ target: PollTarget) {
        on(.forget(target), world.now())
        unscheduled.append(target)
    }

    /// Lets the gates know what is polled no longer: a refused token is to be asked for by what is.
    func tellGates() async {
        let targets = Dictionary(grouping: unscheduled, by: \.account)
        unscheduled = []
        for (name, targets) in targets { await accounts[name]?.gate.forget(targets.filter { schedule.interval(of: $0) == nil }) }
    }

    /// No longer watches the things of a number that is gone.
    func forget(number: String, of name: String) {
        accounts[name]?.numbers.remove(number)
        for kind in AccountPlan.numberKinds + AccountPlan.numberKinds.flatMap(\.riders) {
            forget(PollTarget(account: name, kind: kind, phoneNumberID: number))
            // Without it there may be nobody left whose witness is to be waited for.
            for other in accounts[name]?[kind].losses?.waiting.sorted() ?? [] {
                on(.hasten(PollTarget(account: name, kind: kind, phoneNumberID: other), ahead: false), world.now())
            }
        }
        stretch(name)
    }
}

extension WatchScope {
    /// What these plans watch.
    init(_ plans: [AccountPlan]) {
        let plans = Dictionary(uniqueKeysWithValues: plans.map { ($0.name, $0) })
        self.init(
            accounts: plans.mapValues(\.wabaID),
            watchesNumber: { number, account in plans[account]?.watches(number: number) ?? false },
            watchesTarget: { target, numbers in
                if target == .connection { return true }
                // The watch over the account tells of its token, even where the account itself is not polled.
                guard let plan = plans[target.account], plan.watches(target.kind) || target.kind == .account else { return false }
                return target.phoneNumberID.map { plan.watches(thingsOf: $0, known: numbers) } ?? true
            })
    }
}

extension AccountPlan {
    /// The numbers whose own things are watched, given those that the account showed last.
    func numbers(of known: Set<String>) -> Set<String> {
        guard case .only(let ids) = numbers else { return known }
        return watches(.phoneNumber) ? known.intersection(ids) : ids
    }

    /// Whether one number's are.
    func watches(thingsOf number: String, known: Set<String>) -> Bool {
        watches(number: number) && (known.contains(number) || (!watches(.phoneNumber) && numbers != .all))
    }
}
