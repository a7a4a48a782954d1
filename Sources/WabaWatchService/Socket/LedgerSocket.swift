import InterfaceRecords
package import Ledger
import Subscriptions
import Varlink
import Watching
import WhatsAppBusiness

/// The socket around a ledger that somebody else writes to, with nobody who watches: what the benchmarks measure.
package struct LedgerSocket: Sendable {
    private let server: VarlinkServer

    private struct Nobody: WatchReporting {
        func watches(account: String) -> Bool { false }
        func report() -> (watches: [WatchReport], budgets: [BudgetReport]) { ([], []) }
    }

    /// - Parameter committed: is called for every commit before it is delivered.
    package init(ledger: Ledger, committed: @escaping @Sendable () -> Void = {}) throws {
        let service = try InterfaceService(
            ledger: ledger, watcher: Nobody(), controlRight: ControlRight(userID: 0), version: Daemon.version,
            startedAt: Timestamp(milliseconds: 0), pause: { try await Task.sleep(for: $0) })
        service.delivery.observe(committed)
        server = try VarlinkServer(
            identity: ServiceIdentity(vendor: "wabawatch", product: "wabawatch-bench", version: Daemon.version, url: ""),
            interfaces: [service])
    }

    /// Serves until the task is cancelled. `listening` is called once peers can connect.
    package func run(at path: String, listening: @Sendable () -> Void) async throws {
        try await server.run(on: .path(path, mode: 0o600), listening: listening)
    }
}
