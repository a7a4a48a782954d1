import Foundation
import Testing

/// What users read is plain technical English: some words that this code's comments use for its own notions are no help to somebody who does not know them.
@Suite struct PlainEnglishTests {
    /// Words that no help, error, log line, summary, manual page, comment of a sample or document has, and the usual ones.
    static let unwanted: [(words: String, usual: String)] = [
        (#"(?:is|are|was|were|be) told\b"#, "is reported, is notified"), (#"look(?:ed|s) at\b"#, "poll, check, read"),
        (#"stands?\b(?! for\b|-)"#, "is, occurs; twice: duplicate"), (#"of ours\b"#, "say whose"),
        (#"so many\b(?! as\b)"#, "the number of; N"),
        (#"as seldom"#, "intervals ×N"), (#"the watch over"#, "say what is not current"), (#"let go of"#, "closed"),
        (#"where it cannot"#, "invalid, unexpected"), (#"comes? to nothing"#, "fails"),
    ]

    /// The places of unwanted words in a text, each with the usual ones.
    static func offences(in text: String) throws -> [String] {
        try unwanted.filter { text.contains(try Regex("\\b(?:\($0.words))").ignoresCase()) }
            .map { "not \"\($0.words)\" but \($0.usual): \(text.prefix(200))" }
    }

    /// The text of string literals in Swift source, a line each. Comments are none of it.
    static func literals(of source: String) -> [String] {
        var found: [String] = []
        var isInside = false
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("//"), !isInside { continue }
            if text.components(separatedBy: #"""""#).count % 2 == 0 {
                isInside.toggle()
            } else if isInside {
                found.append(text)
            } else {
                found += line.matches(of: /"((?:[^"\\]|\\.)*)"/).map { String($0.1) }
            }
        }
        return found
    }

    /// The interface's text is fixed, and what measures and simulates is for those who work on this.
    private static let otherSources = [
        "Sources/WabaWatchInterface/Interface.swift", "Sources/wabawatch-bench/", "Sources/wabawatch-demo/", "Sources/GraphSimulator/",
        "Sources/graph-simulator/", "Sources/Documentation/",
    ]

    @Test func sentences_thatUsersRead_areOfUsualWords() throws {
        var texts: [(path: String, text: String)] = []
        let sources = try Repository.files(in: "Sources").filter { path in
            path.hasSuffix(".swift") && !Self.otherSources.contains { path.hasPrefix($0) }
        }
        for path in sources {
            texts += Self.literals(of: try Repository.text(path)).filter { $0.contains(" ") && !$0.hasPrefix("--") }.map { (path, $0) }
        }
        let sentences = texts.count
        let documents = try ["systemd", "etc", "Sources/Documentation"].flatMap { try Repository.files(in: $0) } + ["README.md"]
        for path in documents where !path.hasSuffix(".json") && !path.hasSuffix(".png") {
            texts += try Repository.text(path).split(separator: "\n").map { (path, String($0)) }
        }
        #expect(sentences > 2_000 && texts.count > sentences + 3_000, "\(sentences) of \(texts.count)")
        let offences = try texts.flatMap { place in try Self.offences(in: place.text).map { "\(place.path): \($0)" } }
        #expect(offences.isEmpty, "\(offences.joined(separator: "\n"))")
    }

    @Test(arguments: [
        ("Only the newest so many changes.", 1), ("a byte stands where it cannot", 2), ("the watch over account is unauthorized", 1),
        ("What is told as urgent", 1), ("kinds are looked at 9.4 times as seldom", 2), ("it is none of ours", 1), ("it is reported", 0),
        ("@NUMBER@ stands for the number, a stand-in", 0), ("as many, standard, standby", 0),
    ])
    func unwantedWords_areFound(text: String, count: Int) throws { #expect(try Self.offences(in: text).count == count) }

    @Test func literals_areThoseOfTheSource() {
        let source = """
            // "a comment stands"
            let a = "one \\(x) \\"two\\"" + "three"
            let b = \"""
                four "five"
                \"""
            """
        #expect(Self.literals(of: source) == [#"one \(x) \"two\""#, "three", #"four "five""#])
    }
}
