import WhatsAppBusiness

/// Reads a moment in journalctl's words (systemd.time(7)): `now`, `yesterday`, `-2h`, `3 days ago`, `2026-11-21`, `14:05`, `@1795233600`, RFC 3339.
struct TimeWords {
    let now: Int64
    let time: TimeRules

    /// Milliseconds since 1970; `nil` if the text is no moment.
    func parse(_ text: String) -> Int64? {
        let words = text.split(separator: " ").joined(separator: " ")
        switch words {
        case "now": return now
        case "today": return midnight(0)
        case "yesterday": return midnight(-1)
        case "tomorrow": return midnight(1)
        default: return relative(words) ?? Timestamp(parsing: words)?.milliseconds ?? date(words)
        }
    }

    /// Midnight of a day counted from today. Days of 23 and 25 hours are days too, so it is reckoned on the local clock.
    private func midnight(_ days: Int64) -> Int64 {
        var civil = CivilTime(secondsOnThisClock: time.civil(now).secondsOnThisClock + days * 86_400)
        (civil.hour, civil.minute, civil.second) = (0, 0, 0)
        return time.milliseconds(civil)
    }

    private func relative(_ text: String) -> Int64? {
        if text.hasPrefix("@") { return Spans.parse(text.dropFirst()).flatMap { text.last?.isNumber == true ? $0 : nil } }
        if text.hasPrefix("-") { return Spans.parse(text.dropFirst()).map { now - $0 } }
        if text.hasPrefix("+") { return Spans.parse(text.dropFirst()).map { now + $0 } }
        if text.hasSuffix(" ago") { return Spans.parse(text.dropLast(4)).map { now - $0 } }
        if text.hasSuffix(" left") { return Spans.parse(text.dropLast(5)).map { now + $0 } }
        return nil
    }

    /// `[Sat] 2026-11-21[ 14:05[:30]] [UTC]` or a time of today.
    private func date(_ text: String) -> Int64? {
        var words = text.split(separator: " ").map(String.init)
        var rules = time
        if words.last == "UTC" {
            rules = .utc
            words.removeLast()
        }
        if words.count > 1, let first = words.first, Self.weekdays.contains(first.prefix(3).lowercased()) { words.removeFirst() }
        var civil = rules.civil(now)
        (civil.hour, civil.minute, civil.second) = (0, 0, 0)
        guard 1...2 ~= words.count else { return nil }
        if let parts = Self.numbers(words[0], separator: "-") {
            guard parts.count == 3, let day = CivilTime(year: parts[0], month: parts[1], day: parts[2]) else { return nil }
            civil = day
            words.removeFirst()
        }
        guard let clock = words.first else { return rules.milliseconds(civil) }
        guard words.count == 1, let parts = Self.numbers(clock, separator: ":"), 2...3 ~= parts.count,
            let moment = CivilTime(
                year: civil.year, month: civil.month, day: civil.day, hour: parts[0], minute: parts[1],
                second: parts.count > 2 ? parts[2] : 0)
        else { return nil }
        return rules.milliseconds(moment)
    }

    private static let weekdays: Set<String> = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// Two numbers or more with a separator between them.
    private static func numbers(_ text: String, separator: Character) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.count <= 4 && $0.allSatisfy { $0.isASCII && $0.isNumber } ? Int($0) : nil }
        return parts.count > 1 && numbers.count == parts.count ? numbers : nil
    }
}
