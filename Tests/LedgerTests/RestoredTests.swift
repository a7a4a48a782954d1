import Changes
import FoundationEssentials
import GRDB
@testable import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

/// Guarantee 16: a ledger that was put back from a copy never gives a cursor's sequence a second meaning.
@Suite(.timeLimit(.minutes(2))) struct RestoredTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/ledger.sqlite" }
    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    /// Records so many changes and returns the cursors behind them.
    private func fill(_ ledger: Ledger, _ count: Int, _ word: String = "") async throws -> [LedgerCursor] {
        var cursors: [LedgerCursor] = []
        for _ in 0..<count {
            let next = ledger.cursor.sequence + 1
            let watch = PollTarget(account: "acme", kind: .account).watch
            let document: JSONObject = ["state": "\(word)\(next)"]
            let change = DetectedChange(watch, .changed, severity: .notice, after: document, summary: "\(word)\(next)")
            try await ledger.record([WatchNote(watch: watch, document: document, change: change)], at: at(next))
            cursors.append(ledger.cursor)
        }
        return cursors
    }

    /// A copy as `cp` makes it, of the file and of its log, if there is one.
    private func copy(_ source: String, to target: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: target + suffix)
            guard suffix != "-shm", FileManager.default.fileExists(atPath: source + suffix) else { continue }
            try FileManager.default.copyItem(atPath: source + suffix, toPath: target + suffix)
        }
    }

    private func resumable(_ cursors: [LedgerCursor], in ledger: Ledger) async throws -> [Int64] {
        var sequences: [Int64] = []
        for cursor in cursors where try await ledger.canResume(cursor) { sequences.append(cursor.sequence) }
        return sequences
    }

    /// Made while the ledger is at rest or while it is written to, put back, and opened so many times before the first change and after it.
    @Test(arguments: [true, false], [0, 1, 2]) func copy_thatIsPutBack_endsEveryCursorBeyondIt(isLive: Bool, openings: Int) async throws {
        let saved = folder.path + "/saved.sqlite"
        var ledger = try Ledger(path: path)
        var cursors = [ledger.cursor] + (try await fill(ledger, 4))
        if !isLive {
            try ledger.close()
            try copy(path, to: saved)
            ledger = try Ledger(path: path)
        } else {
            try copy(path, to: saved)
        }
        cursors += try await fill(ledger, 3)
        #expect(try await resumable(cursors, in: ledger) == Array(0...7), "without a copy, all of them can")
        try ledger.close()

        try copy(saved, to: path)
        for _ in 0..<openings {
            let opened = try Ledger(path: path)
            #expect(try await resumable(cursors, in: opened) == Array(0...4), "before anything is recorded")
            try opened.close()
        }
        ledger = try Ledger(path: path)
        let restored = try await fill(ledger, 6, "again")
        #expect(try await resumable(cursors, in: ledger) == Array(0...4))
        #expect(try await resumable(restored, in: ledger) == Array(5...10))
        try ledger.close()
        for _ in 0..<openings {
            let opened = try Ledger(path: path)
            #expect(try await resumable(cursors, in: opened) == Array(0...4))
            #expect(try await resumable(restored, in: opened) == Array(5...10))
            try opened.close()
        }
    }

    @Test func twoHosts_withTheSameCopy_doNotTakeEachOthersCursors() async throws {
        let first = try Ledger(path: path)
        let common = try await fill(first, 4)
        try first.close()
        let other = folder.path + "/other.sqlite"
        try copy(path, to: other)
        let (one, two) = (try Ledger(path: path), try Ledger(path: other))
        let (ofOne, ofTwo) = (try await fill(one, 3, "one"), try await fill(two, 3, "two"))
        #expect(one.id == two.id)
        #expect(try await resumable(common + ofOne, in: one) == Array(1...7))
        #expect(try await resumable(common + ofTwo, in: two) == Array(1...7))
        #expect(try await resumable(ofOne, in: two) == [])
        #expect(try await resumable(ofTwo, in: one) == [])
        try one.close()
        try two.close()
    }

    /// What everybody is given as a cursor can be resumed from, and names one change only: changes read, changes handed on, snapshots, the oldest.
    @Test func everyCursorThatIsGivenOut_isThatOfItsChange() async throws {
        var ledger = try Ledger(path: path)
        var all: [LedgerCursor] = []
        for _ in 0..<5 {
            let (handed, hand) = AsyncStream<RecordedChange>.makeStream()
            ledger.follow { changes, _ in for change in changes { hand.yield(change) } }
            all += try await fill(ledger, 3)
            hand.finish()
            var told: [LedgerCursor] = []
            for await change in handed { told.append(LedgerCursor(ledger: ledger.id, epoch: change.epoch, sequence: change.sequence)) }
            #expect(told == all.suffix(3))
            try ledger.close()
            ledger = try Ledger(path: path)
        }
        let read = try await ledger.changes(after: 0).map { LedgerCursor(ledger: ledger.id, epoch: $0.epoch, sequence: $0.sequence) }
        var walk = try await HistoryWalk(over: ledger, HistoryQuery())
        var walked: [LedgerCursor] = []
        while let page = try await walk.next() {
            walked += page.map { LedgerCursor(ledger: ledger.id, epoch: $0.epoch, sequence: $0.sequence) }
        }
        #expect(read == all && walked == all)
        #expect(try await ledger.resources().cursor == all.last && ledger.cursor == all.last)
        #expect(Set(all.map(\.epoch)).count == 5)
        for cursor in all + [try await ledger.oldestCursor()] {
            #expect(LedgerCursor(parsing: cursor.description) == cursor)
            #expect(try await ledger.canResume(cursor))
        }
        try ledger.close()
    }

    /// An opening that records nothing takes no row, and a row goes with the last change of its epoch; the oldest cursor stays one.
    @Test func epochs_takeNoMoreRowsThanThereAreChanges() async throws {
        func rows() throws -> Int { try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM epoch") ?? 0 } }
        var cursors: [LedgerCursor] = []
        for turn in 0..<20 {
            let ledger = try Ledger(path: path)
            if turn % 2 == 0 { cursors += try await fill(ledger, 2) }
            try ledger.close()
        }
        #expect(try rows() == 11, "the beginning, and those with changes")
        let ledger = try Ledger(path: path)
        try await ledger.setAnnounced(by: "journal", to: 20)
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 5) == 15)
        #expect(try await resumable(cursors, in: ledger) == Array(15...20))
        #expect(try await ledger.canResume(ledger.oldestCursor()))
        #expect(try await ledger.forgetChanges(before: at(1000), keepingAtLeast: 0) == 5)
        #expect(try await resumable(cursors, in: ledger) == [20])
        try ledger.close()
        #expect(try rows() == 1)
        let again = try Ledger(path: path)
        #expect(try await resumable(cursors, in: again) == [20])
        #expect(try await again.oldestCursor() == cursors.last)
        try again.close()
    }

    @Test func epochThatIsAnother_isDamage() async throws {
        let ledger = try Ledger(path: path)
        _ = try await fill(ledger, 2)
        try ledger.close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "UPDATE epoch SET first = 2 WHERE first = 1") }
        try queue.close()
        #expect { try Ledger(path: path) } throws: { ($0 as? LedgerError)?.code == .damaged }
    }

    @Test func cursorsText_isStrict() {
        let cursor = LedgerCursor(ledger: "8c1f0a52d3b4e697", epoch: "5d3e9a01b27c", sequence: 42)
        #expect(cursor.description == "8c1f0a52d3b4e697:5d3e9a01b27c:42")
        #expect(LedgerCursor(parsing: cursor.description) == cursor)
        for text in [
            "8c1f0a52d3b4e697::42", "8c1f0a52d3b4e697:5d3e9a01b27:42", "8c1f0a52d3b4e697:5d3e9a01b27x:42", "8c1f0a52d3b4e697:5d3e9a01b27c:",
            "8c1f0a52d3b4e697:5d3e9a01b27c:42:1", "8c1f0a52d3b4e697:5d3e9a01b27c", ":5d3e9a01b27c:42", "8c1f0a52d3b4e697:5d3e9a01b27c:042",
        ] { #expect(LedgerCursor(parsing: text) == nil, "\(text)") }
    }
}
