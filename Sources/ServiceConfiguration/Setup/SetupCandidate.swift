/// An account that the token sees, or that it names and does not see.
package struct SetupCandidate: Sendable, Equatable {
    /// A phone number of it.
    package struct Number: Sendable, Equatable {
        var id: String
        /// As people write it.
        var display: String?
        /// The name that users see.
        var name: String?
    }

    /// Meta's id of it.
    package var id: String
    /// Meta's name of it.
    package var name: String?
    /// Its numbers; `nil` where they cannot be seen.
    package var numbers: [Number]?
    /// Why it cannot be watched with this token; `nil` where it can.
    package var trouble: String?
    /// Its name in the configuration, if it is there already.
    package var configuredName: String?

    /// So many numbers of an account are listed; the others are counted.
    private static let listedNumbers = 5

    /// How it is called in a sentence.
    package var title: String { name.map { "\"\($0)\" (\(id))" } ?? id }

    /// What is listed of it.
    /// - Parameter place: its number in the list; `nil` where it cannot be chosen.
    func lines(_ place: Int?) -> [String] {
        let head = place.map { "\($0)" } ?? "-"
        if let trouble { return ["  \(head)  \(title): \(trouble)"] }
        let count = numbers.map { $0.count == 1 ? "1 phone number" : "\($0.count) phone numbers" } ?? "phone numbers that cannot be seen"
        let state = configuredName.map { "; watched as \($0)" } ?? ""
        var lines = ["  \(head)  \(title), \(count)\(state)"]
        let shown = numbers ?? []
        for number in shown.prefix(Self.listedNumbers) {
            lines.append("       \(number.display ?? number.id)" + (number.name.map { " \"\($0)\"" } ?? ""))
        }
        if shown.count > Self.listedNumbers { lines.append("       and \(shown.count - Self.listedNumbers) more") }
        return lines
    }

    /// The list to choose from: what can be chosen is numbered from one.
    package static func listing(_ candidates: [SetupCandidate]) -> [String] {
        var place = 0
        return candidates.flatMap { candidate in
            guard candidate.trouble == nil else { return candidate.lines(nil) }
            place += 1
            return candidate.lines(place)
        }
    }
}
