import Ledger
import WabaWatchInterface
import WhatsAppBusiness

/// Takes polls that somebody on the socket asks for.
protocol Poller: Sendable {
    /// Polls now, within the budget, and returns when the answer has been recorded. Its task is cancelled when the caller goes.
    /// - Parameters:
    ///   - kind: one kind alone; every kind otherwise.
    ///   - phoneNumberID: one number alone; every number otherwise.
    /// - Returns: the place behind what was recorded, and how many changes that were, baselines included.
    /// - Throws: `noSuchAccount`, `noSuchResource` for a kind that is turned off or an unknown number, `budgetExhausted`,
    ///   `graphError` for an answer that was an error, `lookFailed` where there was no usable one.
    func poll(account: String, kind: Kind?, phoneNumberID: String?) async throws(WabaWatchError) -> (cursor: LedgerCursor, changes: Int)
}
