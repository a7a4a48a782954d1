import Foundation
import Testing
import WabaWatchClient

/// The documentation's tool, so that it compiles, with the one import that it has.
private enum DocumentExample {
    static func tool() async throws {
        // Interface.md
        let file = CursorFile("/var/lib/router/cursor")
        var handlers = ChangeHandlers()
        handlers.on(.phoneNumber(\.qualityRating)) { rating in
            print("\(rating.change.id): \(rating.before?.rawText ?? "?") is now \(rating.after?.rawText ?? "?")")
        }
        handlers.on(.phoneNumber(\.status), priority: 10) { status in
            guard status.after?.known != .connected else { throw ContinueHandling() }
            print("take \(status.change.id) out of service")
            throw StopHandling()
        }
        let start = try file.read().map(ChangeStart.after) ?? .now
        try await WabaWatch().handle(handlers, from: start, filter: Filter(kinds: [.phoneNumber])) { try file.write($0) }
        // Interface.md
    }
}

@Suite struct DocumentExampleTests {
    @Test func example_ofTheDocumentation_isTheOneThatIsCompiledHere_andShort() throws {
        let document = try String(contentsOfFile: Self.root + "Sources/Documentation/Interface.md", encoding: .utf8)
        let blocks = document.components(separatedBy: "```swift\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
        let block = try #require(blocks.first { $0.contains("ChangeHandlers()") })
        #expect(block.split(separator: "\n").count < 30)
        let here = try String(contentsOfFile: #filePath, encoding: .utf8).components(separatedBy: "        // Interface.md\n")
        let compiled = here[1].split(separator: "\n", omittingEmptySubsequences: false).map { $0.dropFirst(8) }.joined(separator: "\n")
        #expect(block.split(separator: "\n").filter { $0.hasPrefix("import ") } == ["import WabaWatchClient"])
        #expect(block.hasSuffix(compiled))
    }

    private static let root: String = {
        let path: String = #filePath
        return String(path.dropLast("Tests/WabaWatchClientTests/DocumentExample.swift".utf8.count))
    }()
}
