import Foundation
import Testing

/// Every test that a promise names is there.
@Suite struct PromiseTests {
    @Test func promises_nameTestsThatThereAre() throws {
        let rows = try Repository.text(Document.folder + "/Promises.md").split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
        #expect(rows.count > 40)
        let sources = try Repository.files(in: "Tests").filter { $0.hasSuffix(".swift") }.map { try Repository.text($0) }.joined()
        let suites = Set(sources.matches(of: /\b(?:struct|class|enum|extension) (\w+)/).map { String($0.1) })
        let tests = sources.matches(of: /\bfunc (\w+)/).map { String($0.1) }
        let files = Set(try Repository.files(in: "Tests").compactMap { $0.split(separator: "/").last.map(String.init) })
        for row in rows {
            let holding = row.split(separator: " | ").last ?? ""
            #expect(!holding.matches(of: /`[^`]+`/).isEmpty, "no test: \(row)")
            for span in holding.matches(of: /`([^`]+)`/).map({ String($0.1) }) {
                if span.contains("_"), let match = span.wholeMatch(of: /(\w+?_)(\w*)…?/), span != span.uppercased() {
                    let beginning = span.hasSuffix("…") ? String(span.dropLast()) : nil
                    let isThere = tests.contains { beginning.map($0.hasPrefix) ?? ($0 == span) }
                    #expect(isThere, "\(match.0)")
                } else if span.hasSuffix("Tests") {
                    // A suite, or a whole room's.
                    let isThere = suites.contains(span) || Repository.isThere("Tests/\(span)")
                    #expect(isThere, "\(span)")
                } else if span.hasPrefix("Checker") || span.hasSuffix(".sh") {
                    let name = span.split(separator: "/").last.map(String.init) ?? span
                    #expect(files.contains(name) || files.contains(name + ".swift"), "\(span)")
                }
            }
            for cases in holding.matches(of: /acceptance cases? ((?:`[a-z]+`(?:, | and )?)+)/) {
                for name in cases.1.matches(of: /`(\w+)`/).map({ String($0.1) }) {
                    #expect(Repository.isThere("Tests/Acceptance/\(name).sh"), "\(name)")
                }
            }
        }
    }
}
