public import Changes
import GRDB
public import StrictJSON
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
    static let columns =
        "sequence, observed_at, account, kind, phone_number_id, id, operation, origin, severity, fields, before, after, summary"

    init(row: Row) throws {
        sequence = row[0]
        observedAt = Timestamp(milliseconds: row[1])
        let number: String = row[4]
        let resource = ResourceID(
            account: row[2], kind: try Stored.known(row[3]), id: row[5], phoneNumberID: number.isEmpty ? nil : number)
        change = Change(
            resource, try Stored.known(row[6]), origin: try Stored.known(row[7]), severity: try Stored.known(row[8]),
            fields: try Stored.names(row[9]).compactMap(JSONPointer.init(parsing:)), before: try (row[10] as String?).map(Stored.object),
            after: try (row[11] as String?).map(Stored.object), summary: row[12])
    }
}

/// A thing as it was last seen.
public struct StoredResource: Sendable, Equatable {
    /// What it is told apart by.
    public var resource: ResourceID
    /// When an answer last showed it.
    public var confirmedAt: Timestamp
    /// When its last change was observed.
    public var changedAt: Timestamp
    /// Its document in the compared form.
    public var document: JSONObject
}

/// How values stand in columns. What cannot be read was not written by us: the ledger is damaged.
enum Stored {
    static func known<Value: RawRepresentable<String>>(_ text: String) throws -> Value {
        guard let value = Value(rawValue: text) else { throw damaged("\(Value.self) \(text)") }
        return value
    }

    static func object(_ text: String) throws -> JSONObject {
        guard let object = try? JSONValue(parsing: text, limits: JSONLimits(values: .max)).object else { throw damaged("a document") }
        return object
    }

    static func names(_ text: String) throws -> [String] {
        guard let names = try? JSONValue(parsing: text).array?.compactMap(\.string) else { throw damaged("a list of names") }
        return names
    }

    static func text(_ names: some Sequence<String>) -> String { JSONValue.array(names.map(JSONValue.string)).description }
    static func text(_ object: JSONObject) -> String { JSONValue.object(object).description }

    private static func damaged(_ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a column holds \(what) that cannot be read")
    }
}
