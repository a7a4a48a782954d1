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
    public var change: DetectedChange
    /// What was recorded together with it has the same number: the sequence of the first of these. `nil` for what an early release recorded.
    public var transaction: Int64?
    /// The epoch in which it was recorded, as its cursor says it.
    public var epoch = ""
}

extension RecordedChange {
    /// A `SELECT` of changes, to be followed by what narrows it.
    static let select = """
        SELECT sequence, observed_at, account, kind, phone_number_id, change.id, operation, origin, severity, fields, before, after, summary,
            change.place, change.digest, transaction_id, actor
        FROM change JOIN place ON place.id = change.place
        """

    /// - Parameter bytes: grows by what the row takes.
    init(row: Row, bytes: inout Int, _ epochs: Epochs, _ unreadable: UnreadableRows) throws {
        // Each column once: GRDB's way to a value costs more than most values.
        let columns = (0..<17).map { row[$0] as DatabaseValue }
        let values = RecordedChange.digested([1, 13, 5, 6, 7, 8, 9, 10, 11, 12].map { columns[$0] }, columns[15], columns[16])
        func number(_ index: Int) throws -> Int64 {
            guard let number = Int64.fromDatabaseValue(columns[index]) else { throw ColumnCoding.damaged("no number") }
            return number
        }
        func text(_ index: Int) throws -> String {
            guard let text = ColumnCoding.text(columns[index]) else { throw ColumnCoding.damaged("no text") }
            return text
        }
        guard RowChecksum(of: values).column == (try number(14)) else { throw ColumnCoding.damaged("a change") }
        let (sequence, phoneNumberID, id) = (try number(0), try text(4), try text(5))
        func document(_ value: DatabaseValue) -> JSONObject? {
            if value.isNull { return nil }
            let document = ColumnCoding.document(value, of: id)
            if document == nil { unreadable.note("a document of the change \(sequence)") }
            return document
        }
        func pointers(_ value: DatabaseValue) -> [JSONPointer] {
            if value.isNull { return [] }
            let names = ColumnCoding.text(value).flatMap(ColumnCoding.names)
            let pointers = names?.compactMap(JSONPointer.init(parsing:)) ?? []
            if names?.count != pointers.count { unreadable.note("the fields of the change \(sequence)") }
            return pointers
        }
        self.sequence = sequence
        epoch = epochs.id(of: sequence)
        transaction = columns[15].isNull ? nil : try number(15)
        observedAt = Timestamp(milliseconds: try number(1))
        let resource = ResourceID(
            account: try text(2), kind: OpenEnum(rawValue: try text(3)), id: id, phoneNumberID: phoneNumberID.isEmpty ? nil : phoneNumberID)
        change = DetectedChange(
            resource, OpenEnum(rawValue: try text(6)), origin: OpenEnum(rawValue: try text(7)), severity: OpenEnum(rawValue: try text(8)),
            fields: pointers(columns[9]), before: document(columns[10]), after: document(columns[11]), summary: try text(12))
        change.actor = columns[16].isNull ? nil : try text(16)
        bytes += 200 + values.reduce(0) { $0 + ($1.size) }
    }
}

extension RecordedChange {
    /// The values that a row's digest is of. What was recorded before there were transactions has neither of the last two.
    static func digested(_ values: [DatabaseValue], _ transaction: DatabaseValue, _ actor: DatabaseValue) -> [DatabaseValue] {
        transaction.isNull && actor.isNull ? values : values + [transaction, actor]
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
