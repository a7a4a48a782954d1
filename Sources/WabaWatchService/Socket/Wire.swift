import Changes
import Ledger
import WabaWatchInterface
import Watching
import WhatsAppBusiness

extension WabaWatchInterface.Cursor {
    init(_ cursor: LedgerCursor) { self.init(cursor.description) }
}

extension WabaWatchInterface.Change {
    init(_ recorded: RecordedChange, ledger: String) {
        let change = recorded.change
        self.init(
            change.resource, cursor: Cursor(LedgerCursor(ledger: ledger, sequence: recorded.sequence)), sequence: Int(recorded.sequence),
            observedAt: recorded.observedAt, operation: change.operation, origin: change.origin,
            severity: change.severity, fields: change.fields, before: change.before, after: change.after, summary: change.summary)
    }
}

extension Resource {
    init(_ stored: StoredResource) {
        self.init(stored.resource, confirmedAt: stored.confirmedAt, changedAt: stored.changedAt, document: stored.document)
    }
}

extension WatchStatus {
    init(_ report: WatchReport) {
        self.init(
            account: report.unit.account, kind: report.unit.kind, phoneNumberID: report.unit.phoneNumberID,
            state: Open(report.watch.state), reason: report.watch.reason, since: report.watch.since,
            everyMilliseconds: Int(report.every?.milliseconds ?? 0), lastSuccessAt: report.watch.lastSuccess, nextAt: report.nextAt,
            failures: report.watch.failures)
    }
}

extension WabaWatchInterface.Budget {
    init(_ report: BudgetReport) {
        self.init(
            account: report.account, callsLastHour: report.callsLastHour, callsPerHour: report.callsPerHour,
            usagePercent: report.usagePercent, blockedUntil: report.blockedUntil)
    }
}
