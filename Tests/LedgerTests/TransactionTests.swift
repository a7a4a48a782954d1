import Changes
import Foundation
import GRDB
@testable import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

/// What is recorded together has one number, and nothing else has it.
@Suite struct TransactionTests {
    private let folder: Folder
    private let numbers = PollTarget(account: "acme", kind: .phoneNumber)

    init() throws { folder = try Folder() }

    private func open() throws -> Ledger { try Ledger(path: folder.path + "/ledger.sqlite") }

    private func look(_ rating: String, _ ids: some Sequence<Int> = 1...3, account: String = "acme") -> Observation {
        let items = ids.map { id in
            Observation.Item(id: "\(id)", document: ["id": .string("\(id)"), "quality_rating": .string(rating)])
        }
        return Observation(
            target: PollTarget(account: account, kind: .phoneNumber), owner: "102", items: items, asked: ["id", "quality_rating"])
    }

    private func note(_ turn: Int, actor: String? = nil) -> WatchNote {
        var change = DetectedChange(numbers.watch, .changed, severity: .notice, summary: "\(turn)")
        change.actor = actor
        return WatchNote(watch: numbers.watch, document: ["turn": .integer(turn)], change: change)
    }

    /// All at the same millisecond, so that no time tells them apart.
    @Test func lookAndWhatItMeansToItsWatch_areOneTransaction_andTheNextLookAnother() async throws {
        let ledger = try open()
        let now = Timestamp(milliseconds: 1000)
        _ = try await ledger.record(look("GREEN"), at: now)
        let watched = note(1)
        _ = try await ledger.record(look("YELLOW"), at: now) { _ in watched }
        _ = try await ledger.record(look("GREEN"), at: now)
        _ = try await ledger.record(look("GREEN"), at: now)
        try await ledger.record([note(2)], at: now)
        let changes = try await ledger.changes(after: 0)
        #expect(changes.map(\.sequence) == Array(1...9))
        #expect(changes.map(\.transaction) == [1, 2, 2, 2, 2, 6, 6, 6, 9])
        try ledger.close()
        let again = try open()
        #expect(try await again.changes(after: 0) == changes)
        try await again.verify()
        _ = try await again.record(look("RED"), at: now)
        #expect(try await again.changes(after: 9).map(\.transaction) == [10, 10, 10])
        try again.close()
    }

    /// What arrives together shares a commit, and is not one transaction for that.
    @Test func looksThatShareACommit_areTransactionsOfTheirOwn() async throws {
        let ledger = try open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for account in 0..<40 {
                group.addTask {
                    for rating in ["GREEN", "YELLOW", "RED"] {
                        _ = try await ledger.record(look(rating, account: "a\(account)"), at: Timestamp(milliseconds: 1000))
                    }
                }
            }
            try await group.waitForAll()
        }
        let changes = try await ledger.changes(after: 0, limit: .max)
        let transactions = Dictionary(grouping: changes, by: \.transaction)
        #expect(transactions.count == 120 && transactions[nil] == nil)
        for (transaction, changes) in transactions {
            #expect(changes.first?.sequence == transaction)
            #expect(Set(changes.map(\.change.resource.account)).count == 1)
            #expect(changes.map(\.sequence) == Array(changes[0].sequence..<(changes[0].sequence + Int64(changes.count))))
        }
        try ledger.close()
    }

    @Test(arguments: ["alice (1000)", "", "a\u{0}b", "é \u{202E}\"", String(repeating: "x", count: 100_000)])
    func actor_isKeptAsItIs(actor: String) async throws {
        let ledger = try open()
        try await ledger.record([note(1, actor: actor)], at: Timestamp(milliseconds: 1))
        try await ledger.record([note(2)], at: Timestamp(milliseconds: 2))
        try ledger.close()
        let again = try open()
        #expect(try await again.changes(after: 0).map(\.change.actor) == [actor, nil])
        var walk = try await HistoryWalk(over: again, HistoryQuery())
        #expect(try await walk.next()?.map(\.change.actor) == [actor, nil])
        try again.close()
    }

    /// Of both new columns the row's checksum is, as of the others.
    @Test(arguments: ["transaction_id = 7", "transaction_id = NULL", "actor = 'mallory (0)'", "actor = NULL"])
    func columnThatWasTamperedWith_isDamage(assignment: String) async throws {
        let ledger = try open()
        try await ledger.record([note(1, actor: "alice (1000)")], at: Timestamp(milliseconds: 1))
        try await ledger.pool.write { try $0.execute(sql: "UPDATE change SET \(assignment)") }
        await #expect { _ = try await ledger.changes(after: 0) } throws: { ($0 as? LedgerError)?.code == .damaged }
        try ledger.close()
    }

    @Test(arguments: [1, 2]) func changesOfAReleaseWithoutTransactions_haveNone_andThoseAfterItHave(schema: Int) async throws {
        let path = folder.path + "/ledger.sqlite"
        let fixture = try #require(Bundle.module.path(forResource: "schema-\(schema)", ofType: "sqlite", inDirectory: "Released"))
        try FileManager.default.copyItem(atPath: fixture, toPath: path)
        let ledger = try Ledger(path: path)
        let (oldest, last) = (try await ledger.oldestCursor().sequence, ledger.cursor.sequence)
        try await ledger.record([note(1)], at: Timestamp(milliseconds: 200_000))
        let changes = try await ledger.changes(after: oldest, limit: .max)
        #expect(changes.dropLast().allSatisfy { $0.transaction == nil && $0.change.actor == nil })
        #expect(changes.last?.transaction == last + 1)
        try ledger.close()
    }
}
