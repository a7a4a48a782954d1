import Ledger

extension Ledger {
    /// The cursor behind a change.
    func cursor(at sequence: Int64) -> LedgerCursor { LedgerCursor(ledger: id, sequence: sequence) }
}
