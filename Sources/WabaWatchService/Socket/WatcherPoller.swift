import GraphAPI
import Ledger
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Polls that are asked for on the socket, made by the watcher.
struct WatcherPoller: Poller {
    let watcher: Watcher
    let ledger: Ledger

    func poll(account: String, kind: Kind?, phoneNumberID: String?) async throws(WabaWatchError) -> (cursor: LedgerCursor, changes: Int) {
        do throws(PollError) {
            let changes = try await watcher.poll(account: account, kind: kind, number: phoneNumberID)
            return (ledger.cursor, changes)
        } catch {
            switch error {
            case .noSuchAccount: throw .noSuchAccount(account: account)
            case .noSuchResource(let kind, let id): throw .noSuchResource(account: account, kind: OpenEnum(kind), id: id)
            case .budgetExhausted(let wait):
                throw .budgetExhausted(account: account, retryAfterSeconds: Int((wait.milliseconds + 999) / 1000))
            case .failed(_, _, .some(let error)):
                throw .graphError(
                    code: error.code, subcode: error.subcode, message: error.details ?? error.message ?? "", traceID: error.traceID)
            case .failed(let state, let reason, nil): throw .lookFailed(state: state.rawValue, reason: reason)
            case .unrecorded(let error):
                throw .lookFailed(state: "unrecorded", reason: "what was seen could not be recorded: \(error.cause)")
            }
        }
    }
}
