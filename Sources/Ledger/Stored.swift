import Changes
import GRDB
import StrictJSON

/// How values stand in columns. What cannot be read was not written by us: the ledger is damaged.
enum Stored {
    static func known<Value: RawRepresentable<String>>(_ text: String) throws -> Value {
        guard let value = Value(rawValue: text) else { throw damaged("\(Value.self) \(text)") }
        return value
    }

    /// The members that alone make a document of a thing's id: such a document is kept as the member's place here, counted from one, and an empty one as
    /// zero. A list of blocked users holds nothing else, and there are many of them. The order is part of the schema.
    private static let idMembers = ["wa_id", "user_id", "id"]

    /// A document of the thing with that id.
    static func document(_ document: JSONObject, of id: String) -> DatabaseValue {
        guard document.members.count <= 1 else { return JSONValue.object(document).description.databaseValue }
        guard let member = document.members.first else { return 0.databaseValue }
        if member.value.string == id, let index = idMembers.firstIndex(of: member.name) { return (index + 1).databaseValue }
        return JSONValue.object(document).description.databaseValue
    }

    /// How the document of a thing that is nothing but an id is kept.
    static func bare(_ id: UnsafeRawBufferPointer) -> Int64 {
        Int64((idMembers.firstIndex(of: Observation.Item.member(naming: id)) ?? 0) + 1)
    }

    static func document(_ value: DatabaseValue, of id: String) throws -> JSONObject {
        switch value.storage {
        case .int64(0): return [:]
        case .int64(let index) where 1...Int64(idMembers.count) ~= index:
            return JSONObject([(idMembers[Int(index) - 1], .string(id))])
        case .string(let text):
            guard let object = try? JSONValue(parsing: text, limits: JSONLimits(values: .max)).object else { throw damaged("a document") }
            return object
        default: throw damaged("a document")
        }
    }

    static func names(_ text: String) throws -> [String] {
        guard let names = try? JSONValue(parsing: text).array?.compactMap(\.string) else { throw damaged("a list of names") }
        return names
    }

    static func text(_ names: some Sequence<String>) -> String { JSONValue.array(names.map(JSONValue.string)).description }

    static func damaged(_ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a column holds \(what) that cannot be read")
    }
}

extension Row {
    /// The value of a column. GRDB's own subscript ends the process where a damaged file holds another type.
    func value<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value {
        let stored = self[index] as DatabaseValue
        guard let value = Value.fromDatabaseValue(stored) else { throw Stored.damaged("no \(Value.self)") }
        return value
    }

    func optional<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value? {
        (self[index] as DatabaseValue).isNull ? nil : try value(index) as Value
    }
}
