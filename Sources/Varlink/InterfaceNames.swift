/// What names may look like (varlink.org, "Interface Definition").
enum InterfaceNames {
    /// Two or more labels with dots between; letters, digits and inner `-`, the first label begins with a letter. At most 255 bytes.
    static func isInterface(_ name: String) -> Bool {
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, name.utf8.count <= 255, let first = labels.first?.first, isLetter(first) else { return false }
        return labels.allSatisfy { label in
            guard let first = label.first, let last = label.last, isLetterOrDigit(first), isLetterOrDigit(last) else { return false }
            return label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// `[A-Z][A-Za-z0-9]*`
    static func isMember(_ name: String) -> Bool {
        guard let first = name.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first else { return false }
        return name.utf8.allSatisfy(isLetterOrDigit)
    }

    /// `[A-Za-z](_?[A-Za-z0-9])*`
    static func isField(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first) else { return false }
        var wasUnderscore = false
        for byte in name.utf8 {
            let isUnderscore = byte == UInt8(ascii: "_")
            guard isUnderscore ? !wasUnderscore : isLetterOrDigit(byte) else { return false }
            wasUnderscore = isUnderscore
        }
        return !wasUnderscore
    }

    private static func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
