/// How what must not stand as it is gets written out.
enum Escape {
    /// `\n`, `\t`, `\u{202E}`: for people.
    case text
    /// The same, with tabs as they are: for texts of this program's own that have columns.
    case tabbed
    /// `\n`, `\t`, `\u202E`, beyond U+FFFF a pair of them: a JSON text stays that JSON text.
    case json

    /// The text with everything written out that `Visibility` does not show.
    func apply(to text: String) -> String {
        // Nearly all text is visible ASCII.
        guard !text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) else { return text }
        var escaped = String.UnicodeScalarView()
        var visibility = Visibility()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if visibility.shows(scalar, before: rest.first) || (self == .tabbed && scalar == "\t") {
                escaped.append(scalar)
            } else {
                escaped.append(contentsOf: written(scalar).unicodeScalars)
            }
        }
        return String(escaped)
    }

    private func written(_ scalar: Unicode.Scalar) -> String {
        switch (scalar, self) {
        case ("\n", _): "\\n"
        case ("\r", _): "\\r"
        case ("\t", _): "\\t"
        case (_, .json): String(scalar).utf16.map { "\\u" + Self.hexadecimal(UInt32($0), digits: 4) }.joined()
        default: "\\u{" + Self.hexadecimal(scalar.value, digits: 1) + "}"
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
