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
}

extension RecordedChange {
    /// A `SELECT` of changes, to be followed by what narrows it.
    static let select = """
        SELECT sequence, observed_at, account, kind, phone_number_id, change.id, operation, origin, severity, fields, before, after, summary,
            change.place, change.digest
        FROM change JOIN place ON place.id = change.place
        """

    /// - Parameter bytes: grows by what the row takes.
    init(row: Row, bytes: inout Int) throws {
        let values = [row[1], row[13], row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12]] as [DatabaseValue]
        guard Digest(of: values).column == (try row.value(14)) else { throw Stored.damaged("a change") }
        sequence = try row.value(0)
        observedAt = Timestamp(milliseconds: try row.value(1))
        let (number, id): (String, String) = (try row.value(4), try row.value(5))
        let resource = ResourceID(
            account: try row.value(2), kind: try Stored.known(row.value(3)), id: id, phoneNumberID: number.isEmpty ? nil : number)
        let fields = try (row.optional(9) as String?).map(Stored.names)?.compactMap(JSONPointer.init(parsing:)) ?? []
        func document(_ value: DatabaseValue) throws -> JSONObject? { value.isNull ? nil : try Stored.document(value, of: id) }
        change = Change(
            resource, try Stored.known(row.value(6)), origin: try Stored.known(row.value(7)), severity: try Stored.known(row.value(8)),
            fields: fields, before: try document(row[10]), after: try document(row[11]), summary: try row.value(12))
        bytes += 200 + values.reduce(0) { $0 + ($1.size) }
    }
}

extension DatabaseValue {
    /// The bytes of a text.
    var size: Int { if case .string(let text) = storage { text.utf8.count } else { 0 } }
}
