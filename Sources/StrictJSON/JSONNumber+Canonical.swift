extension JSONNumber {
    /// How far an exponent may move the point. A number beyond it stands for itself.
    private static let mostDigits = 400

    /// The number's one plain text, without loss: `138` of `138`, `138.0` and `1.38e2`, `0` of `-0.0`; text that says a number says just this.
    /// A number whose exponent is beyond all use keeps the text that it came with.
    public var canonicalText: String {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let whole = rest.prefix { 0x30...0x39 ~= $0 }
        rest = rest[whole.endIndex...]
        if rest.isEmpty, !isNegative || whole.first != UInt8(ascii: "0") { return text }
        var digits = Array(whole)
        var decimals = 0
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { 0x30...0x39 ~= $0 }
            digits += fraction
            decimals = fraction.count
            rest = rest[fraction.endIndex...]
        }
        if !rest.isEmpty {
            guard let exponent = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), abs(exponent) <= Self.mostDigits else {
                return text
            }
            decimals -= exponent
        }
        while decimals > 0, digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            decimals -= 1
        }
        if let first = digits.firstIndex(where: { $0 != UInt8(ascii: "0") }) { digits.removeSubrange(..<first) } else { return "0" }
        if decimals < 0 { digits += Array(repeating: UInt8(ascii: "0"), count: -decimals) }
        if decimals > 0 {
            if digits.count <= decimals {
                digits.insert(contentsOf: Array(repeating: UInt8(ascii: "0"), count: decimals + 1 - digits.count), at: 0)
            }
            digits.insert(UInt8(ascii: "."), at: digits.count - decimals)
        }
        return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
    }
}

extension JSONValue {
    /// An id, whichever way it came: the text, or a whole number's plain text, however many digits it has.
    public var idText: String? {
        switch self {
        case .string(let text): return text
        case .number(let number):
            let text = number.canonicalText
            return text.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") } ? text : nil
        default: return nil
        }
    }

    /// Whether this says no more than a member that is missing: `null`, an empty array, an object whose members are all such nothings.
    public var isNothing: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.allSatisfy(\.value.isNothing)
        case .bool, .number, .string: false
        }
    }
}
