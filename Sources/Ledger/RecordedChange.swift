public import Changes
import GRDB
import StrictJSON
public import WhatsAppBusiness

/// A change as the ledger keeps it.
public struct RecordedChange: Sendable, Equatable {
    /// Its number: one more than the change before it.
    public var sequence: Int64
    /// When it was observed.
    public var observedAt: Timestamp
    /// What it is.
    public var change: Change
    /// The epoch in which it was recorded, as its cursor says it.
    public var epoch = ""
}

extension RecordedChange {
    /// A `SELECT` of changes, to be followed by what narrows it.
    static let select = """
        SELECT sequence, observed_at, account, kind, phone_number_id, change.id, operation, origin, severity, fields, before, after, summary,
            change.place, change.digest
        FROM change JOIN place ON place.id = change.place
        """

    /// - Parameter bytes: grows by what the row takes.
    init(row: Row, bytes: inout Int, _ epochs: Epochs, _ unreadable: UnreadableRows) throws {
        let values = [row[1], row[13], row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12]] as [DatabaseValue]
        guard Digest(of: values).column == (try row.value(14)) else { throw Stored.damaged("a change") }
        let (sequence, number, id): (Int64, String, String) = (try row.value(0), try row.value(4), try row.value(5))
        func document(_ value: DatabaseValue) -> JSONObject? {
            if value.isNull { return nil }
            let document = Stored.document(value, of: id)
            if document == nil { unreadable.note("a document of the change \(sequence)") }
            return document
        }
        func pointers(_ value: DatabaseValue) -> [JSONPointer] {
            if value.isNull { return [] }
            let names = Stored.text(value).flatMap(Stored.names)
            let pointers = names?.compactMap(JSONPointer.init(parsing:)) ?? []
            if names?.count != pointers.count { unreadable.note("the fields of the change \(sequence)") }
            return pointers
        }
        self.sequence = sequence
        epoch = epochs.id(of: sequence)
        observedAt = Timestamp(milliseconds: try row.value(1))
        let resource = ResourceID(
            account: try row.value(2), kind: OpenEnum(rawValue: try row.value(3)), id: id, phoneNumberID: number.isEmpty ? nil : number)
        change = Change(
            resource, OpenEnum(rawValue: try row.value(6)), origin: OpenEnum(rawValue: try row.value(7)),
            severity: OpenEnum(rawValue: try row.value(8)), fields: pointers(row[9]), before: document(row[10]), after: document(row[11]),
            summary: try row.value(12))
        bytes += 200 + values.reduce(0) { $0 + ($1.size) }
    }
}

extension DatabaseValue {
    /// The bytes of a text.
    var size: Int {
        switch storage {
        case .string(let text): text.utf8.count
        case .blob(let data): data.count
        default: 0
        }
    }
}
