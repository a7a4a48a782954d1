import StrictJSON

extension JSONValue {
    /// Appends the text as Meta writes it: `/` and everything beyond ASCII escaped.
    func writeGraphJSON(into bytes: inout [UInt8]) {
        switch self {
        case .null, .bool, .number: write(into: &bytes)
        case .string(let string): string.writeGraphJSON(into: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.writeGraphJSON(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                member.name.writeGraphJSON(into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.writeGraphJSON(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The text as Meta writes it.
    var graphJSON: [UInt8] {
        var bytes: [UInt8] = []
        writeGraphJSON(into: &bytes)
        return bytes
    }
}

extension String {
    func writeGraphJSON(into bytes: inout [UInt8]) {
        guard utf8.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "/") }) else { return writeJSON(into: &bytes) }
        var canonical: [UInt8] = []
        writeJSON(into: &canonical)
        for unit in String(decoding: canonical, as: UTF8.self).utf16 {
            switch unit {
            case 0x2F: bytes.append(contentsOf: #"\/"#.utf8)
            case 0..<0x80: bytes.append(UInt8(unit))
            default:
                let hex = String(unit, radix: 16)
                bytes.append(contentsOf: #"\u"#.utf8)
                bytes.append(contentsOf: String(repeating: "0", count: 4 - hex.utf8.count).utf8)
                bytes.append(contentsOf: hex.utf8)
            }
        }
    }
}

extension JSONObject {
    /// The member of that name; `nil` if there is none. The plain subscript answers `null` for a name that is not there.
    subscript(member name: String) -> JSONValue? {
        members.first { $0.name.hasSameUTF8(as: name) }?.value
    }
}
