package import Watching

/// What the socket tells of the watching.
package protocol WatchReporting: Sendable {
    /// Whether an account of that name is watched.
    func watches(account: String) async -> Bool
    /// How every watch and every budget stands now, in the order of accounts, kinds and numbers.
    func report() async -> (watches: [WatchReport], budgets: [BudgetReport])
}

extension Watcher: WatchReporting {}
