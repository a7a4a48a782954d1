import StrictJSON
import WhatsAppBusiness

/// Reads an object's members one by one and says which one is wrong.
struct MemberReader {
    private let object: JSONObject
    private let prefix: String

    /// Reads an object that stands under a name in another, or is the whole.
    init(_ object: JSONObject, in name: String = "") {
        self.object = object
        prefix = name.isEmpty ? "" : name + "."
    }

    /// Refuses members with any other name.
    func expectOnly(_ names: String...) throws(MemberError) {
        for member in object where !names.contains(member.name) { throw MemberError(prefix + member.name, "is no member that is known") }
    }

    /// A member that must be there.
    func callAsFunction<Value>(_ name: String, _ form: Form<Value>) throws(MemberError) -> Value {
        guard let value = try self(optional: name, form) else { throw MemberError(prefix + name, "is missing") }
        return value
    }

    /// A member that may be absent or `null`.
    func callAsFunction<Value>(optional name: String, _ form: Form<Value>) throws(MemberError) -> Value? {
        guard let value = object[name], !value.isNull else { return nil }
        return try form.read(value, prefix + name)
    }
}

/// How one member's value is read.
struct Form<Value> {
    let read: (JSONValue, _ member: String) throws(MemberError) -> Value

    private init(_ read: @escaping (JSONValue, String) throws(MemberError) -> Value) { self.read = read }

    /// A value taken out by a function that gives `nil` for what does not fit.
    private init(_ expected: String, _ take: @escaping (JSONValue) -> Value?) {
        self.init { (value, member) throws(MemberError) in
            guard let taken = take(value) else { throw MemberError(member, "should be \(expected) and is \(value.typeName)") }
            return taken
        }
    }
}

extension Form {
    /// A list of values of one form, of a bounded length.
    static func list<Element>(_ form: Form<Element>, atMost limit: Int = .max) -> Form where Value == [Element] {
        Form { (value, member) throws(MemberError) in
            guard let elements = value.array else { throw MemberError(member, "should be an array and is \(value.typeName)") }
            guard elements.count <= limit else { throw MemberError(member, "has more than \(limit) elements") }
            var values: [Element] = []
            values.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() { values.append(try form.read(element, "\(member)[\(index)]")) }
            return values
        }
    }

    /// A record of the interface.
    static func record(_ type: Value.Type) -> Form where Value: Record {
        Form { (value, member) throws(MemberError) in
            guard let object = value.object else { throw MemberError(member, "should be an object and is \(value.typeName)") }
            do throws(MemberError) { return try Value(json: object) } catch {
                throw MemberError("\(member).\(error.member)", error.problem)
            }
        }
    }

    /// A text of a closed list.
    static func choice(_ type: Value.Type) -> Form where Value: RawRepresentable<String> {
        Form { (value, member) throws(MemberError) in
            guard let text = value.string else { throw MemberError(member, "should be a string and is \(value.typeName)") }
            guard let known = Value(rawValue: text) else { throw MemberError(member, "has a value that is not in its list") }
            return known
        }
    }

    /// A text of a list that may grow.
    static func open<Known>(_ type: Known.Type) -> Form where Value == OpenEnum<Known> {
        Form("a string") { $0.string.map(OpenEnum.init(rawValue:)) }
    }

    /// A text that something is made of, such as a time.
    static func parsed(_ expected: String, _ parse: @escaping (String) -> Value?) -> Form {
        Form { (value, member) throws(MemberError) in
            guard let text = value.string else { throw MemberError(member, "should be \(expected) and is \(value.typeName)") }
            guard let parsed = parse(text) else { throw MemberError(member, "is not \(expected)") }
            return parsed
        }
    }
}

/// What the texts of a call's parameters may be, so that none costs much or goes back in an error.
enum TextBounds {
    /// Bytes of a name, an id, a cursor or a pointer.
    static let bytes = 1024
    /// Names in a pointer.
    static let names = 32
}

extension Form where Value == String {
    static var text: Form { Form("a string") { $0.string } }

    /// A name or an id in a call.
    static var name: Form { text(atMost: TextBounds.bytes) }

    /// A text in a call.
    static func text(atMost bytes: Int) -> Form {
        Form { (value, member) throws(MemberError) in
            let text = try text.read(value, member)
            guard text.utf8.count <= bytes else { throw MemberError(member, "has more than \(bytes) bytes") }
            return text
        }
    }
}

extension Form where Value == Bool {
    static var flag: Form { Form("a boolean") { $0.bool } }
}

extension Form where Value == JSONObject {
    static var object: Form { Form("an object") { $0.object } }
}

extension Form where Value == Cursor {
    static var cursor: Form { Form("a string") { $0.string.map(Cursor.init) } }

    /// A cursor in a call.
    static var place: Form { Form { (value, member) throws(MemberError) in Cursor(try Form<String>.name.read(value, member)) } }
}

extension Form where Value == Timestamp {
    static var time: Form { .parsed("a time of RFC 3339") { Timestamp(parsing: $0) } }
}

extension Form where Value == JSONPointer {
    static var pointer: Form { .parsed("a JSON pointer") { JSONPointer(parsing: $0) } }

    /// A pointer in a call.
    static var wantedPointer: Form {
        Form { (value, member) throws(MemberError) in
            let text = try Form<String>.name.read(value, member)
            guard text.utf8.count(where: { $0 == UInt8(ascii: "/") }) <= TextBounds.names else {
                throw MemberError(member, "has more than \(TextBounds.names) names")
            }
            return try pointer.read(value, member)
        }
    }
}

extension Form where Value == Int {
    static var integer: Form { Form("a whole number of at most 64 bits") { $0.integer.map { Int($0) } } }

    /// A whole number of a range.
    static func integer(in range: ClosedRange<Int>) -> Form {
        Form { (value, member) throws(MemberError) in
            let number = try integer.read(value, member)
            guard range.contains(number) else { throw MemberError(member, "is not from \(range.lowerBound) to \(range.upperBound)") }
            return number
        }
    }
}
