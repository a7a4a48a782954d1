import Changes
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Ledger

@Suite struct ChangeTallyTests {
    private let changed = ChangeTally.Class(kind: OpenEnum(.phoneNumber), operation: OpenEnum(.changed))
    private let added = ChangeTally.Class(kind: OpenEnum(.blockedUser), operation: OpenEnum(.added))

    @Test func committedChanges_areCounted_byTheirClass() {
        var tally = ChangeTally()
        for sequence in Int64(1)...3 { tally.wrote(sequence, added) }
        tally.wrote(4, changed)
        #expect(tally.counts.isEmpty)
        tally.committed(after: 0, upTo: 4)
        #expect(tally.counts == [added: 3, changed: 1])
        tally.committed(after: 4, upTo: 4)
        #expect(tally.counts == [added: 3, changed: 1])
    }

    /// A transaction that failed counts nothing; tried again, it writes the same sequences once more.
    @Test func changesThatAreWrittenAgain_areCountedOnce() {
        var tally = ChangeTally()
        for sequence in Int64(1)...5 { tally.wrote(sequence, added) }
        // Two of them again, alone, as something else.
        tally.wrote(1, changed)
        tally.wrote(2, changed)
        tally.committed(after: 0, upTo: 2)
        #expect(tally.counts == [changed: 2])
        // In the midst of a run.
        for sequence in Int64(3)...6 { tally.wrote(sequence, added) }
        tally.wrote(5, changed)
        tally.committed(after: 2, upTo: 5)
        #expect(tally.counts == [changed: 3, added: 2])
    }

    /// What was written behind a commit's end is none of its.
    @Test func changesBehindTheEnd_areNotCounted() {
        var tally = ChangeTally()
        for sequence in Int64(1)...5 { tally.wrote(sequence, added) }
        tally.committed(after: 0, upTo: 3)
        #expect(tally.counts == [added: 3])
        tally.committed(after: 3, upTo: 5)
        #expect(tally.counts == [added: 3])
    }

    @Test func ledger_countsWhatItRecords() async throws {
        let folder = try Folder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        let number = ResourceID(account: "acme", kind: .phoneNumber, id: "1", phoneNumberID: "1")
        let change = DetectedChange(number, .added, severity: .notice, after: ["id": "1"], summary: "a number")
        for _ in 0..<2 {
            let note = WatchNote(watch: number, document: ["id": "1"], change: change)
            try await ledger.record([note], at: Timestamp(milliseconds: 0))
        }
        #expect(ledger.changeCounts.map { "\($0.key.kind.rawValue) \($0.key.operation.rawText) \($0.value)" } == ["phone_number added 1"])
    }
}
