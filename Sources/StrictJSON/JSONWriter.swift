extension JSONValue: CustomStringConvertible {
    /// The canonical text: no space, members sorted by the bytes of their names, numbers as they stood, only what must be escaped escaped.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The canonical text's bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    /// Appends the canonical text.
    public func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): bytes.append(contentsOf: number.text.utf8)
        case .string(let string): string.writeJSON(into: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                member.name.writeJSON(into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension String {
    /// Appends this as a JSON string, quotes included.
    public func writeJSON(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = self
        text.withUTF8 { utf8 in
            // Nearly all of a text stands as it is: stretches of it are copied whole.
            var rest = utf8[...]
            while let escaped = rest.firstIndex(where: \.mustBeEscaped) {
                bytes.append(contentsOf: rest[..<escaped])
                bytes.appendEscaped(rest[escaped])
                rest = rest[(escaped + 1)...]
            }
            bytes.append(contentsOf: rest)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension UInt8 {
    fileprivate var mustBeEscaped: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}

extension [UInt8] {
    fileprivate mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case 0x08: append(contentsOf: #"\b"#.utf8)
        case 0x09: append(contentsOf: #"\t"#.utf8)
        case 0x0A: append(contentsOf: #"\n"#.utf8)
        case 0x0C: append(contentsOf: #"\f"#.utf8)
        case 0x0D: append(contentsOf: #"\r"#.utf8)
        case 0..<0x20:
            append(contentsOf: #"\u00"#.utf8)
            append(contentsOf: (byte < 0x10 ? "0" : "").utf8)
            append(contentsOf: String(byte, radix: 16).utf8)
        default:
            append(UInt8(ascii: "\\"))
            append(byte)
        }
    }
}
