/// A place in a ledger: every change up to and including `sequence` lies behind it. It names the ledger and the epoch in which that change was recorded, so
/// that a cursor from another ledger is noticed, and one from beyond the copy that a ledger was put back from.
public struct LedgerCursor: Sendable, Equatable, CustomStringConvertible {
    /// Sixteen hexadecimal digits, drawn when the ledger was begun.
    public let ledger: String
    /// Twelve hexadecimal digits, drawn when the ledger was opened; none for the beginning of a ledger, and for what a release without epochs recorded.
    public let epoch: String
    /// The last change behind the cursor; zero is before the first.
    public let sequence: Int64

    static let epochDigits = 12

    /// A place.
    public init(ledger: String, epoch: String = "", sequence: Int64) {
        self.ledger = ledger
        self.epoch = epoch
        self.sequence = sequence
    }

    /// `8c1f0a52d3b4e697:5d3e9a01b27c:42`, and `8c1f0a52d3b4e697:42` without an epoch.
    public var description: String { ledger + ":" + (epoch.isEmpty ? "" : epoch + ":") + String(sequence) }

    /// Reads a cursor's text; `nil` if it is none.
    public init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard 2...3 ~= parts.count, let last = parts.last, Self.isHex(parts[0], 16),
            parts.count == 2 || Self.isHex(parts[1], Self.epochDigits),
            let sequence = Int64(last), sequence >= 0, last == String(sequence)
        else { return nil }
        self.init(ledger: String(parts[0]), epoch: parts.count == 2 ? "" : String(parts[1]), sequence: sequence)
    }

    private static func isHex(_ text: Substring, _ digits: Int) -> Bool { text.utf8.count == digits && text.allSatisfy(\.isHexDigit) }
}
