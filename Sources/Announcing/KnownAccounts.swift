import Changes
import Ledger
import WhatsAppBusiness

/// The ids that Meta knows the accounts by, as they were read last, and when they are to be read anew. A pure decision.
struct KnownAccounts: Sendable, Equatable {
    /// By the accounts' names.
    private(set) var ids: [String: String] = [:]

    /// Whether these changes may be of an account that was not known when they were read, or that has another id since: it was removed first.
    func mustRead(for changes: [RecordedChange]) -> Bool {
        changes.contains { recorded in
            let (account, change) = (recorded.change.resource.account, recorded.change)
            // What concerns all accounts is of none.
            if account == ResourceID.allAccounts { return false }
            return ids[account] == nil || (change.resource.kind == .account && change.operation == .removed)
        }
    }

    /// They were read.
    mutating func take(_ ids: [String: String]) { self.ids = ids }
}
