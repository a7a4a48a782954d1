extension JSONValue {
    /// Reads one JSON text (RFC 8259, strictly): no duplicate members, nothing behind the value.
    /// - Parameter surrogates: what becomes of half a surrogate pair.
    public init(
        parsing bytes: some Sequence<UInt8>, limits: JSONLimits = JSONLimits(), surrogates: LoneSurrogates = .refused
    ) throws(JSONError) {
        let read = bytes.withContiguousStorageIfAvailable { Self.read(UnsafeRawBufferPointer($0), limits, surrogates) }
        switch read ?? Array(bytes).withUnsafeBytes({ Self.read($0, limits, surrogates) }) {
        case .success(let value): self = value
        case .failure(let error): throw error
        }
    }

    /// Reads one JSON text.
    public init(
        parsing text: String, limits: JSONLimits = JSONLimits(), surrogates: LoneSurrogates = .refused
    ) throws(JSONError) {
        try self.init(parsing: text.utf8, limits: limits, surrogates: surrogates)
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer, _ limits: JSONLimits, _ surrogates: LoneSurrogates
    ) -> Result<JSONValue, JSONError> {
        Result { () throws(JSONError) -> JSONValue in
            guard bytes.count <= limits.bytes else { throw JSONError(.tooLarge, at: limits.bytes, detail: "\(limits.bytes) bytes") }
            var parser = JSONParser(bytes: bytes, limits: limits, surrogates: surrogates)
            return try parser.text()
        }
    }
}

/// What becomes of half a surrogate pair in a text. It stands for no character (RFC 8259, section 8.2), and a peer that cuts texts by UTF-16 units
/// sends one.
public enum LoneSurrogates: Sendable {
    /// The text is no JSON.
    case refused
    /// It becomes U+FFFD, and the rest of the text is read as it is.
    case replaced
}

/// A recursive descent over the bytes; the depth is bounded by the limits.
struct JSONParser {
    let bytes: UnsafeRawBufferPointer
    let limits: JSONLimits
    let surrogates: LoneSurrogates
    private var offset = 0
    private var values = 0

    init(bytes: UnsafeRawBufferPointer, limits: JSONLimits, surrogates: LoneSurrogates) {
        self.bytes = bytes
        self.limits = limits
        self.surrogates = surrogates
    }

    mutating func text() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw JSONError(.trailingBytes, at: offset) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        values += 1
        guard values <= limits.values else { throw JSONError(.tooManyValues, at: offset, detail: "\(limits.values)") }
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw JSONError(.unexpectedByte, at: offset)
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        let start = offset
        try enter(depth)
        var members: [JSONObject.Member] = []
        if try !closes(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard try peek() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: offset) }
                let name = try string()
                skipSpace()
                try expect(UInt8(ascii: ":"))
                members.append(JSONObject.Member(name: name, value: try value(depth: depth)))
            } while try continues(until: UInt8(ascii: "}"))
        }
        var duplicate: String?
        let object = JSONObject(unsorted: members, duplicate: &duplicate)
        if let duplicate { throw JSONError(.duplicateMember, at: start, detail: String(duplicate.prefix(80))) }
        return .object(object)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try enter(depth)
        var elements: [JSONValue] = []
        if try !closes(UInt8(ascii: "]")) {
            repeat { elements.append(try value(depth: depth)) } while try continues(until: UInt8(ascii: "]"))
        }
        return .array(elements)
    }

    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth <= limits.depth else { throw JSONError(.tooDeep, at: offset, detail: "\(limits.depth)") }
        offset += 1
    }

    private mutating func closes(_ end: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard try peek() == end else { return false }
        offset += 1
        return true
    }

    /// After an element: `true` behind a comma, `false` behind the end.
    private mutating func continues(until end: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        let byte = try peek()
        guard byte == end || byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: offset) }
        offset += 1
        return byte != end
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[index]) }
        return value
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw JSONError(.unexpectedEnd, at: offset) }
        return bytes[offset]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw JSONError(.unexpectedByte, at: offset) }
        offset += 1
    }

    private mutating func skipSpace() {
        while offset < bytes.count, Self.isSpace(bytes[offset]) { offset += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}

// MARK: Numbers

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSONNumber {
        let start = offset
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let leadingZero = offset < bytes.count && bytes[offset] == UInt8(ascii: "0")
        let whole = digits()
        guard whole == 1 || (whole > 1 && !leadingZero) else { throw JSONError(.badNumber, at: start) }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            guard digits() > 0 else { throw JSONError(.badNumber, at: start) }
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") { offset += 1 }
            guard digits() > 0 else { throw JSONError(.badNumber, at: start) }
        }
        guard offset - start <= limits.string else { throw JSONError(.tooLarge, at: start, detail: "a number of \(limits.string) bytes") }
        return JSONNumber(validated: String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = offset
        while offset < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[offset] { offset += 1 }
        return offset - start
    }
}

// MARK: Strings

extension JSONParser {
    /// The string that begins at the quote under `offset`.
    private mutating func string() throws(JSONError) -> String {
        let start = offset
        offset += 1
        var plain = offset
        // Grown in place: a copy for each escape would make the time quadratic.
        var unescaped: [UInt8] = []
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                let tail = UnsafeRawBufferPointer(rebasing: bytes[plain..<offset])
                guard unescaped.count + tail.count <= limits.string else { throw tooLong(start) }
                offset += 1
                guard plain > start + 1 else { return try validated(tail, from: start) }
                unescaped.append(contentsOf: tail)
                return try validated(unescaped, from: start)
            case UInt8(ascii: "\\"):
                guard unescaped.count + offset - plain <= limits.string else { throw tooLong(start) }
                unescaped.append(contentsOf: bytes[plain..<offset])
                try escape(into: &unescaped)
                plain = offset
            case 0..<0x20: throw JSONError(.badString, at: offset)
            default: offset += 1
            }
        }
    }

    private func tooLong(_ start: Int) -> JSONError { JSONError(.tooLarge, at: start, detail: "a string of \(limits.string) bytes") }

    private func validated(_ utf8: some Collection<UInt8>, from start: Int) throws(JSONError) -> String {
        if let string = String(validating: utf8, as: UTF8.self) { return string }
        guard surrogates == .replaced, let string = String(validating: utf8.replacingSurrogates, as: UTF8.self) else {
            throw JSONError(.badString, at: start)
        }
        return string
    }

    private mutating func escape(into whole: inout [UInt8]) throws(JSONError) {
        let start = offset
        offset += 1
        let byte = try peek()
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): whole.append(byte)
        case UInt8(ascii: "b"): whole.append(0x08)
        case UInt8(ascii: "f"): whole.append(0x0C)
        case UInt8(ascii: "n"): whole.append(0x0A)
        case UInt8(ascii: "r"): whole.append(0x0D)
        case UInt8(ascii: "t"): whole.append(0x09)
        case UInt8(ascii: "u"):
            let unit = try hex(start)
            if let scalar = Unicode.Scalar(try scalarValue(unit)) {
                whole.append(contentsOf: scalar.utf8)
            } else {
                guard surrogates == .replaced else { throw JSONError(.loneSurrogate, at: start) }
                whole.append(contentsOf: "\u{FFFD}".utf8)
            }
        default: throw JSONError(.badEscape, at: start)
        }
    }

    /// A code unit, with the low surrogate that must follow a high one; the unit itself where none does.
    private mutating func scalarValue(_ unit: UInt32) throws(JSONError) -> UInt32 {
        guard 0xD800..<0xDC00 ~= unit, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { return unit }
        let behind = offset
        offset += 2
        let low = try hex(behind)
        guard 0xDC00..<0xE000 ~= low else {
            // What follows is a unit of its own.
            offset = behind
            return unit
        }
        return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }

    private mutating func hex(_ start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch try peek() {
            case let byte where UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte: digit = byte - UInt8(ascii: "0")
            case let byte where UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20: digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default: throw JSONError(.badEscape, at: start)
            }
            unit = unit << 4 | UInt32(digit)
            offset += 1
        }
        return unit
    }
}

extension Collection<UInt8> {
    /// The bytes with U+FFFD for each surrogate that was written as if it were a scalar: `ED A0…BF 80…BF`.
    fileprivate var replacingSurrogates: [UInt8] {
        var rest = Array(self)[...]
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rest.count)
        while let byte = rest.popFirst() {
            if byte == 0xED, rest.count >= 2, 0xA0...0xBF ~= rest[rest.startIndex], 0x80...0xBF ~= rest[rest.startIndex + 1] {
                bytes.append(contentsOf: "\u{FFFD}".utf8)
                rest.removeFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
