package import Yams

/// Reads values out of YAML and collects every problem instead of stopping at the first.
package struct ConfigurationReader {
    /// What was found so far.
    package var problems: [ConfigurationProblem] = []
    /// Where values stand whose faults show later.
    package var places: [String: ConfigurationPlace] = [:]

    /// One that has read nothing.
    package init() {}

    /// So many problems are looked for; a file that has more is another one than was meant.
    package static let mostProblems = 500

    /// The members of a mapping, each with its place. A key that is not known, or stands twice, is a problem.
    package mutating func members(of place: YAMLPlace, keys: Set<String>) -> [String: YAMLPlace] {
        if Self.isNull(place.node) { return [:] }
        guard case .mapping(let mapping) = place.node else {
            problems.append(place.problem("should be a mapping of keys to values"))
            return [:]
        }
        var members: [String: YAMLPlace] = [:]
        for (keyNode, node) in mapping where problems.count < Self.mostProblems {
            let name = keyNode.scalar?.string ?? "?"
            let key = place.key.isEmpty ? name : "\(place.key).\(name)"
            guard keys.contains(name) else {
                let line = keyNode.mark?.line
                let known = keys.sorted().joined(separator: ", ")
                problems.append(
                    ConfigurationProblem(file: place.file, line: line, key: key, sentence: "this key is not known; known are \(known)"))
                continue
            }
            members[name] = YAMLPlace(file: place.file, key: key, node: node)
        }
        return members
    }

    /// The elements of a sequence, each with its place.
    package mutating func elements(of place: YAMLPlace) -> [YAMLPlace] {
        guard case .sequence(let sequence) = place.node else {
            problems.append(place.problem("should be a list"))
            return []
        }
        return sequence.enumerated().map { YAMLPlace(file: place.file, key: "\(place.key)[\($0.offset)]", node: $0.element) }
    }

    /// A text that is not empty.
    package mutating func text(_ place: YAMLPlace?) -> String? {
        guard let place else { return nil }
        guard let text = place.node.scalar?.string, !text.isEmpty, !Self.isNull(place.node) else {
            problems.append(place.problem("should be a text"))
            return nil
        }
        return text
    }

    /// A text, or nothing where `null` stands.
    package mutating func optionalText(_ place: YAMLPlace?) -> String? { place.flatMap { Self.isNull($0.node) ? nil : text($0) } }

    /// An id of Meta's: decimal digits.
    package mutating func id(_ place: YAMLPlace?) -> String? {
        guard let place, let text = text(place) else { return nil }
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            problems.append(place.problem("should be an id of decimal digits"))
            return nil
        }
        return text
    }

    /// A whole number in a range, or nothing where `null` stands.
    package mutating func integer(_ place: YAMLPlace?, in range: ClosedRange<Int>) -> Int? {
        guard let place, !Self.isNull(place.node) else { return nil }
        guard let value = place.node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
            problems.append(place.problem("should be a whole number from \(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return value
    }

    /// `true` or `false`.
    package mutating func flag(_ place: YAMLPlace?) -> Bool? {
        guard let place else { return nil }
        switch place.node.scalar?.string {
        case "true": return true
        case "false": return false
        default:
            problems.append(place.problem("should be true or false"))
            return nil
        }
    }

    /// A part of a whole: `10%`.
    package mutating func share(_ place: YAMLPlace?, in range: ClosedRange<Int>) -> Double? {
        guard let place else { return nil }
        guard let text = place.node.scalar?.string, text.hasSuffix("%"), let percent = Double(text.dropLast()),
            (Double(range.lowerBound)...Double(range.upperBound)).contains(percent)
        else {
            problems.append(place.problem("should be a share from \(range.lowerBound)% to \(range.upperBound)%"))
            return nil
        }
        return percent / 100
    }

    /// A span of time: `500ms`, `30s`, `5m`, `6h`, `90d`, `1h30m`.
    package mutating func duration(_ place: YAMLPlace?, in range: ClosedRange<Duration>) -> Duration? {
        guard let place else { return nil }
        guard let text = place.node.scalar?.string, let value = Duration(configuration: text) else {
            problems.append(place.problem("should be a span of time such as 500ms, 30s, 5m, 6h, 90d or 1h30m"))
            return nil
        }
        guard range.contains(value) else {
            let (least, most) = (range.lowerBound.configurationText, range.upperBound.configurationText)
            problems.append(place.problem("should be at least \(least) and at most \(most)"))
            return nil
        }
        return value
    }

    /// One of a few words.
    package mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ place: YAMLPlace?, _ type: Word.Type = Word.self) -> Word? {
        guard let place else { return nil }
        guard let word = place.node.scalar.flatMap({ Word(rawValue: $0.string) }) else {
            problems.append(place.problem("should be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))"))
            return nil
        }
        return word
    }

    /// Whether nothing stands there, or `null`.
    package static func isNull(_ node: Node) -> Bool { node.null != nil }
}

extension Duration {
    /// Reads `1h30m`; `nil` if it is something else or overflows.
    package init?(configuration text: String) {
        var rest = text[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            let factors: [Substring: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
            guard let count = Int64(digits), let factor = factors[unit] else { return nil }
            let (part, tooMany) = count.multipliedReportingOverflow(by: factor)
            let (sum, tooLong) = total.addingReportingOverflow(part)
            guard !tooMany, !tooLong, sum < 1_000_000 * 86_400_000 else { return nil }
            total = sum
        }
        self = .milliseconds(total)
    }

    /// The shortest such text.
    package var configurationText: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        let units: [(String, Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
        let unit = units.first { milliseconds % $0.1 == 0 } ?? ("ms", 1)
        return "\(milliseconds / unit.1)\(unit.0)"
    }
}
