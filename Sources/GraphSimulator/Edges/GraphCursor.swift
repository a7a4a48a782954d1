import StrictJSON

/// The text of a cursor: base64 in which `Z` is the escape, as the recorded ones decode (`ZA` is `Z`, `ZB` is `+`, `ZC` is `/`, `ZD` is `=`).
enum GraphCursor {
    static func encode(_ text: String) -> String {
        var encoded = ""
        for character in base64(Array(text.utf8)) {
            switch character {
            case "Z": encoded += "ZA"
            case "+": encoded += "ZB"
            case "/": encoded += "ZC"
            case "=": encoded += "ZD"
            default: encoded.append(character)
            }
        }
        return encoded
    }

    /// The text; `nil` if it is no cursor of ours.
    static func decode(_ cursor: String) -> String? {
        var plain: [UInt8] = []
        var bytes = cursor.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "Z") else {
                plain.append(byte)
                continue
            }
            switch bytes.next() {
            case UInt8(ascii: "A"): plain.append(UInt8(ascii: "Z"))
            case UInt8(ascii: "B"): plain.append(UInt8(ascii: "+"))
            case UInt8(ascii: "C"): plain.append(UInt8(ascii: "/"))
            case UInt8(ascii: "D"): plain.append(UInt8(ascii: "="))
            default: return nil
            }
        }
        return unbase64(plain).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for position in 0..<4 {
                text.append(position <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * position)) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func unbase64(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text where byte != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
