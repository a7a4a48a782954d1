internal import Glibc

/// The bytes that a secret may be written as, and how many of them together give it away.
struct SecretForm: Equatable {
    /// Folded (`UInt8.folded`).
    var bytes: [UInt8]
    /// So many of them, one behind the other, are taken for it.
    var least: Int
    /// Whether it is the name of a member that holds a secret: then what stands behind it is taken out.
    var isName = false
    /// Whether a piece of digits alone counts. As it stands it does not: of a token "APP|SECRET" the app's id is nothing secret, and stands in
    /// documents.
    var countsDigits = true

    /// A secret as it is, in hexadecimal, and in base64 at each of the three places where it may begin in what was encoded.
    ///
    /// A third of it is enough, eight to sixteen bytes: texts are cut off, and halves of a token stand in two places. Of one that is shorter all is
    /// needed.
    static func forms(of secret: String) -> [SecretForm] {
        let bytes = Array(secret.utf8)
        guard bytes.count >= 8 else { return [SecretForm(bytes: bytes.map(\.folded), least: bytes.count)] }
        let least = min(max(bytes.count / 3, 8), 16)
        var forms = [
            SecretForm(bytes: bytes.map(\.folded), least: least, countsDigits: false),
            SecretForm(bytes: hexadecimal(bytes), least: 2 * least),
        ]
        // So many digits do not depend on what stands around these bytes.
        let digits = (8 * least - 10) / 6
        for offset in 0..<3 { forms.append(SecretForm(bytes: base64(bytes, offset), least: digits)) }
        return forms
    }

    /// A name, and how it is followed by what it holds.
    static func name(_ name: String) -> SecretForm {
        SecretForm(bytes: name.utf8.map(\.folded), least: name.utf8.count, isName: true)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// The digits that the bytes alone decide, if so many others stand before them.
    private static func base64(_ bytes: [UInt8], _ offset: Int) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let padded = [UInt8](repeating: 0, count: offset) + bytes
        let first = (8 * offset + 5) / 6
        return (first..<(8 * padded.count / 6)).map { index in
            let bit = 6 * index
            let pair = UInt16(padded[bit / 8]) << 8 | (bit / 8 + 1 < padded.count ? UInt16(padded[bit / 8 + 1]) : 0)
            return digits[Int(pair >> (10 - UInt16(bit % 8)) & 63)].folded
        }
    }
}

extension UInt8 {
    /// Letters in lower case, and base64's two alphabets as one.
    var folded: UInt8 {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): self | 0x20
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: self
        }
    }

    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
}
