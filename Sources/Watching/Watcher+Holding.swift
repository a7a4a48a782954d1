public import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

// Accounts that several hosts share: each is watched by the one that holds it.

extension Watcher {
    /// Watches a shared account from now on: it goes on from what the ledger has of it, and everything is polled as soon as the budget allows.
    /// - Returns: whether an account of that name is configured.
    public func hold(_ name: String) async throws(LedgerError) -> Bool {
        await untilBegun()
        guard let plan = shared?[name], accounts[name] == nil else { return shared?[name] != nil }
        let persisted = try await ledger.watches(of: name)
        let budget = try await ledger.budgets()[name]
        let gate = AccountGate(plan, world: world, retry: retry, reservations: reservations)
        await reservations.join([gate])
        let account = AccountState(plan, gate)
        if let budget { _ = account.stands(await gate.restore(budget)) }
        // A reload, or the same call, may have come meanwhile.
        guard shared?[name]?.wabaID == plan.wabaID, accounts[name] == nil else { return shared?[name] != nil }
        accounts[name] = account
        troubles.watch(name)
        begin(name, persisted)
        await learnFromHistory()
        guard accounts[name] === account else { return true }
        pace(account)
        for target in targets(of: account) where schedule.interval(of: target) != nil { on(.hasten(target, ahead: false), world.now()) }
        return true
    }

    /// Watches a shared account no longer. Nothing of it is removed from the ledger; what is known of its budget is written down.
    public func release(_ name: String) async {
        guard shared != nil, let account = accounts[name] else { return }
        remove(name)
        await reservations.leave(name)
        await tellGates()
        do { try await ledger.save(budgets: [name: await account.gate.close()]) } catch {
            log.debug("a budget could not be saved", metadata: ["account": "\(name)", "error": "\(error)"])
        }
    }

    /// The accounts that are shared, sorted; `nil` where this host is alone.
    public var sharedAccounts: [String]? { shared.map { $0.keys.sorted() } }
}
