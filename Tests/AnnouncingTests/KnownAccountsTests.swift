import Changes
import StrictJSON
import Synchronization
import TestSupport
import Testing
import WhatsAppBusiness

@testable import Announcing
@testable import Ledger

/// When the announcer reads which id Meta knows an account by.
@Suite(.timeLimit(.minutes(2))) struct KnownAccountsTests {
    private func scope(_ id: String) -> WatchScope {
        WatchScope(accounts: ["acme": id], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
    }

    /// Polls the account's numbers; each has another status than at the poll before.
    private func poll(_ ledger: Ledger, _ status: String, _ count: Int = 200) async throws {
        let items = (0..<count).map {
            Observation.Item(id: "\(10_000 + $0)", document: ["id": .string("\(10_000 + $0)"), "status": .string(status)])
        }
        _ = try await ledger.record(
            Observation(target: PollTarget(account: "acme", kind: .phoneNumber), owner: "102", items: items, asked: ["id", "status"]),
            at: RecordedSamples.time(1))
    }

    @Test func idsOfAccounts_areReadOnce_andAnewWhereAnAccountIsRemoved() async throws {
        let reads = Mutex(0)
        let ledger = try Ledger(memory: MemoryStore()) { writes, work in
            if !writes { reads.withLock { $0 += 1 } }
            work(nil)
        }
        let ids = Mutex<[String?]>([])
        let announcer = Told.announcer(ledger) { _, _, id in ids.withLock { $0.append(id) } }
        var position = AnnouncerPosition(0)
        /// How many reads each batch took, but the first.
        func announceAll() async throws -> [Int] {
            var counts: [Int] = []
            while position.sequence < ledger.cursor.sequence {
                let before = reads.withLock { $0 }
                try await announcer.announce(after: &position)
                counts.append(reads.withLock { $0 } - before)
            }
            return counts
        }
        _ = try await ledger.keep(scope("102"), at: RecordedSamples.time(0))
        try await poll(ledger, "CONNECTED")
        _ = try await announceAll()
        try await poll(ledger, "BANNED")
        // The changes, and nothing besides.
        #expect(try await announceAll() == [1, 1, 1, 1])
        #expect(Set(ids.withLock { $0 }) == ["102"])
        _ = try await ledger.keep(scope("103"), at: RecordedSamples.time(2))
        try await poll(ledger, "CONNECTED", 1)
        _ = try await announceAll()
        #expect(ids.withLock { $0.last } == "103")
        try ledger.close()
    }
}
