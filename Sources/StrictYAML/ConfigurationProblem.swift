/// Something in a configuration that cannot be used: which file, line and key, and what is wrong.
package struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    package var file: String
    /// The line, from one; `nil` where the file as a whole is meant.
    package var line: Int?
    /// The key with the keys it stands under: `accounts[0].waba_id`.
    package var key: String
    /// What is wrong.
    package var sentence: String

    /// Something that cannot be used.
    package init(file: String, line: Int?, key: String, sentence: String) {
        self.file = file
        self.line = line
        self.key = key
        self.sentence = sentence
    }

    package var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(key.isEmpty ? "" : "\(key): ")\(sentence)"
    }
}

/// All problems of a configuration at once.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The problems, by file and line.
    package var problems: [ConfigurationProblem]

    /// Problems, at least one.
    package init(problems: [ConfigurationProblem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }

    /// The first of them, and how many more there are.
    package var sentence: String {
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return "\(problems.first?.description ?? "")\(more)"
    }
}
