import Announcing
import Changes
import Ledger
import Logging
import ServiceConfiguration
import Watching
import WhatsAppBusiness

/// How everything stands, as log lines: one for the daemon, one for every budget, one for every watch that is not current.
struct StatusDump: Sendable {
    /// No more watches, and no more budgets, are told one by one.
    static let most = 200

    let version: String
    let startedAt: Timestamp
    let ledger: Ledger
    let watcher: Watcher
    let readers: @Sendable () -> Int
    let reloader: Reloader
    let announcer: Announcer
    let reports: ReportLog
    let log: Logger

    /// Writes it down.
    func write() async {
        let (watches, budgets) = await watcher.report()
        let troubled = watches.filter { $0.watch.state != .current }
        await writeDaemon(watches: watches.count, notCurrent: troubled.count)
        writeReports()
        for budget in budgets.prefix(Self.most) {
            log.notice(
                "status of a budget",
                metadata: [
                    "account": "\(budget.account)", "calls_last_hour": "\(budget.callsLastHour)",
                    "calls_per_hour": "\(budget.callsPerHour)",
                    "usage_percent": "\(budget.usagePercent.map(String.init) ?? "unknown")",
                    "blocked_until": "\(budget.blockedUntil.map(\.description) ?? "not blocked")",
                ])
        }
        for report in troubled.prefix(Self.most) {
            var metadata: Logger.Metadata = [
                "account": "\(report.target.account)", "kind": "\(report.target.kind.rawValue)", "state": "\(report.watch.state.rawValue)",
                "since": "\(report.watch.since)", "failures": "\(report.watch.failures)",
                "last_success": "\(report.watch.lastSuccess.map(\.description) ?? "never")",
                "next_at": "\(report.nextAt.map(\.description) ?? "not set")",
            ]
            metadata["phone_number_id"] = report.target.phoneNumberID.map { "\($0)" }
            metadata["reason"] = report.watch.reason.map { "\($0)" }
            log.notice("status of a watch", metadata: metadata)
        }
        let untold = max(troubled.count - Self.most, 0) + max(budgets.count - Self.most, 0)
        if untold > 0 {
            log.notice("the status is too long for the journal; wabawatch status shows all of it", metadata: ["more": "\(untold)"])
        }
    }

    /// Where no webhook ever came there is nothing to tell.
    private func writeReports() {
        let counts = reports.counts
        guard counts != ReportTally.Counts() else { return }
        log.notice(
            "status of webhooks",
            metadata: [
                "recorded": "\(counts.recorded)", "known": "\(counts.known)", "foreign": "\(counts.foreign)",
                "ignored": "\(counts.ignored)",
                "bad_signatures": "\(counts.badSignatures)", "bad_bodies": "\(counts.badBodies)",
            ])
    }

    private func writeDaemon(watches: Int, notCurrent: Int) async {
        let oldest = try? await ledger.oldestCursor()
        let announced = try? await ledger.announced(by: announcer.name)
        log.notice(
            "status of the daemon",
            metadata: [
                "version": "\(version)", "started_at": "\(startedAt)", "accounts": "\(reloader.configuration.accounts.count)",
                "watches": "\(watches)", "not_current": "\(notCurrent)", "readers": "\(readers())", "cursor": "\(ledger.cursor)",
                "oldest_cursor": "\(oldest.map(\.description) ?? "unknown")", "announced": "\(announced.map(String.init) ?? "unknown")",
                "recording": "\(ledger.trouble.map { "no: \($0.cause)" } ?? "yes")",
                "configuration": "\(reloader.refusal.map { "refused: \($0)" } ?? "in force")",
            ])
    }
}
