/// What a JSON text says, without loss: numbers keep their text, strings their bytes, and members that nobody knows stay.
///
/// Two values are equal when their canonical texts are equal byte for byte. (Swift's own `String` equality follows Unicode's canonical
/// equivalence and would hide the difference between two spellings of `é`.)
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// The number's text exactly as it stood, valid by the grammar of RFC 8259.
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue: Equatable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.hasSameUTF8(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

extension JSONValue {
    /// The members, if this is an object.
    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
    /// The elements, if this is an array.
    public var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }
    /// The text, if this is a string.
    public var string: String? { if case .string(let string) = self { string } else { nil } }
    /// The truth value, if this is one.
    public var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    /// The value, if this is a number without fraction or exponent that fits 64 bits.
    public var integer: Int64? { if case .number(let number) = self { Int64(number.text) } else { nil } }
    /// The nearest double, if this is a number.
    public var double: Double? { if case .number(let number) = self { Double(number.text) } else { nil } }
    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The member of that name; `nil` if this is no object or has none. `null` is a value, not an absence.
    public subscript(name: String) -> JSONValue? { object?[name] }

    /// What kind of value this is, as an error would say it.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// A number.
    public static func integer(_ value: some FixedWidthInteger) -> JSONValue { .number(JSONNumber(value)) }
}

// There is no nil literal on purpose: `nil` is a member that is missing, `.null` one that says null.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByStringInterpolation
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

/// A number's text, valid by the grammar of RFC 8259, section 6. `1.0` and `1` are two numbers here: what Meta wrote is what is kept.
public struct JSONNumber: Sendable, Equatable {
    /// The text as it stood.
    public let text: String

    /// A whole number.
    public init(_ value: some FixedWidthInteger) { text = String(value) }
    init(validated text: String) { self.text = text }
}

extension String {
    /// Whether both are the same bytes.
    @inlinable
    public func hasSameUTF8(as other: String) -> Bool { compareUTF8(to: other) == 0 }

    /// Below, at or above zero as these bytes come before, are, or come after the others.
    @usableFromInline
    func compareUTF8(to other: String) -> Int {
        let fast = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in compareBytes(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
            }
        }
        if case .some(.some(let order)) = fast { return order }
        if utf8.elementsEqual(other.utf8) { return 0 }
        return utf8.lexicographicallyPrecedes(other.utf8) ? -1 : 1
    }
}

private func compareBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        return Int(left[index]) - Int(right[index])
    }
    return left.count - right.count
}
