import Foundation

extension String {
    /// This text with what differs between two runs put into a fixed form of the same width: moments, ages, counts of calls, traces, and the
    /// ledger's own name in cursors.
    var steadied: String {
        let rules: [(pattern: String, make: (Substring) -> String)] = [
            (#"[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"#, { _ in "Day YYYY-MM-DD HH:MM:SS UTC" }),
            (#"[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d"#, { _ in "Mon DD HH:MM:SS" }),
            (#"[0-9a-f]{16}(:[0-9a-f]{12})?(?=:\d+\b(?!:))"#, { _ in "the-ledgers-name" }),
            // How often something was tried again depends on how long the test took.
            (#"\d+(?=/1000000| in the last hour)"#, { String(repeating: "N", count: $0.count) }),
            (#"(?<=\btrace\s{1,12})[A-Za-z0-9]+"#, { String(repeating: "T", count: $0.count) }),
            // At the end of a sentence an age may be as wide as it likes; in a column it stands at the right.
            (#"(?<=; )(\d+(ms|s|min) ago|\d+min \d+s ago|now)(?=\n)"#, { _ in "AGE" }),
            (#"(?<=%) +(\d+s ago|now)(?=\n)"#, { $0.replacing(with: "AGE") }), (#" +\d+(s|min)(?= |\n)"#, { $0.replacing(with: "AGE") }),
            // The same in grey, and the time of what is not current behind it.
            (#" +\x1B\[0;90m\d+(s|min)(?=\x1B)"#, { $0.replacing(with: "\u{1B}[0;90mAGE") }),
            (#"(?<= |\[0;90m)\d\d:\d\d(?=\x1B|\r?\n)"#, { _ in "HH:MM" }),
            // What is polled in this moment has no time at which it is polled next, and what is about to be is polled now.
            (#"(?<=AGE)(    -|  now)(?=\r?\n)"#, { _ in "  AGE" }),
        ]
        return rules.reduce(self) { text, rule in
            guard let expression = try? NSRegularExpression(pattern: rule.pattern) else { return text }
            var steadied = ""
            var end = text.startIndex
            for match in expression.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
                guard let range = Range(match.range, in: text) else { continue }
                steadied += text[end..<range.lowerBound] + rule.make(text[range])
                end = range.upperBound
            }
            return steadied + text[end...]
        }
    }
}

extension Substring {
    /// A word at the right end of as many columns.
    fileprivate func replacing(with word: String) -> String { String(repeating: " ", count: Swift.max(1, count - word.count)) + word }
}
