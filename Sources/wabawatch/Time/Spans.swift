/// Lengths of time as systemd writes and reads them.
enum Spans {
    private static let units: [(name: String, plural: String, milliseconds: Int64)] = [
        (" year", " years", 31_557_600_000), (" month", " months", 2_629_800_000), (" week", " weeks", 604_800_000),
        (" day", " days", 86_400_000), ("h", "h", 3_600_000), ("min", "min", 60_000), ("s", "s", 1000), ("ms", "ms", 1),
    ]

    /// At most two units: `2h 3min`, `3 days 4h`, `5s`. Lengths of a second and more leave the milliseconds out.
    static func text(_ milliseconds: Int64, units most: Int = 2) -> String {
        var rest = abs(milliseconds)
        if rest == 0 { return "0s" }
        if rest >= 1000 { rest -= rest % 1000 }
        var parts: [String] = []
        for unit in units where rest >= unit.milliseconds && parts.count < most {
            let count = rest / unit.milliseconds
            parts.append("\(count)\(count == 1 ? unit.name : unit.plural)")
            rest %= unit.milliseconds
        }
        return parts.joined(separator: " ")
    }

    /// For columns: one unit of at most two letters: `2h`, `3d`, `5min`.
    static func column(_ milliseconds: Int64) -> String {
        let milliseconds = abs(milliseconds)
        return switch milliseconds {
        case ..<1000: "0s"
        case ..<60_000: "\(milliseconds / 1000)s"
        case ..<3_600_000: "\(milliseconds / 60_000)min"
        case ..<172_800_000: "\(milliseconds / 3_600_000)h"
        default: "\(milliseconds / 86_400_000)d"
        }
    }

    /// `2h 3min ago`, `in 5s`, `now`.
    static func relative(_ moment: Int64, to now: Int64) -> String {
        switch now - moment {
        case 1000...: text(now - moment) + " ago"
        case ...(-1000): "in " + text(moment - now)
        default: "now"
        }
    }

    private static let names: [String: Double] = {
        let table: [(names: String, milliseconds: Double)] = [
            ("ms msec", 1), ("s sec second seconds", 1000), ("m min minute minutes", 60_000), ("h hr hour hours", 3_600_000),
            ("d day days", 86_400_000), ("w week weeks", 604_800_000), ("M month months", 2_629_800_000), ("y year years", 31_557_600_000),
        ]
        return Dictionary(
            uniqueKeysWithValues: table.flatMap { row in row.names.split(separator: " ").map { (String($0), row.milliseconds) } })
    }()

    /// Reads `2h 30min`, `1.5h`, `90` (seconds) into milliseconds. `nil` if it is none, or longer than ten thousand years.
    static func parse(_ text: some StringProtocol) -> Int64? {
        var rest = text.drop { $0 == " " }[...]
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let value = Double(number) else { return nil }
            rest = rest.dropFirst(number.count).drop { $0 == " " }
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            guard let unit = name.isEmpty ? 1000 : names[String(name)] else { return nil }
            total += value * unit
            rest = rest.dropFirst(name.count).drop { $0 == " " }
        }
        return total < 3.2e14 ? Int64(total) : nil
    }
}
