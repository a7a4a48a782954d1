/// Undoes one layer of what texts are wrapped in when they go through URLs, HTML and JSON. It is never shown: it is where secrets are looked for.
enum Unescaping {
    /// Percent-encoding, character references and backslash escapes, all at once; `nil` if there is none of them.
    static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(where: isMark) else { return nil }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes[...]
        var isChanged = false
        while let byte = rest.first {
            let found: (value: UInt32, length: Int)? =
                switch byte {
                case UInt8(ascii: "%"): percent(rest)
                case UInt8(ascii: "&"): reference(rest)
                case UInt8(ascii: "\\"): backslash(rest)
                default: nil
                }
            if let found {
                isChanged = true
                // Secrets are ASCII; of anything else it is enough that it stands in between.
                decoded.append(found.value < 0x100 ? UInt8(found.value) : 0xFF)
                rest = rest.dropFirst(found.length)
            } else {
                decoded.append(byte)
                rest = rest.dropFirst()
            }
        }
        return isChanged ? decoded : nil
    }

    /// Without spaces, controls and whatever is no ASCII, by which a secret may be broken into lines or groups; `nil` if there is nothing of it.
    static func joined(_ bytes: [UInt8]) -> [UInt8]? {
        let joined = bytes.filter { 0x21...0x7E ~= $0 }
        return joined.count < bytes.count ? joined : nil
    }

    /// Whether an escape of any kind may begin with it.
    static func isMark(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "%") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "\\") }

    /// `%7C`.
    private static func percent(_ text: ArraySlice<UInt8>) -> (UInt32, Int)? {
        number(text.dropFirst().prefix(2), radix: 16, exactly: 2).map { ($0.value, 3) }
    }

    /// `&#124;`, `&#x7C;`, `&amp;` and the like; the semicolon may be missing.
    private static func reference(_ text: ArraySlice<UInt8>) -> (UInt32, Int)? {
        let rest = text.dropFirst()
        if rest.first == UInt8(ascii: "#") {
            let isHexadecimal = rest.dropFirst().first.map { $0 | 0x20 } == UInt8(ascii: "x")
            let start = isHexadecimal ? 3 : 2
            guard let number = number(text.dropFirst(start).prefix(8), radix: isHexadecimal ? 16 : 10) else { return nil }
            let length = start + number.length
            return (number.value, length + (text.dropFirst(length).first == UInt8(ascii: ";") ? 1 : 0))
        }
        for (name, value) in names where rest.starts(with: name) { return (value, 1 + name.count) }
        return nil
    }

    private static let names: [([UInt8], UInt32)] = [
        ("amp;", 0x26), ("lt;", 0x3C), ("gt;", 0x3E), ("quot;", 0x22), ("apos;", 0x27), ("vert;", 0x7C), ("verbar;", 0x7C), ("plus;", 0x2B),
        ("sol;", 0x2F), ("equals;", 0x3D), ("colon;", 0x3A), ("lowbar;", 0x5F), ("period;", 0x2E), ("nbsp;", 0x20),
    ].map { (Array($0.0.utf8), $0.1) }

    /// `\u007C`, `\u{7C}`, `\x7C`, `\/`.
    private static func backslash(_ text: ArraySlice<UInt8>) -> (UInt32, Int)? {
        guard let letter = text.dropFirst().first else { return nil }
        switch letter {
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            if let number = number(text.dropFirst(2).prefix(4), radix: 16, exactly: 4) { return (number.value, 6) }
            guard text.dropFirst(2).first == UInt8(ascii: "{"), let number = number(text.dropFirst(3).prefix(8), radix: 16) else {
                return nil
            }
            return (number.value, 4 + number.length)
        case UInt8(ascii: "x"): return number(text.dropFirst(2).prefix(2), radix: 16, exactly: 2).map { ($0.value, 4) }
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"): return (0x20, 2)
        case 0x21...0x7E where !letter.isLetterOrDigit: return (UInt32(letter), 2)
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>, radix: UInt32, exactly: Int? = nil) -> (value: UInt32, length: Int)? {
        var value: UInt32 = 0
        var length = 0
        for byte in digits {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { break }
            value = (value &* radix &+ UInt32(digit)) & 0xFFFF_FFFF
            length += 1
        }
        return length == exactly ?? max(1, length) ? (value, length) : nil
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool { isDigit || UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
}
