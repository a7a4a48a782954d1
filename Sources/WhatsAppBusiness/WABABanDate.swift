/// A day as Meta writes it in a ban: English text, `April 17, 2025`. It has no time zone.
public struct WABABanDate: Sendable, Hashable, CustomStringConvertible {
    /// The year, four digits.
    public let year: Int
    /// The month, from 1 to 12.
    public let month: Int
    /// The day of the month, from 1 to 31.
    public let day: Int

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ]
    private static let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    /// Reads such a text, whatever the case and however many spaces; a month may be cut to three letters. `nil` if it is something else.
    public init?(_ text: String) {
        let parts = text.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }.prefix(4).map { String(Substring($0)) }
        guard parts.count == 3, parts[0].utf8.count >= 3, parts[2].utf8.count == 4 else { return nil }
        let name = parts[0].lowercased()
        guard let month = Self.months.firstIndex(where: { $0 == name || (name.utf8.count == 3 && $0.hasPrefix(name)) }),
            let day = UInt8(parts[1]), let year = UInt16(parts[2]), day >= 1, day <= Self.days[month]
        else { return nil }
        (self.year, self.month, self.day) = (Int(year), month + 1, Int(day))
    }

    /// `2025-04-17`
    public var description: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
