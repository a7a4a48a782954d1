/// A name as a word of a subject, and of a key: those separate words by points, and do not take every character.
public enum SubjectToken {
    /// Letters, digits, `-` and `_` as they are; each other byte as `=XX`.
    public static func encode(_ name: String) -> String {
        var encoded = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "=" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return encoded.isEmpty ? "=" : encoded
    }
}
