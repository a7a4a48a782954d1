import Foundation
import Testing

/// What holds for all sources, found out by reading them.
@Suite struct SourceRuleTests {
    /// A task that is suspended by hand must have a way out by cancellation and an owner that ends its waiting: `OneShot` and `WaitList` see to both, so
    /// nothing else may use a continuation.
    @Test func continuation_isUsedNowhereButInOneShot() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var read = 0
        var users: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            read += 1
            let text = try String(contentsOf: file, encoding: .utf8)
            if Self.usesContinuation(text) { users.insert(file.lastPathComponent) }
        }
        #expect(read > 300, "the sources were not found")
        #expect(users == ["OneShot.swift"])
    }

    @Test(arguments: [
        ("await withCheckedContinuation { c in", true), ("try await withCheckedThrowingContinuation {", true),
        ("withUnsafeContinuation{", true), ("withUnsafeThrowingContinuation (isolation: self)", true),
        ("var waiting: [Int: CheckedContinuation<Void, Never>] = [:]", true), ("UnsafeContinuation<Int, any Error>", true),
        ("AsyncStream<Void>.Continuation", false), ("let (rings, continuation) = AsyncStream.makeStream()", false),
    ])
    func use_isRecognised(text: String, isUse: Bool) { #expect(Self.usesContinuation(text) == isUse) }

    private static func usesContinuation(_ text: String) -> Bool {
        text.firstMatch(of: /with(Checked|Unsafe)(Throwing)?Continuation|\b(Checked|Unsafe)Continuation\b/) != nil
    }
}
