import Changes
public import Ledger
import WhatsAppBusiness

extension Watcher {
    /// Watches these accounts from now on: new ones are added, those that are gone removed, the others changed without a word. What was dropped is
    /// asked for again, and a refused token tried again.
    /// - Throws: why it could not be written down. Then everything is watched as before.
    public func reload(accounts plans: [AccountPlan]) async throws(LedgerError) {
        let configured = Dictionary(uniqueKeysWithValues: plans.map { ($0.name, $0) })
        let wanted = shared == nil ? configured : configured.filter { accounts[$0.key] != nil }
        incoming = wanted
        defer { incoming = nil }
        let persisted = try await ledger.keep(WatchScope(plans), at: world.wallClock())
        if shared != nil { shared = configured }
        // It is in force, for nothing from here on can fail. What is new is let in first, so that nothing of it asks before it may.
        var gates: [String: AccountGate] = [:]
        for (name, plan) in wanted where accounts[name]?.plan.wabaID != plan.wabaID {
            let gate = AccountGate(plan, world: world, retry: retry, reservations: reservations)
            gates[name] = gate
        }
        await reservations.join(Array(gates.values))
        let gone = accounts.keys.filter { wanted[$0] == nil }
        for (name, account) in accounts where wanted[name]?.wabaID != account.plan.wabaID { remove(name) }
        for (name, plan) in wanted.sorted(by: { $0.key < $1.key }) {
            if let gate = gates[name] {
                accounts[name] = AccountState(plan, gate)
                troubles.watch(name)
                begin(name, persisted[name] ?? PersistedWatches())
            } else {
                change(plan)
            }
        }
        for name in gone { await reservations.leave(name) }
        for (name, plan) in wanted where gates[name] == nil {
            guard let account = accounts[name] else { continue }
            if account.stands(await account.gate.use(plan)) { stretch(name) }
        }
        await learnFromHistory()
        for account in accounts.values {
            account.pacing = Pacing()
            pace(account)
        }
        await tellGates()
    }

    /// What an account's plan leaves to be recorded: while another configuration is written down, only what both want, for what is recorded now comes
    /// behind it. `nil` where that is nothing of this target.
    func plan(toRecord target: PollTarget) -> AccountPlan? {
        guard var plan = accounts[target.account]?.plan else { return nil }
        guard let incoming else { return plan }
        guard let next = incoming[target.account], next.wabaID == plan.wabaID, next.watches(target.kind),
            target.phoneNumberID.map(next.watches(number:)) ?? true
        else { return nil }
        if case .only = next.numbers { plan.numbers = next.numbers }
        plan.ignored = next.ignored
        return plan
    }

    /// An account is watched no longer. What is under way of it comes to nothing.
    func remove(_ name: String) {
        accounts[name] = nil
        troubles.forget(account: name)
        for target in Array(watched.keys) where target.account == name { forget(target) }
    }

    private func change(_ plan: AccountPlan) {
        let name = plan.name
        guard let account = accounts[name] else { return }
        let (before, numbers) = (account.plan, account.numbers)
        account.plan = plan
        // What is asked for may be another list of fields now.
        account.reload()
        for (target, polled) in watched where target.account == name { polled.state.reload() }

        let off = watched.keys.filter { target in
            target.account == name && target.kind != .account
                && (!plan.watches(target.kind) || !(target.phoneNumberID.map(plan.watches(number:)) ?? true))
        }
        for target in off { forget(target) }
        if !plan.watches(.account) { unschedule(PollTarget(account: name, kind: .account)) }
        account.numbers = []

        for target in Array(schedule.targets) where target.account == name {
            guard let every = plan.intervals[target.kind],
                every != before.intervals[target.kind] || plan.splay != before.splay || plan.isAdaptive != before.isAdaptive
            else { continue }
            on(.watch(target, every: every, splay: plan.splay, first: first(target, every: evenInterval(of: target))), world.now())
        }
        for (target, polled) in watched where target.account == name && plan.lists[target.kind] != before.lists[target.kind] {
            if polled.state.rotation != nil { polled.state.rotate(WindowRotation(plan.lists[target.kind] ?? ListPlan())) }
        }
        for kind in AccountPlan.accountKinds { watch(PollTarget(account: name, kind: kind)) }
        watchRiders(of: name)
        watch(numbers: plan.numbers(of: numbers), of: name)
        hastenRetries(of: name, andDrifted: true)
    }
}
