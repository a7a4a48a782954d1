import GRDB
import Synchronization

extension Ledger {
    /// Grows with every piece of work that the writer does, in the midst of a long transaction as well.
    public var work: Int { commits.done.load(ordering: .relaxed) }

    /// Returns when the writer has come by: behind everything that was to be written before, a transaction was begun, and given up without a write.
    /// - Throws: why none can be begun. That is an answer as well.
    public func beat() async throws(LedgerError) {
        do {
            try await pool.writeWithoutTransaction { database in try database.inTransaction(.immediate) { .rollback } }
        } catch { throw LedgerError(error, path: path) }
    }
}
