public import StrictJSON

extension InterfaceDescription {
    /// Checks an object against a structure: every member declared and of its type, none missing that may not be null.
    /// Throws the first that is not, by name: `filter`, `filter.kinds[2]`.
    public func check(_ object: JSONObject, against fields: [TypeField]) throws(MismatchedParameter) {
        try check(object, fields, false, at: "")
    }

    /// The same for a reply, whose enumerations may hold any text: a later release than the interface's text may have written it.
    public func check(reply object: JSONObject, against fields: [TypeField]) throws(MismatchedParameter) {
        try check(object, fields, true, at: "")
    }

    private func check(_ object: JSONObject, _ fields: [TypeField], _ isOpen: Bool, at path: String) throws(MismatchedParameter) {
        for member in object where !fields.contains(where: { $0.name.hasSameUTF8(as: member.name) }) {
            throw MismatchedParameter(path: Self.join(path, member.name.cut(toUTF8: 80)), expected: "no such parameter")
        }
        for field in fields { try check(object[field.name], field.type, isOpen, at: Self.join(path, field.name)) }
    }

    private func check(
        _ value: JSONValue?, _ type: TypeExpression, _ isOpen: Bool, at path: @autoclosure () -> String
    ) throws(MismatchedParameter) {
        guard let expected = try mismatch(value, type, isOpen, at: path) else { return }
        throw MismatchedParameter(path: path(), expected: expected)
    }

    /// What was expected, if the value is something else. What is wrong deeper down is thrown.
    private func mismatch(
        _ value: JSONValue?, _ type: TypeExpression, _ isOpen: Bool, at path: () -> String
    ) throws(MismatchedParameter) -> String? {
        switch (type, value) {
        case (.nullable, nil), (.nullable, .null): return nil
        case (.nullable(let inner), .some(let value)): return try mismatch(value, inner, isOpen, at: path)
        case (.any, .some): return nil
        case (_, nil): return "a value"
        case (.bool, .some(let value)): return value.bool == nil ? "a bool" : nil
        case (.int, .some(let value)): return value.integer == nil ? "an int" : nil
        case (.float, .some(let value)): return value.double == nil ? "a float" : nil
        case (.string, .some(let value)): return value.string == nil ? "a string" : nil
        case (.object, .some(let value)): return value.object == nil ? "an object" : nil
        case (.array(let element), .some(let value)):
            guard let values = value.array else { return "an array" }
            for (index, value) in values.enumerated() { try check(value, element, isOpen, at: "\(path())[\(index)]") }
        case (.map(let element), .some(let value)):
            guard let members = value.object else { return "an object" }
            for member in members { try check(member.value, element, isOpen, at: Self.join(path(), member.name.cut(toUTF8: 80))) }
        case (.structure(let fields), .some(let value)):
            guard let members = value.object else { return "an object" }
            try check(members, fields, isOpen, at: path())
        case (.enumeration(let values), .some(let value)):
            guard let name = value.string, isOpen || values.contains(where: { $0.name.hasSameUTF8(as: name) }) else {
                return "one of the values"
            }
        case (.named(let name), .some(let value)):
            guard let declared = self.type(name) else { return "a type that is declared" }
            return try mismatch(value, declared.definition, isOpen, at: path)
        }
        return nil
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// A parameter that is not what its interface declares.
public struct MismatchedParameter: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which: `filter.kinds[2]`.
    public let path: String
    /// What was expected there.
    public let expected: String

    public var description: String { "\(path): expected \(expected)" }
}
