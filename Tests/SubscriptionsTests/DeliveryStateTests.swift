import Continuations
import FoundationEssentials
import StrictJSON
import Synchronization
import TestSupport
import Testing
import Varlink
import WabaWatchInterface

@testable import Ledger
@testable import Subscriptions

/// What is decided between a commit and the sockets, step by step.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct DeliveryStateTests {
    /// A service with one method, which hands out where its replies can be written.
    private struct Host: VarlinkInterface {
        let description: InterfaceDescription
        let implementedMethods: Set = ["Stay"]
        let called: @Sendable (ReplyOutlet) -> Void

        func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
            if let outlet = replies.outlet { called(outlet) }
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw CancellationError()
        }
    }

    /// Readers that wait for the first commit, and the state that they are in.
    private final class Site: Sendable {
        let state = Mutex(DeliveryState(recent: RecentChanges(ledger: "0123456789abcdef", last: 0)))
        private let rounds = Mutex<[DeliveryState.Round]>([])

        func committed(_ sequences: ClosedRange<Int64>) -> DeliveryState.Round {
            let changes = sequences.map {
                RecordedChange(sequence: $0, observedAt: RecordedSamples.time($0), change: RecordedSamples.change(Int($0)))
            }
            return begun(state.withLock { $0.committed(changes, last: sequences.upperBound) })
        }

        func giveRest() -> DeliveryState.Round { begun(state.withLock { $0.giveRest() }) }

        private func begun(_ round: DeliveryState.Round) -> DeliveryState.Round {
            rounds.withLock { $0.append(round) }
            return round
        }

        /// How many tasks were woken behind it, and whether a thread is told to go on.
        func given(_ round: DeliveryState.Round, refusedBy refused: [Int] = []) -> (woken: Int, rest: Bool) {
            let after = state.withLock { $0.given(round.gifts, refusedBy: refused) }
            for task in after.woken { task.fulfil() }
            return (after.woken.count, after.rest != nil)
        }

        /// Lets every task go, whatever went wrong.
        func end() {
            for round in rounds.withLock(\.self) { _ = given(round) }
            for reader in state.withLock(\.readers.indices) { state.withLock { $0.wake(reader) }?.fulfil() }
        }
    }

    private func withReaders(
        _ count: Int, filter: @escaping @Sendable (Int) -> Filter? = { _ in nil }, _ body: @escaping @Sendable (Site) async throws -> Void
    ) async throws {
        let (outlets, outlet) = AsyncStream<ReplyOutlet>.makeStream()
        let host = Host(
            description: try InterfaceDescription(parsing: "interface org.example.test\nmethod Stay() -> ()"), called: { outlet.yield($0) })
        let server = try VarlinkServer(identity: ServiceIdentity(vendor: "", product: "", version: "", url: ""), interfaces: [host])
        let path = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString.prefix(8)).sock"
        let (listening, begun) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(on: .path(path, mode: 0o600)) { begun.yield() } }
            for await _ in listening { break }
            let client = try await VarlinkClient.connect(path: path)
            group.addTask {
                var stream = client.stream("org.example.test.Stay").makeAsyncIterator()
                _ = try? await stream.next()
            }
            var first = outlets.makeAsyncIterator()
            let place = try #require(await first.next())
            let site = Site()
            let (waits, waiting) = AsyncStream<Void>.makeStream()
            for number in 0..<count {
                let reader = site.state.withLock { state in
                    state.enter(DeliveryState.Place(position: 0, filter: state.filters.enter(filter(number)), outlet: place))
                }
                group.addTask {
                    let task = OneShot<Void>()
                    _ = site.state.withLock { $0.wait(reader, task) }
                    waiting.yield()
                    await task.wait()
                }
            }
            var all = waits.makeAsyncIterator()
            for _ in 0..<count { await all.next() }
            try await body(site)
            site.end()
            server.shutdown()
            try await group.waitForAll()
        }
    }

    @Test func smallCommit_isGivenAtOnceToSomeReaders_andTheOthersAreLeftToAThread() async throws {
        try await withReaders(130) { site in
            let first = site.committed(1...1)
            #expect(first.gifts.map(\.readers.count) == [128])
            #expect(first.rest != nil)
            let rest = site.giveRest()
            #expect(rest.gifts.map(\.readers.count) == [2])
            #expect(rest.rest == nil)
            for round in [first, rest] { #expect(site.given(round).woken == 0) }
        }
    }

    @Test func commit_thatEveryReaderFiltersInItsOwnWay_isGivenAtOnceToFew() async throws {
        try await withReaders(20, filter: { Filter(ids: ["106540352242922", "\($0)"]) }) { site in
            let first = site.committed(1...1)
            #expect(first.gifts.map(\.readers.count) == Array(repeating: 1, count: 8))
            #expect(first.rest != nil)
            #expect(site.giveRest().gifts.flatMap(\.readers).count == 12)
        }
    }

    @Test func largeCommit_isLeftToAThreadWhole_whichIsToldOnce() async throws {
        try await withReaders(2) { site in
            let first = site.committed(1...20)
            #expect(first.gifts.isEmpty)
            #expect(first.rest != nil)
            #expect(site.committed(21...40).rest == nil)
            let rest = site.giveRest()
            #expect(rest.gifts.flatMap(\.readers).count == 2)
            #expect(site.given(rest).woken == 2, "the second has a page of its own, which each asks for")
        }
    }

    @Test func commit_whileAnotherIsBeingGiven_isGivenNext() async throws {
        try await withReaders(3) { site in
            let first = site.committed(1...1)
            let second = site.committed(2...2)
            #expect(second.gifts.isEmpty, "it may not overtake the first")
            #expect(second.rest == nil)
            let after = site.given(first)
            #expect(after.rest)
            #expect(after.woken == 0)
            let last = site.giveRest()
            #expect(last.gifts.flatMap(\.readers).count == 3)
            #expect(last.gifts.map(\.frames.count) == [1])
            #expect(!site.given(last).rest)
        }
    }

    @Test func threadThatWasToldAndEndedWithTheLastReader_isNotWaitedFor() async throws {
        try await withReaders(1) { site in
            let outlet = try #require(site.committed(1...20).rest)
            site.state.withLock { $0.wake(0) }?.fulfil()
            let next = site.state.withLock { state in
                state.leave(0)
                return state.enter(DeliveryState.Place(position: 20, filter: state.filters.enter(nil), outlet: outlet))
            }
            let task = OneShot<Void>()
            _ = site.state.withLock { $0.wait(next, task) }
            #expect(site.committed(21...40).rest != nil)
            site.state.withLock { $0.wake(next) }?.fulfil()
            await task.wait()
        }
    }

    @Test func heartbeat_dueWhileAReaderIsBeingGivenSomething_wakesItBehindThat() async throws {
        try await withReaders(1) { site in
            let round = site.committed(1...1)
            let task = site.state.withLock { state in
                state.readers[0]?.isBeatDue = true
                return state.wake(0)
            }
            #expect(task == nil, "its socket is being written to")
            task?.fulfil()
            #expect(site.given(round).woken == 1)
            guard case .heartbeat(1) = site.state.withLock({ $0.step(0) }) else {
                Issue.record("no heartbeat")
                return
            }
        }
    }

    @Test func reader_thatDoesNotTakeAGift_standsWhereItStood() async throws {
        try await withReaders(2) { site in
            #expect(site.given(site.committed(1...1), refusedBy: [1]).woken == 1)
            guard case .replies(let frames) = site.state.withLock({ $0.step(1) }) else {
                Issue.record("nothing is left for it")
                return
            }
            #expect(frames.count == 1)
            guard case .end = site.state.withLock({ $0.step(0) }) else {
                Issue.record("it has everything")
                return
            }
        }
    }
}
