import Continuations
import GraphSimulator
import Synchronization
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// What a watcher knows for those who act, and from when on.
@Suite(.timeLimit(.minutes(1))) struct ActingTests {
    /// A restarted daemon hears calls before it has read its ledger: whoever asks for a number waits for that, and no poll is needed.
    @Test func number_isKnownAfterARestart_asSoonAsTheLedgerIsRead() async throws {
        try await Stage.with { stage in
            let first = try stage.watcher(try stage.plan())
            try await first.begin()
            await stage.run(first, for: .seconds(30))
            let count = stage.simulator.requestCount
            let next = try stage.watcher(try stage.plan())
            #expect(await !next.hasNumber(Stage.number(0), account: "acme"))
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await next.untilBegun()
                    return await next.hasNumber(Stage.number(0), account: "acme")
                }
                try await eventually("somebody waits") { await next.beginning.isAwaited(.begun) }
                try await next.begin()
                #expect(try await group.next() == true)
            }
            #expect(stage.simulator.requestCount == count, "Meta is not asked for it")
            // Nobody waits once that is over.
            await next.untilBegun()
        }
    }

    private final class Poll: Sendable {
        private let hasEnded = Mutex(false)
        func end() { hasEnded.withLock { $0 = true } }
        var isOver: Bool { hasEnded.withLock(\.self) }
    }

    /// So does whoever wants one to be polled.
    @Test func poll_rightAfterARestart_knowsTheNumber() async throws {
        try await Stage.with { stage in
            let first = try stage.watcher(try stage.plan())
            try await first.begin()
            await stage.run(first, for: .seconds(30))
            let next = try stage.watcher(try stage.plan())
            let poll = Poll()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await next.poll(account: "acme", kind: .businessProfile, number: Stage.number(0))
                    poll.end()
                }
                try await eventually("the poll waits") { await next.beginning.isAwaited(.begun) }
                try await next.begin()
                try await eventually("the number is polled") {
                    await stage.run(next, for: .seconds(1))
                    return poll.isOver
                }
                try await group.next()
            }
            #expect(!stage.requests(.profile).isEmpty)
        }
    }
}
