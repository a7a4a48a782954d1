internal import StrictJSON
internal import WhatsAppBusiness

/// Texts that come from outside, as a sentence holds them.
enum ReportWords {
    /// Characters of one such text.
    private static let longest = 80
    /// Characters of a text that Meta writes for people.
    private static let longestSentence = 200
    /// Things of a list that are named.
    static let mostNamed = 5
    /// The last second of the year 9999: what is later is no time.
    private static let latest: Int64 = 253_402_300_799

    /// A value: a word of Meta's as it stands, anything else as JSON writes it; `nothing` where there is none.
    static func of(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "nothing" }
        if let text = value.string, isWord(text) { return String(text.prefix(longest)) }
        return cut(value.description, longest)
    }

    /// The text of an open enum, likewise.
    static func of<Known>(_ value: OpenEnum<Known>?) -> String { of(value.map { .string($0.rawText) }) }

    /// A name or number without quotation marks; characters that are not for showing are left out.
    static func plain(_ text: String) -> String { cut(shown(text), longest) }

    /// What Meta writes for people, as a sentence that follows another: `: TEXT`, without the full stop at its end.
    static func sentence(_ text: String?) -> String {
        guard let text = text.map(shown), !text.isEmpty else { return "" }
        return ": " + cut(text.hasSuffix(".") ? String(text.dropLast()) : text, longestSentence)
    }

    /// `2025-06-14 04:53 UTC`; `nil` for a number that is no time.
    static func moment(_ seconds: Int64?) -> String? {
        guard let seconds, 0...latest ~= seconds else { return nil }
        let text = Timestamp(milliseconds: seconds * 1000).description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    /// The first of several things, and how many more there are.
    static func list(_ things: [String]) -> String {
        let more = things.count > mostNamed ? ["and \(things.count - mostNamed) more"] : []
        return (things.prefix(mostNamed) + more).joined(separator: ", ")
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 == 0x5F || 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
    }

    /// Spaces for line ends and controls, one for several.
    private static func shown(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(4 * longestSentence).map { scalar -> Character in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: " "
            default: Character(scalar)
            }
        }
        return String(scalars).split(separator: " ").joined(separator: " ")
    }

    private static func cut(_ text: String, _ most: Int) -> String { text.count > most ? text.prefix(most) + "…" : text }
}
