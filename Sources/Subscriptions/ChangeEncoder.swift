import InterfaceRecords
import Ledger
import NIOCore
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// Writes changes in the form in which subscribers get them.
struct ChangeEncoder: Sendable {
    /// The ledger's id.
    let ledger: String
    private var scratch: [UInt8] = []
    /// The time of the change before: those of one poll have it in common.
    private var time: (moment: Timestamp, text: String)?

    init(ledger: String) { self.ledger = ledger }

    /// Appends one reply with its NUL.
    mutating func write(_ recorded: RecordedChange, into buffer: inout ByteBuffer) {
        let change = Change(recorded, ledger: ledger)
        if time?.moment != change.observedAt { time = (change.observedAt, change.observedAt.description) }
        scratch.removeAll(keepingCapacity: true)
        Replies.write(continues: true, into: &scratch) { bytes in
            bytes.append(contentsOf: #"{"change":"#.utf8)
            change.write(into: &bytes, observedAt: time?.text ?? "")
            bytes.append(UInt8(ascii: "}"))
        }
        buffer.writeBytes(scratch)
    }
}
