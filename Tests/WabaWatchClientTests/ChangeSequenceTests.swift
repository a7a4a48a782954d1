import FakeDaemon
import StrictJSON
import TestTools
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1))) struct ChangeSequenceTests {
    /// Waits that are over at once: what is tested is that readers come back, not when.
    private func client(_ path: String) -> WabaWatch {
        WabaWatch(socket: path, clock: FakeClock(sleepsAtOnce: .seconds(30)), random: { 0.5 })
    }

    private func withDaemon(_ log: FakeLog, _ path: String, _ body: () async throws -> Void) async throws {
        try await serving(FakeDaemon(log, status: Sample.status), at: path) { try await body() }
    }

    @Test func changes_whileSubscribed_comeInOrder() async throws {
        let log = FakeLog()
        try await withSocket { path in
            try await withDaemon(log, path) {
                var events = WabaWatch(socket: path).changes().makeAsyncIterator()
                try await expect(.ready(FakeLog.cursor(0)), from: &events)
                await log.record(100, Sample.fall)
                for sequence in 1...100 { try await expect(.change(Sample.fall(sequence, FakeLog.cursor(sequence))), from: &events) }
            }
        }
    }

    @Test func snapshot_comesFirst_thenReadyThenChanges() async throws {
        let log = FakeLog(resources: Sample.resources)
        try await withSocket { path in
            try await withDaemon(log, path) {
                var events = WabaWatch(socket: path).changes(from: .snapshot, filter: Filter(kinds: [.account])).makeAsyncIterator()
                try await expect(.snapshotBegins, from: &events)
                try await expect(.resource(Sample.resources[0]), from: &events)
                try await expect(.ready(FakeLog.cursor(0)), from: &events)
            }
        }
    }

    @Test func daemonThatRestarts_isComeBackToBehindTheLastCursor() async throws {
        let log = FakeLog()
        try await withSocket { path in
            let client = WabaWatch(socket: path, backoff: Backoff(from: .milliseconds(5), to: .milliseconds(5)))
            var events = client.changes(after: FakeLog.cursor(0)).makeAsyncIterator()
            try await withDaemon(log, path) {
                try await expect(.ready(FakeLog.cursor(0)), from: &events)
                await log.record(2, Sample.fall)
                try await expect(.change(Sample.fall(1, FakeLog.cursor(1))), from: &events)
                try await expect(.change(Sample.fall(2, FakeLog.cursor(2))), from: &events)
            }
            guard case .disconnected = try await events.next() else { throw Unexpected() }
            await log.record(2, Sample.fall)
            try await withDaemon(log, path) {
                try await expect(.ready(FakeLog.cursor(2)), from: &events)
                try await expect(.change(Sample.fall(3, FakeLog.cursor(3))), from: &events)
                try await expect(.change(Sample.fall(4, FakeLog.cursor(4))), from: &events)
            }
        }
    }

    @Test func heartbeat_movesTheCursorThatIsComeBackTo() async throws {
        let log = FakeLog()
        try await withSocket { path in
            let client = WabaWatch(socket: path, backoff: Backoff(from: .milliseconds(5), to: .milliseconds(5)))
            var events = client.changes(after: FakeLog.cursor(0), filter: Filter(kinds: [.account])).makeAsyncIterator()
            try await withDaemon(log, path) {
                try await expect(.ready(FakeLog.cursor(0)), from: &events)
                await log.record(3, Sample.fall)
                await log.wake()
                try await expect(.heartbeat(FakeLog.cursor(3)), from: &events)
            }
            guard case .disconnected = try await events.next() else { throw Unexpected() }
            await log.forget(upTo: 2)
            try await withDaemon(log, path) { try await expect(.ready(FakeLog.cursor(3)), from: &events) }
        }
    }

    @Test func cursorThatIsTooOld_isToldAndEndsTheStream() async throws {
        let log = FakeLog()
        await log.record(5, Sample.fall)
        await log.forget(upTo: 3)
        try await withSocket { path in
            try await withDaemon(log, path) {
                var events = client(path).changes(after: FakeLog.cursor(1)).makeAsyncIterator()
                try await expect(.historyLost(oldest: FakeLog.cursor(3), current: FakeLog.cursor(5)), from: &events)
                try await expect(nil, from: &events)
            }
        }
    }

    @Test func cursorThatIsNone_isThrownNotTriedAgain() async throws {
        try await withSocket { path in
            try await withDaemon(FakeLog(), path) {
                var events = client(path).changes(after: Cursor("nonsense")).makeAsyncIterator()
                await #expect { try await events.next() } throws: { ($0 as? ClientError)?.code == .invalidParameter("after") }
            }
        }
    }

    @Test func daemonThatIsSilent_isLeftAndComeBackTo() async throws {
        let log = FakeLog()
        try await withSocket { path in
            try await withDaemon(log, path) {
                let subscriptions = await log.watchSubscriptions()
                let clock = FakeClock()
                var events = WabaWatch(socket: path, heartbeatSeconds: 1, clock: clock).changes().makeAsyncIterator()
                try await expect(.ready(FakeLog.cursor(0)), from: &events)
                // The watch over the first reply is over; then comes the one over the second, of three seconds in six parts, and the wait before the next
                // attempt.
                async let passing: Void = clock.passSleeps(8)
                guard case .disconnected(let error) = try await events.next() else { throw Unexpected() }
                #expect(error.code == .silent)
                try await expect(.ready(FakeLog.cursor(0)), from: &events)
                await passing
                var asked = subscriptions.makeAsyncIterator()
                #expect(await asked.next()?.after == nil)
                #expect(await asked.next()?.after == FakeLog.cursor(0))
            }
        }
    }

    @Test func handlers_hearChangesAndTheirCursors() async throws {
        let log = FakeLog()
        await log.record(3, Sample.fall)
        try await withSocket { path in
            try await withDaemon(log, path) {
                struct Enough: Error {}
                var handlers = ChangeHandlers()
                handlers.on(.phoneNumber(\.qualityRating)) { difference in
                    #expect(difference.before?.known == .green)
                    #expect(difference.after?.known == .yellow)
                    if difference.change.sequence == 3 { throw Enough() }
                }
                var cursors: [Cursor] = []
                await #expect(throws: Enough.self) {
                    try await client(path).handle(handlers, from: .after(FakeLog.cursor(0))) { cursors.append($0) }
                }
                #expect(cursors == [0, 1, 2].map(FakeLog.cursor))
            }
        }
    }
}

struct Unexpected: Error {}

/// Takes the next event, which must be this one.
private func expect(
    _ event: ChangeEvent?, from events: inout ChangeSequence.Iterator, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let next = try await events.next()
    #expect(next == event, sourceLocation: sourceLocation)
}
