public import StrictJSON

/// What a member's value may look like. `null` is allowed everywhere, as are `{}` and `[]`, and so are members that no shape names.
public indirect enum Shape: Sendable {
    /// Text, of an open enum too.
    case string
    /// An id: text, or a whole number where Meta sends one.
    case id
    case bool
    /// A whole number of at most 64 bits.
    case integer
    /// Any number.
    case number
    /// A moment: text, or a number where Meta sends one.
    case time
    /// An object with these members, each of which may be missing unless it is required.
    case object([String: Shape], required: [String] = [])
    case array(Shape)
    /// An object whose members all have one shape.
    case map(Shape)
    case anything
}

/// A document that is not what its kind must be: which member, what it should have been and what it is.
public struct DocumentError: Error, Equatable, CustomStringConvertible {
    /// Where in the document.
    public let pointer: JSONPointer
    /// What was expected there.
    public let expected: String
    /// What stands there.
    public let found: String

    /// An error at a member.
    public init(at pointer: JSONPointer, expected: String, found: String) {
        self.pointer = pointer
        self.expected = expected
        self.found = found
    }

    public var description: String {
        "\(pointer.names.isEmpty ? "the document" : pointer.description) should be \(expected) and is \(found)"
    }
}

/// A member that is of another type than expected. It is no reason to refuse what it stands in.
public struct Oddity: Sendable, Hashable {
    /// The names on the way to it, outermost first, without the places in arrays.
    public let path: [String]
    /// What was expected there.
    public let expected: String
    /// What stands there.
    public let found: String
}

extension Shape {
    /// Throws where the value does not have this shape.
    public func check(_ value: JSONValue, at pointer: JSONPointer = JSONPointer()) throws(DocumentError) {
        switch (self, value) {
        case (_, .null), (.anything, _), (.string, .string), (.id, .string), (.bool, .bool), (.number, .number), (.time, .string),
            (.time, .number):
            break
        case (.integer, .number) where value.integer != nil, (.id, .number) where value.idText != nil: break
        case (.object(let members, let required), .object(let object)):
            for name in required where !object.contains(name) {
                throw DocumentError(at: pointer.appending(name), expected: members[name]?.expectation ?? "there", found: "missing")
            }
            for member in object {
                if let shape = members[member.name] { try shape.check(member.value, at: pointer.appending(member.name)) }
            }
        case (.map(let shape), .object(let object)):
            for member in object { try shape.check(member.value, at: pointer.appending(member.name)) }
        case (.array(let shape), .array(let elements)):
            for (index, element) in elements.enumerated() { try shape.check(element, at: pointer.appending(String(index))) }
        // Nothing is nothing, in whatever form: `null`, `{}` and `[]`.
        case _ where value.isNothing: break
        default: throw DocumentError(at: pointer, expected: expectation, found: value.typeName)
        }
    }

    /// The members of a value that do not have this shape; at most `most`. Elements of an array share their array's name.
    public func oddities(in value: JSONValue, most: Int = 16) -> [Oddity] {
        var oddities: [Oddity] = []
        collect(value, [], &oddities, most)
        return oddities
    }

    private func collect(_ value: JSONValue, _ path: [String], _ oddities: inout [Oddity], _ most: Int) {
        guard oddities.count < most else { return }
        switch (self, value) {
        case (.object(let members, _), .object(let object)):
            for member in object {
                if let shape = members[member.name] { shape.collect(member.value, path + [member.name], &oddities, most) }
            }
        case (.map(let shape), .object(let object)):
            for member in object { shape.collect(member.value, path + [member.name], &oddities, most) }
        case (.array(let shape), .array(let elements)):
            for element in elements { shape.collect(element, path, &oddities, most) }
        default:
            do throws(DocumentError) { try check(value) } catch {
                let oddity = Oddity(path: path, expected: error.expected, found: error.found)
                if !oddities.contains(oddity) { oddities.append(oddity) }
            }
        }
    }

    private var expectation: String {
        switch self {
        case .string: "a string"
        case .id: "an id"
        case .bool: "a boolean"
        case .integer: "a whole number of at most 64 bits"
        case .number: "a number"
        case .time: "a time"
        case .object, .map: "an object"
        case .array: "an array"
        case .anything: "anything"
        }
    }
}
