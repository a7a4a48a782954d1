import StrictJSON

/// A moment as Meta writes it: `2023-08-31T19:05:53+0000`, with `Z`, with any offset, with or without a fraction, or Unix seconds as number or text.
struct WireTime {
    private let seconds: Int64
    /// The digits behind the point, without zeros at the end; `nil` if none were written.
    private let fraction: String?

    /// The moment that a value says; `nil` if it says none.
    init?(_ value: JSONValue) {
        let time: WireTime? =
            switch value {
            case .string(let text): WireTime(calendar: text, needsZone: false) ?? WireTime(unix: text)
            case .number(let number): WireTime(unix: number.canonicalText)
            default: nil
            }
        guard let time else { return nil }
        self = time
    }

    /// Whether two are one moment, as exactly as both say it.
    func isSame(as other: WireTime) -> Bool {
        guard let fraction, let otherFraction = other.fraction else { return seconds == other.seconds }
        return seconds == other.seconds && fraction == otherFraction
    }

    /// Whether a text that is not known to be a time is a whole one with its zone.
    static func isSame(_ left: String, _ right: String) -> Bool {
        guard let left = WireTime(calendar: left, needsZone: true), let right = WireTime(calendar: right, needsZone: true) else {
            return false
        }
        return left.isSame(as: right)
    }

    /// The moment in one form.
    var text: String { "\(seconds).\(fraction ?? "")" }

    /// The moment of a text that is not known to be a time, where it is a whole one with its zone.
    init?(whole text: String) { self.init(calendar: text, needsZone: true) }

    private init(seconds: Int64, fraction: String?) {
        self.seconds = seconds
        self.fraction = fraction
    }

    /// Plain decimal text. Thirteen digits are milliseconds.
    private init?(unix text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.utf8.count <= 15, let number = Int64(whole), String(number) == whole, number >= 0 else {
            return nil
        }
        guard parts.count == 1 || parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        guard number >= 100_000_000_000 else {
            self.init(seconds: number, fraction: parts.count > 1 ? Self.trimmed(parts[1]) : nil)
            return
        }
        let thousandths = String(number % 1000)
        self.init(seconds: number / 1000, fraction: Self.trimmed(String(repeating: "0", count: 3 - thousandths.count) + thousandths))
    }

    private init?(calendar text: String, needsZone: Bool) {
        var reader = Reader(rest: text.utf8[...])
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"), let day = reader.digits(2),
            reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.digits(2), reader.take(":"),
            let minute = reader.digits(2)
        else { return nil }
        var second = 0
        var fraction: String?
        if reader.take(":") {
            guard let read = reader.digits(2) else { return nil }
            second = read
            if reader.take(".") || reader.take(",") {
                guard let read = reader.fraction() else { return nil }
                fraction = Self.trimmed(read)
            }
        }
        guard let offset = reader.offset(needed: needsZone), 1...12 ~= month, 1...Self.days(in: month, year) ~= day, hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let minutes = (Self.day(year, month, day) * 24 + Int64(hour)) * 60 + Int64(minute - offset)
        self.init(seconds: minutes * 60 + Int64(second), fraction: fraction)
    }

    private static func trimmed(_ digits: some StringProtocol) -> String {
        String(String(digits).reversed().drop { $0 == "0" }.reversed())
    }

    private static func days(in month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let years = month <= 2 ? year - 1 : year
        let era = (years >= 0 ? years : years - 399) / 400
        let yearOfEra = years - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }
}

/// Reads a calendar's text from its beginning.
private struct Reader {
    var rest: Substring.UTF8View

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Just so many digits.
    mutating func digits(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        rest = rest[digits.endIndex...]
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    mutating func fraction() -> String? {
        let digits = rest.prefix { 0x30...0x39 ~= $0 }
        guard 1...18 ~= digits.count else { return nil }
        rest = rest[digits.endIndex...]
        return String(decoding: digits, as: UTF8.self)
    }

    /// Minutes east of UTC at the text's end; none is UTC where it may be left out.
    mutating func offset(needed: Bool) -> Int? {
        if rest.isEmpty { return needed ? nil : 0 }
        if take("Z") || take("z") { return rest.isEmpty ? 0 : nil }
        let isWest = rest.first == UInt8(ascii: "-")
        guard take("+") || take("-"), let hours = digits(2), hours < 24 else { return nil }
        var minutes = 0
        if !rest.isEmpty {
            _ = take(":")
            guard let read = digits(2), read < 60, rest.isEmpty else { return nil }
            minutes = read
        }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
}
