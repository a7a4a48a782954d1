import Changes
public import Ledger
import WhatsAppBusiness

extension Watcher {
    /// Watches these accounts from now on: new ones are added, those that are gone removed, the others changed without a word. What was dropped is
    /// asked for again, and a refused token tried again.
    /// - Throws: why it could not be written down. Then everything is watched as before.
    public func reload(accounts plans: [AccountPlan]) async throws(LedgerError) {
        let wanted = Dictionary(uniqueKeysWithValues: plans.map { ($0.name, $0) })
        incoming = wanted
        defer { incoming = nil }
        let kept = try await ledger.keep(Selection(plans), at: world.wallClock())
        // It is in force, for nothing from here on can fail.
        for (name, account) in accounts where wanted[name]?.wabaID != account.plan.wabaID { remove(name) }
        for (name, plan) in wanted.sorted(by: { $0.key < $1.key }) {
            if accounts[name] == nil {
                accounts[name] = Account(plan)
                begin(name, kept[name] ?? Kept())
            } else {
                change(plan)
            }
        }
    }

    /// What an account's plan leaves to be recorded: while another configuration is written down, only what both want, for what is recorded now comes
    /// behind it. `nil` where that is nothing of this unit.
    func plan(toRecord unit: Unit) -> AccountPlan? {
        guard var plan = accounts[unit.account]?.plan else { return nil }
        guard let incoming else { return plan }
        guard let next = incoming[unit.account], next.wabaID == plan.wabaID, next.watches(unit.kind),
            unit.phoneNumberID.map(next.watches(number:)) ?? true
        else { return nil }
        if case .only = next.numbers { plan.numbers = next.numbers }
        return plan
    }

    private func remove(_ name: String) {
        accounts[name] = nil
        for unit in Array(watched.keys) where unit.account == name { forget(unit) }
    }

    private func change(_ plan: AccountPlan) {
        let name = plan.name
        guard let account = accounts[name] else { return }
        let (before, numbers) = (account.plan, account.numbers)
        account.plan = plan
        account.budget.ceiling = plan.ceiling
        account.leftOut = [:]
        account.searching = [:]
        account.awaiting = [:]
        for unit in Array(searches.keys) where unit.account == name { searches[unit] = nil }
        for unit in Array(searchesRest.keys) where unit.account == name { searchesRest[unit] = nil }
        account.upgraded = nil
        // What is asked for may be another list of fields now, so what is known again by its digest is asked for anew.
        for (unit, watched) in watched where unit.account == name { watched.memory = nil }

        let off = watched.keys.filter { unit in
            unit.account == name && unit.kind != .account
                && (!plan.watches(unit.kind) || !(unit.phoneNumberID.map(plan.watches(number:)) ?? true))
        }
        for unit in off { forget(unit) }
        if !plan.watches(.account) { on(.forget(Unit(account: name, kind: .account)), world.now()) }
        account.numbers = []

        for unit in Array(schedule.units) where unit.account == name {
            guard let every = plan.intervals[unit.kind], every != before.intervals[unit.kind] || plan.splay != before.splay else {
                continue
            }
            on(.watch(unit, every: every, splay: plan.splay, first: first(unit)), world.now())
        }
        for unit in Array(rotations.keys) where unit.account == name && plan.lists[unit.kind] != before.lists[unit.kind] {
            rotations[unit] = WindowRotation(plan.lists[unit.kind] ?? ListPlan())
            sweeps[unit] = nil
        }
        for kind in AccountPlan.accountKinds { watch(Unit(account: name, kind: kind)) }
        watchApps(of: name)
        watch(numbers: plan.numbers(of: numbers), of: name)
        useToken(of: name, isReload: true)
    }
}
