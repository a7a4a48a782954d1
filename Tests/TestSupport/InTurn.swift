// Only a build of the tests has it; one of everything else builds this target, too.
#if canImport(Testing)
    package import Testing

    /// Two suites at a time: hundreds of tests that are begun at once keep each other's threads from their turn for longer than a test's time limit, which runs
    /// from its beginning.
    package struct InTurn: SuiteTrait, TestScoping {
        private static let (turns, turn) = {
            let (turns, turn) = AsyncStream<Void>.makeStream()
            for _ in 0..<2 { turn.yield() }
            return (turns, turn)
        }()

        package func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws
        {
            var turns = Self.turns.makeAsyncIterator()
            // There is none for a task that is cancelled while it waits.
            let isTurn = await turns.next() != nil
            defer { if isTurn { Self.turn.yield() } }
            try await function()
        }
    }

    extension Trait where Self == InTurn {
        /// Waits until fewer than two other suites are at work.
        package static var inTurn: InTurn { InTurn() }
    }
#endif
