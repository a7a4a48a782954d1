import StrictJSON

// What is the same is decided here by bytes alone, not by the product's own equality, which the checker must not rely on.

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
        switch (self, other) {
        case (.some(let left), .some(let right)): left.isSame(as: right)
        case (nil, nil): true
        default: false
        }
    }
}
