import StrictJSON

// What is the same is decided here by bytes, and for what is told by what the bytes say in whatever form Meta gives it, not by the product's own
// equality, which the checker must not rely on.

extension JSONValue {
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left.text.utf8.elementsEqual(right.text.utf8)
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left.elementsEqual(right) { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)): left.isSame(as: right)
        default: false
        }
    }
}

extension JSONObject {
    func isSame(as other: JSONObject) -> Bool {
        elementsEqual(other) { $0.name.utf8.elementsEqual($1.name.utf8) && $0.value.isSame(as: $1.value) }
    }
}

extension Optional<JSONValue> {
    func isSame(as other: JSONValue?) -> Bool {
        switch (self?.said, other?.said) {
        case (.some(let left), .some(let right)): left.isSame(as: right)
        case (nil, nil): true
        default: false
        }
    }

    /// An object with the members that an earlier one had beside them.
    func keepingLost(of earlier: JSONValue?) -> JSONValue? {
        guard case .object(var object)? = self, case .object(let before)? = earlier else { return self }
        for member in before where object[member.name]?.said == nil { object[member.name] = member.value }
        return .object(object)
    }
}

extension JSONValue {
    /// What a value says, in one form; `nil` if it says nothing. Single words are enums here, and what people write has more than one.
    var said: JSONValue? {
        switch self {
        case .null: nil
        case .array(let elements): elements.isEmpty ? nil : .array(elements.map { $0.said ?? .null })
        case .object(let object):
            object.contains { $0.value.said != nil }
                ? .object(JSONObject(object.compactMap { member in member.value.said.map { (member.name, $0) } })) : nil
        case .bool: self
        case .number(let number): .string(number.text)
        case .string(let text):
            .string(text.utf8.allSatisfy { $0 == 0x5F || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 & 0xDF } ? text.uppercased() : text)
        }
    }
}

extension JSONObject {
    /// The object without some members.
    func without(_ names: Set<String>) -> JSONObject { JSONObject(filter { !names.contains($0.name) }.map { ($0.name, $0.value) }) }
}
