import Changes
package import Ledger
package import WabaWatchInterface
import Watching
import WhatsAppBusiness

extension WabaWatchInterface.Cursor {
    /// A place in the ledger.
    package init(_ cursor: LedgerCursor) { self.init(cursor.description) }
}

extension Change {
    /// A change of the ledger with that id.
    package init(_ recorded: RecordedChange, ledger: String) {
        let change = recorded.change
        self.init(
            change.resource, cursor: Cursor(LedgerCursor(ledger: ledger, epoch: recorded.epoch, sequence: recorded.sequence)),
            sequence: Int(recorded.sequence),
            observedAt: recorded.observedAt, operation: change.operation, origin: change.origin,
            severity: change.severity, transaction: recorded.transaction.map { Int($0) }, actor: change.actor, fields: change.fields,
            before: change.before, after: change.after, summary: change.summary)
    }
}

extension Resource {
    /// What was last seen of a thing.
    package init(_ stored: StoredResource) {
        self.init(stored.resource, confirmedAt: stored.confirmedAt, changedAt: stored.changedAt, document: stored.document)
    }
}

extension WatchStatus {
    /// While nothing can be recorded, every watch is late: what is polled is not kept.
    init(_ report: WatchReport, trouble: LedgerError?) {
        self.init(
            account: report.target.account, kind: report.target.kind, phoneNumberID: report.target.phoneNumberID,
            state: OpenEnum(trouble == nil ? report.watch.state : .late),
            reason: trouble.map { "nothing can be recorded: \($0.cause)" } ?? report.watch.reason
                ?? report.progress.map {
                    "page \($0.pages), \($0.things) \(report.target.kind.row.counted) so far"
                },
            since: report.watch.since,
            everyMilliseconds: Int(report.every?.milliseconds ?? 0), lastSuccessAt: report.watch.lastSuccess, nextAt: report.nextAt,
            failures: report.watch.failures, comesWith: report.comesWith, callsPerPoll: report.callsPerPoll > 1 ? report.callsPerPoll : nil,
            toldBy: report.toldBy)
    }
}

extension WabaWatchInterface.Budget {
    init(_ report: BudgetReport) {
        self.init(
            account: report.account, callsLastHour: report.callsLastHour, callsPerHour: report.callsPerHour,
            usagePercent: report.usagePercent, blockedUntil: report.blockedUntil, saved: report.saved)
    }
}

extension TokenStatus {
    /// What Meta says of an account's token; `nil` before it was asked.
    init?(_ report: BudgetReport) {
        guard let token = report.token else { return nil }
        self.init(
            account: report.account, checkedAt: token.checkedAt, expiresAt: token.expiresAt,
            dataAccessExpiresAt: token.dataAccessExpiresAt, scopes: token.scopes,
            missingScopes: token.missingScopes.isEmpty ? nil : token.missingScopes)
    }
}

extension ResourceQuery {
    /// What a filter asks for, as far as the ledger can look for it.
    package init(_ filter: Filter?) {
        self.init(accounts: filter?.accounts, kinds: filter?.kinds, ids: filter?.ids, phoneNumberIDs: filter?.phoneNumberIDs)
    }
}

extension HistoryQuery {
    /// What is asked for, as far as the ledger can look for it.
    package init(_ parameters: HistoryParameters) {
        self.init()
        accounts = parameters.filter?.accounts
        kinds = parameters.filter?.kinds
        ids = parameters.filter?.ids
        phoneNumberIDs = parameters.filter?.phoneNumberIDs
        operations = parameters.filter?.operations
        minimumSeverity = parameters.filter?.minimumSeverity
        since = parameters.since
        until = parameters.until
        newestFirst = parameters.newestFirst ?? false
    }
}

extension WabaWatchError {
    /// A cursor of this ledger that cannot be resumed.
    package static func historyLost(in ledger: Ledger) async throws -> WabaWatchError {
        .historyLost(oldestCursor: Cursor(try await ledger.oldestCursor()), currentCursor: Cursor(ledger.cursor))
    }
}
