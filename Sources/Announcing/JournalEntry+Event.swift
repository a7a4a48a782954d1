import Changes
import InterfaceRecords
import Ledger
import StrictJSON
import Systemd
import WabaWatchInterface
import WhatsAppBusiness

extension JournalEntry {
    /// `WABAWATCH_EVENT` has no more bytes: `journalctl -o json` prints a longer value as null (journalctl(1), `--all`).
    static let longestEvent = 4_000
    /// Nor has `WABAWATCH_FIELDS`.
    static let longestFields = 8 << 10

    /// Appends the change as the interface has it, where it is short enough.
    /// - Parameter documents: how many bytes its two documents take, which stand in it.
    mutating func append(_ recorded: RecordedChange, cursor: LedgerCursor, documents: Int) {
        guard documents <= Self.longestEvent else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1_024 + documents)
        Change(recorded, ledger: cursor.ledger).write(into: &bytes, observedAt: recorded.observedAt.description)
        if bytes.count <= Self.longestEvent { append("WABAWATCH_EVENT", bytes: bytes) }
    }

    /// Appends all pointers in one field, separated by spaces, and says whether it holds all of them. None is cut off.
    mutating func append(_ fields: [JSONPointer]) -> Bool {
        var bytes: [UInt8] = []
        var isWhole = true
        for field in fields {
            let word = Self.word(field)
            guard bytes.count + 1 + word.count <= Self.longestFields else {
                isWhole = false
                break
            }
            if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
            bytes.append(contentsOf: word)
        }
        if !bytes.isEmpty { append("WABAWATCH_FIELDS", bytes: bytes) }
        return isWhole
    }

    /// A pointer that holds no space and no line break: these, and the percent sign, are written as in the fragment of an address (RFC 6901, 6).
    private static func word(_ field: JSONPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in field.description.utf8 {
            if byte > 0x20, byte != 0x7F, byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return bytes
    }
}
