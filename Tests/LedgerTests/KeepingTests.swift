import Changes
import FoundationEssentials
@testable import Ledger
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

/// What is kept, for how long, and how it is walked through.
@Suite struct KeepingTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func open() throws -> Ledger { try Ledger(path: folder.path + "/ledger.sqlite") }
    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    private func profile(_ number: Int, _ about: String, account: String = "acme") -> Observation {
        Observation(
            target: PollTarget(account: account, kind: .businessProfile, phoneNumberID: "\(number)"), owner: "\(number)",
            items: [.init(id: "\(number)", document: ["about": .string(about)])], asked: ["about"])
    }

    private func blocked(_ users: some Sequence<Int>, withDocuments: Bool = false) -> Observation {
        let ids = users.map { $0 < 50 && $0 % 7 == 6 ? "US.\($0)" : "\(491_700_000_000 + $0)" }
        let target = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "106540352242922")
        guard withDocuments else { return Observation(target: target, owner: "106540352242922", ids: IDSet(ids)) }
        let items = ids.map { Observation.Item(id: $0, document: [$0.hasPrefix("US.") ? "user_id" : "wa_id": .string($0)]) }
        return Observation(target: target, owner: "106540352242922", items: items)
    }

    /// So many changes, one a second, of four numbers in turn.
    private func fill(_ ledger: Ledger, _ count: Int) async throws {
        for turn in 1...count { _ = try await ledger.record(profile(turn % 4, "\(turn)"), at: at(Int64(turn))) }
    }

    private func all(_ walk: HistoryWalk) async throws -> [Int64] {
        var walk = walk
        var sequences: [Int64] = []
        while let page = try await walk.next() {
            #expect(page.count <= HistoryWalk.page)
            sequences += page.map(\.sequence)
        }
        return sequences
    }

    @Test func changes_areForgottenByAgeAndCount_neverPastTheAnnouncer() async throws {
        let ledger = try open()
        try await fill(ledger, 100)
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 10) == 0, "the journal has nothing yet")
        try await ledger.setAnnounced(by: "journal", to: 30)
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 10) == 30)
        #expect(try await ledger.oldestCursor().sequence == 30)
        try await ledger.setAnnounced(by: "journal", to: 100)
        #expect(try await ledger.forgetChanges(before: at(51), keepingAtLeast: 10) == 20)
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 10) == 40)
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 10) == 0)
        #expect(try await ledger.changes(after: 90).map(\.sequence) == Array(91...100))
        try ledger.close()
    }

    @Test func cursor_thatIsTooOld_isLost_andSaysSo() async throws {
        let ledger = try open()
        try await fill(ledger, 20)
        try await ledger.setAnnounced(by: "journal", to: 20)
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 5) == 15)
        #expect(try await !ledger.canResume(LedgerCursor(ledger: ledger.id, epoch: ledger.cursor.epoch, sequence: 14)))
        #expect(try await ledger.canResume(LedgerCursor(ledger: ledger.id, epoch: ledger.cursor.epoch, sequence: 15)))
        // A reader that was slow for as long as changes are kept.
        await #expect { try await ledger.changes(after: 14) } throws: { ($0 as? LedgerError)?.code == .historyLost }
        // Nothing at all is left, and the count goes on.
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 0) == 5)
        #expect(try await ledger.oldestCursor() == ledger.cursor)
        await #expect { try await ledger.changes(after: 19) } throws: { ($0 as? LedgerError)?.code == .historyLost }
        #expect(try await ledger.changes(after: 20) == [])
        try ledger.close()
        let again = try open()
        _ = try await again.record(profile(1, "new"), at: at(2000))
        #expect(try await again.changes(after: 20).map(\.sequence) == [21])
        try again.close()
    }

    @Test func file_shrinks_whenChangesAreForgotten_andItsLogIsBounded() async throws {
        let ledger = try open()
        let long = String(repeating: "x", count: 10_000)
        for turn in 1...600 { _ = try await ledger.record(profile(turn % 4, "\(turn)" + long), at: at(Int64(turn))) }
        try await ledger.setAnnounced(by: "journal", to: 600)
        func size(_ suffix: String) throws -> Int {
            try FileManager.default.attributesOfItem(atPath: ledger.path + suffix)[.size] as? Int ?? 0
        }
        #expect(try size("-wal") <= Ledger.longestLog + (1 << 20))
        // What stays stands at the file's end and is moved.
        while try await ledger.forgetChanges(before: at(2000), keepingAtLeast: 20) > 0 {}
        while try await ledger.clearAway() {}
        try ledger.close()
        #expect(try size("") < 2 << 20, "it was over 12 MB")
    }

    @Test func history_isTheSame_byIndexAndByStretch_fromBothEnds() async throws {
        let ledger = try open()
        try await fill(ledger, 600)
        _ = try await ledger.record(profile(9, "x", account: "other"), at: at(601))
        var query = HistoryQuery()
        #expect(try await all(HistoryWalk(over: ledger, query)) == Array(1...601))
        query.newestFirst = true
        #expect(try await all(HistoryWalk(over: ledger, query)) == Array((1...601).reversed()))
        query.after = 100
        (query.since, query.until) = (at(50), at(200))
        #expect(try await all(HistoryWalk(over: ledger, query)) == Array((101...200).reversed()))
        (query.newestFirst, query.ids) = (false, ["3"])
        #expect(try await all(HistoryWalk(over: ledger, query)) == (101...200).filter { $0 % 4 == 3 })
        query = HistoryQuery()
        query.accounts = ["other"]
        #expect(try await all(HistoryWalk(over: ledger, query)) == [601])
        query.accounts = nil
        query.phoneNumberIDs = ["1", "2"]
        query.operations = [.baseline]
        #expect(try await all(HistoryWalk(over: ledger, query)) == [1, 2])
        query.kinds = []
        #expect(try await all(HistoryWalk(over: ledger, query)) == [])
        query = HistoryQuery()
        query.minimumSeverity = .warning
        #expect(try await all(HistoryWalk(over: ledger, query)) == [])
        query.minimumSeverity = .notice
        #expect(try await all(HistoryWalk(over: ledger, query)) == (1...601).filter { $0 > 4 && $0 < 601 })
        query = HistoryQuery()
        query.after = 601
        #expect(try await all(HistoryWalk(over: ledger, query)) == [])
        try ledger.close()
    }

    /// Bare ids are compared row by row; things with documents are built and compared whole, and their digest is that of the ids.
    @Test func list_ofBareIDs_givesTheChangesOfTheSameListWithDocuments() async throws {
        let sieved = try open()
        let whole = try Ledger(path: folder.path + "/whole.sqlite")
        var random = SeededGenerator(state: 11)
        for round in 0..<40 {
            let users = (0..<50).filter { _ in random.next() % 8 > 0 }.shuffled(using: &random)
            let first = try await sieved.record(blocked(users), at: at(Int64(round)))
            let second = try await whole.record(blocked(users, withDocuments: round % 5 < 4), at: at(Int64(round)))
            #expect(first == second)
        }
        let (left, right) = (try await sieved.changes(after: 0, limit: .max), try await whole.changes(after: 0, limit: .max))
        #expect(left.map(\.change) == right.map(\.change))
        #expect(left.count > 40)
        #expect(try await sieved.resources().resources == whole.resources().resources)
        try await sieved.verify()
        try sieved.close()
        try whole.close()
    }

    @Test func blockedUsers_takeFewBytesEach_andComeBackWhole() async throws {
        let ledger = try open()
        let observation = blocked(0..<64_000)
        #expect(try await ledger.record(observation, at: at(1)).changes == 1)
        let pages = try Int(ledger.pragma("page_count") ?? "") ?? 0
        let bytes = Double(pages * 4096) / 64_000
        print(
            "a blocked user takes \((bytes * 10).rounded() / 10) bytes, 20 numbers with 64,000 each \(Int(bytes * 64_000 * 20) >> 20) MiB")
        #expect(bytes < 40)
        #expect(try await ledger.record(observation, at: at(2)).changes == 0)
        #expect(try await ledger.record(blocked((1...64_000).reversed()), at: at(3)).changes == 1)
        var walk = try await ResourceWalk(over: ledger, ResourceQuery(kinds: [.blockedUser]))
        var (count, last) = (0, "")
        while let page = try await walk.next() {
            #expect(page.count <= ResourceWalk.longestPage)
            for stored in page {
                #expect(stored.resource.id > last)
                last = stored.resource.id
            }
            count += page.count
            #expect(page[0].document == ["wa_id": .string(page[0].resource.id)])
        }
        #expect(count == 64_001, "the one that was missed once is still there")
        try ledger.close()
    }

    /// A snapshot that is walked through while things change: applying every change after its cursor once more leads to the later snapshot.
    @Test func snapshot_thatChangesUnderItsWalk_isMadeTrueByTheChangesAfterItsCursor() async throws {
        let ledger = try open()
        _ = try await ledger.record(blocked(0..<5000), at: at(1))
        for number in 0..<3 { _ = try await ledger.record(profile(number, "old"), at: at(2)) }
        var walk = try await ResourceWalk(over: ledger, ResourceQuery())
        var documents: [ResourceID: JSONObject] = [:]
        var turn = 0
        while let page = try await walk.next() {
            for stored in page { documents[stored.resource] = stored.document }
            turn += 1
            let users = (0..<(5000 + turn * 100)).filter { $0 % 977 != 0 || $0 > turn * 1000 }
            _ = try await ledger.record(blocked(users), at: at(Int64(10 + turn)))
            _ = try await ledger.record(profile(turn % 3, "\(turn)"), at: at(Int64(10 + turn)))
        }
        #expect(turn > 4)
        for recorded in try await ledger.changes(after: walk.cursor.sequence, limit: .max) {
            documents[recorded.change.resource] = recorded.change.applied(to: documents[recorded.change.resource])
        }
        let later = try await ledger.resources().resources
        #expect(documents == Dictionary(uniqueKeysWithValues: later.map { ($0.resource, $0.document) }))
        try ledger.close()
    }

    @Test func emptyAndOddDocuments_comeBackAsTheyWere() async throws {
        let ledger = try open()
        let documents: [String: JSONObject] = [
            "1": [:], "2": ["wa_id": "2"], "3": ["user_id": "3"], "4": ["id": "4"], "5": ["wa_id": "other"], "6": ["id": 6],
            "7": ["x": "7"], "": ["x": "none"], "\u{0}": ["wa_id": "\u{0}"], "8": ["wa_id": "8\u{0}"],
        ]
        let items = documents.sorted { $0.key < $1.key }.map { Observation.Item(id: $0.key, document: $0.value) }
        let target = PollTarget(account: "acme", kind: .qrCode, phoneNumberID: "9")
        _ = try await ledger.record(Observation(target: target, owner: "9", items: items, asked: ["id"]), at: at(1))
        let stored = try await ledger.resources().resources
        #expect(Dictionary(uniqueKeysWithValues: stored.map { ($0.resource.id, $0.document) }) == documents)
        #expect(try await ledger.record(Observation(target: target, owner: "9", items: items, asked: ["id"]), at: at(2)).changes == 0)
        try ledger.close()
    }
}
