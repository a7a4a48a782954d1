import Changes
public import Ledger
import WhatsAppBusiness

extension Watcher {
    /// Watches these accounts from now on: new ones are added, those that are gone removed, the others changed without a word. What was dropped is
    /// asked for again, and a refused token tried again.
    public func reload(accounts plans: [AccountPlan]) async throws(LedgerError) {
        let names = Set(plans.map(\.name))
        for name in accounts.keys.sorted() where !names.contains(name) { try await remove(name) }
        for plan in plans.sorted(by: { $0.name < $1.name }) {
            if let known = accounts[plan.name], known.plan.wabaID != plan.wabaID { try await remove(plan.name) }
            if accounts[plan.name] == nil {
                accounts[plan.name] = Account(plan: plan, budget: Budget(plan.ceiling))
                try await begin(plan.name)
            } else {
                try await change(plan)
            }
        }
    }

    private func remove(_ name: String) async throws(LedgerError) {
        accounts[name] = nil
        for unit in Array(watches.keys) where unit.account == name { forget(unit) }
        try await ledger.remove(account: name, at: world.wallClock())
    }

    private func change(_ plan: AccountPlan) async throws(LedgerError) {
        let name = plan.name
        guard var account = accounts[name] else { return }
        let before = account.plan
        account.plan = plan
        account.budget.ceiling = plan.ceiling
        account.dropped = [:]
        account.upgraded = nil
        accounts[name] = account
        useToken(of: name)
        // What is asked for may be another list of fields now, so what is known again by its digest is asked for anew.
        for unit in memories.keys where unit.account == name { memories[unit] = nil }

        let off = watches.keys.filter { unit in
            unit.account == name && unit.kind != .account
                && (!plan.watches(unit.kind) || !(unit.phoneNumberID.map(plan.watches(number:)) ?? true))
        }
        for unit in off { forget(unit) }
        if !plan.watches(.account) { on(.forget(Unit(account: name, kind: .account)), world.now()) }
        try await ledger.forget(watches: Array(off))
        let unwanted = Set(
            try await ledger.resources(accounts: [name], kinds: [.phoneNumber]).resources.map(\.resource.id).filter {
                !plan.watches(number: $0)
            })
        if !unwanted.isEmpty { try await ledger.remove(numbers: unwanted, of: name, at: world.wallClock()) }
        account.numbers = account.numbers.filter(plan.watches(number:))
        accounts[name]?.numbers = []

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
        let apps = Unit(account: name, kind: .subscribedApp)
        if plan.watches(.subscribedApp), watches[apps] == nil { watches[apps] = Watch(over: apps, since: world.wallClock()) }
        if !plan.watches(.phoneNumber), case .only(let ids) = plan.numbers { account.numbers.formUnion(ids) }
        watch(numbers: account.numbers, of: name)
    }
}
