import Changes
import FoundationEssentials
import GRDB
import StrictJSON

/// How values stand in columns.
///
/// A row whose checksum is right is as it was written. What this release cannot read of it, a later one wrote: it costs that row alone, and is told of.
/// Damage is what SQLite itself or a checksum says, and a column that holds another type than is ever written.
enum ColumnCoding {
    /// The members that alone make a document of a thing's id: such a document is kept as the member's place here, counted from one, and an empty one as
    /// zero. A list of blocked users holds nothing else, and there are many of them. The order is part of the schema.
    private static let idMembers = ["wa_id", "user_id", "id"]

    /// A document of the thing with that id.
    static func document(_ document: JSONObject, of id: String) -> DatabaseValue {
        guard document.members.count <= 1 else { return JSONValue.object(document).description.databaseValue }
        guard let member = document.members.first else { return 0.databaseValue }
        if member.value == .string(id), let index = idMembers.firstIndex(of: member.name) { return (index + 1).databaseValue }
        return JSONValue.object(document).description.databaseValue
    }

    /// How the document of a thing that is nothing but an id is kept.
    static func bare(_ id: UnsafeRawBufferPointer) -> Int64 {
        Int64((idMembers.firstIndex(of: Observation.Item.member(naming: id)) ?? 0) + 1)
    }

    /// `nil` if it cannot be read.
    static func document(_ value: DatabaseValue, of id: String) -> JSONObject? {
        switch value.storage {
        case .int64(0): return [:]
        case .int64(let index) where 1...Int64(idMembers.count) ~= index:
            return JSONObject([(idMembers[Int(index) - 1], .string(id))])
        case .string(let text): return try? JSONValue(parsing: text, limits: limits).object
        default: return nil
        }
    }

    /// What was written is read, however much it is: its bounds were those of the answer that it came in. The depth is what the stack takes.
    private static let limits = JSONLimits(bytes: .max, depth: 512, values: .max, string: .max)

    /// `nil` if they cannot be read.
    static func names(_ text: String) -> [String]? {
        guard let names = try? JSONValue(parsing: text, limits: limits).array else { return nil }
        let texts = names.compactMap(\.string)
        return texts.count == names.count ? texts : nil
    }

    static func text(_ names: some Sequence<String>) -> String { JSONValue.array(names.map(JSONValue.string)).description }

    /// A text as it stands in a column or is looked for in one.
    ///
    /// GRDB hands texts to SQLite, and takes them, as C strings, which end at the first NUL. A text that holds one is a blob of its UTF-8 instead; it is a
    /// text all the same to everybody who reads.
    static func column(_ text: String) -> DatabaseValue { text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue }

    /// Texts to be looked for.
    static func columns(_ texts: some Collection<String>) -> StatementArguments { arguments(texts.map(column)) }

    /// GRDB takes an array of one type by a key path, which is made anew each time and costs more than the values.
    static func arguments(_ values: [DatabaseValue]) -> StatementArguments {
        StatementArguments(values.map { $0 as (any DatabaseValueConvertible)? })
    }

    /// The text in a column; `nil` if there is none.
    static func text(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .string(let text): text
        // Foundation's own conversion passes over a byte order mark.
        case .blob(let data): String(validating: data, as: UTF8.self)
        default: nil
        }
    }

    static func damaged(_ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a column holds \(what) that cannot be read")
    }
}

extension Row {
    /// The value of a column. GRDB's own subscript ends the process where a damaged file holds another type.
    func value<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value {
        let stored = self[index] as DatabaseValue
        guard let value = Value.fromDatabaseValue(stored) else { throw ColumnCoding.damaged("no \(Value.self)") }
        return value
    }

    /// The text in a column, whatever characters it has.
    func value(_ index: Int) throws -> String {
        guard let text = ColumnCoding.text(self[index] as DatabaseValue) else { throw ColumnCoding.damaged("no text") }
        return text
    }

    func optional<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value? {
        (self[index] as DatabaseValue).isNull ? nil : try value(index) as Value
    }
}
