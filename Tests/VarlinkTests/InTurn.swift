import Testing

/// Two suites at a time: very many tests that are begun at once keep each other's threads from their turn for longer than a test's time limit, which runs
/// from its beginning.
struct InTurn: SuiteTrait, TestScoping {
    private static let (turns, turn) = {
        let (turns, turn) = AsyncStream<Void>.makeStream()
        for _ in 0..<2 { turn.yield() }
        return (turns, turn)
    }()

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        for await _ in Self.turns { break }
        defer { Self.turn.yield() }
        try await function()
    }
}

extension Trait where Self == InTurn {
    /// Waits until fewer than two other suites are at work.
    static var inTurn: InTurn { InTurn() }
}
