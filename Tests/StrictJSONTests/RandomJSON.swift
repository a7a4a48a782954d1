import StrictJSON
import TestTools

/// Values made up from a seed, and texts that say them in one of the many ways that RFC 8259 allows.
struct RandomJSON {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(state: seed) }

    /// A value of at most that depth.
    mutating func value(depth: Int) -> JSONValue {
        switch random.below(depth > 0 ? 8 : 5) {
        case 0: return .null
        case 1: return .bool(random.chance(0.5))
        case 2: return number()
        case 3, 4: return .string(string())
        case 5, 6: return .array((0..<random.below(5)).map { _ in value(depth: depth - 1) })
        default: return .object(JSONObject((0..<random.below(5)).map { _ in (string(), value(depth: depth - 1)) }))
        }
    }

    /// A number's text is kept as it stood: it comes from a text.
    private mutating func number() -> JSONValue {
        let text = random.pick([
            "0", "-0", "7", "-1", "1.0", "0.10", "1e5", "1E+05", "-2.50e-3", "9223372036854775807", "9223372036854775808", "1e400",
            "0.00000000000000000000000001",
        ])
        guard let value = try? JSONValue(parsing: text) else { return .null }
        return value
    }

    /// What texts may hold: what must be escaped, what may be, marks that combine, and what is beyond sixteen bits.
    mutating func string() -> String {
        let parts = [
            "a", "Z", "\"", "\\", "/", "\u{0}", "\u{1f}", "\n", "\t", "\u{7f}", "é", "e\u{301}", "\u{2028}", "😀", "\u{10FFFF}", "\u{FFFD}",
        ]
        return (0..<random.below(6)).map { _ in random.pick(parts) }.joined()
    }

    /// A text of the value: members in any order, space wherever it may stand, characters escaped or not.
    mutating func text(of value: JSONValue) -> String {
        switch value {
        case .null, .bool, .number: return space() + value.description + space()
        case .string(let text): return space() + literal(text) + space()
        case .array(let elements):
            return space() + "[" + space() + elements.map { self.text(of: $0) }.joined(separator: ",") + "]" + space()
        case .object(let object):
            let members = random.shuffle(Array(object)).map { space() + literal($0.name) + space() + ":" + self.text(of: $0.value) }
            return space() + "{" + space() + members.joined(separator: ",") + "}" + space()
        }
    }

    private mutating func space() -> String { random.chance(0.7) ? "" : random.pick([" ", "\n", "\r\n", "\t  "]) }

    private mutating func literal(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            let short = ["\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{c}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"]
            let mustBeEscaped = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            switch (mustBeEscaped, random.below(3)) {
            case (false, 0), (false, 1): literal.unicodeScalars.append(scalar)
            case (_, 2): for unit in String(scalar).utf16 { literal += escape(unit) }
            default: literal += short[String(scalar)] ?? String(scalar).utf16.map { escape($0) }.joined()
            }
        }
        return literal + "\""
    }

    private mutating func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16, uppercase: random.chance(0.5))
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
