/// A place in a ledger: every change up to and including `sequence` lies behind it. It names the ledger, so that one from another is noticed.
public struct LedgerCursor: Sendable, Equatable, CustomStringConvertible {
    /// Sixteen hexadecimal digits, drawn when the ledger was begun.
    public let ledger: String
    /// The last change behind the cursor; zero is before the first.
    public let sequence: Int64

    /// A place.
    public init(ledger: String, sequence: Int64) {
        self.ledger = ledger
        self.sequence = sequence
    }

    /// `8c1f0a52d3b4e697:42`
    public var description: String { ledger + ":" + String(sequence) }

    /// Reads a cursor's text; `nil` if it is none.
    public init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 16, parts[0].allSatisfy(\.isHexDigit), let sequence = Int64(parts[1]), sequence >= 0,
            parts[1] == String(sequence)
        else { return nil }
        self.init(ledger: String(parts[0]), sequence: sequence)
    }
}
