public import StrictJSON

/// Somebody who is to be blocked, unblocked or written to: a phone number, or a user id of this business.
public struct UserAddress: Sendable, Hashable {
    /// What the caller wrote.
    public let input: String
    /// The number's digits, or the user id as it is.
    public let key: String

    /// Digits of a phone number with its country code, at least and at most (E.164).
    static let digits = 7...15
    /// Bytes of a user id.
    static let longestID = 128

    /// Reads a number as people write it (`+`, spaces, dashes, points and brackets fall away), or a user id such as `US.1234`: two letters of the country, a
    /// point, letters and digits.
    public init(_ input: String, member: String) throws(MemberError) {
        self.input = input
        var digits = ""
        var isNumber = true
        for scalar in input.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            // What people and Meta put in between, spaces and dashes that do not break included.
            case " ", "\t", "+", "-", "(", ")", "[", "]", ".", "/", "\u{A0}", "\u{2000}"..."\u{2015}", "\u{202F}", "\u{2060}": break
            default: isNumber = false
            }
        }
        if isNumber {
            guard Self.digits.contains(digits.count) else {
                throw MemberError(member, "is no phone number with its country code: that has 7 to 15 digits")
            }
            key = digits
            return
        }
        guard Self.isUserID(input) else {
            throw MemberError(member, "is neither a phone number nor a user id such as US.1234, of at most 128 characters")
        }
        key = input
    }

    private static func isUserID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard 4...longestID ~= bytes.count, bytes[2] == UInt8(ascii: ".") else { return false }
        let isUpper: (UInt8) -> Bool = { 0x41...0x5A ~= $0 }
        return bytes.prefix(2).allSatisfy(isUpper)
            && bytes.dropFirst(3).allSatisfy { isUpper($0) || 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2E || $0 == 0x5F }
    }

    /// What Meta's answers name somebody by, however it is written there.
    static func key(of text: String) -> String { (try? UserAddress(text, member: ""))?.key ?? text }
}
