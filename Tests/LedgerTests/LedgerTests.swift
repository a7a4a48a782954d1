import Changes
import FoundationEssentials
import Glibc
@testable import Ledger
import StrictJSON
import Synchronization
import Testing
import TestTools
import WhatsAppBusiness

/// A folder that is gone when the test is.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path() + "/wabawatch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct LedgerTests {
    private let folder: Folder
    private let numbers = PollTarget(account: "acme", kind: .phoneNumber)

    init() throws { folder = try Folder() }

    private func open() throws -> Ledger { try Ledger(path: folder.path + "/ledger.sqlite") }
    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    private func look(_ ratings: [String: String]) -> Observation {
        let items = ratings.sorted { $0.key < $1.key }.map {
            Observation.Item(
                id: $0.key, document: ["id": .string($0.key), "quality_rating": .string($0.value), "display_phone_number": "+1"])
        }
        return Observation(target: numbers, owner: "102", items: items, asked: ["id", "quality_rating", "display_phone_number"])
    }

    @Test func observation_isRecorded_withItsSnapshot() async throws {
        let ledger = try open()
        #expect(try await ledger.record(look(["1": "GREEN", "2": "GREEN"]), at: at(1)).changes == 1)
        #expect(try await ledger.record(look(["1": "YELLOW", "2": "GREEN"]), at: at(2)).changes == 1)
        let changes = try await ledger.changes(after: 0)
        #expect(changes.map(\.sequence) == [1, 2])
        #expect(changes.map(\.change.operation) == [.baseline, .changed])
        #expect(changes.last?.observedAt == at(2))
        #expect(changes.last?.change.before == ["quality_rating": "GREEN"])
        let (resources, cursor) = try await ledger.resources()
        #expect(resources.map(\.resource.id) == ["1", "2"])
        #expect(resources.first?.document["quality_rating"] == "YELLOW")
        #expect(resources.first?.changedAt == at(2))
        #expect(resources.last?.changedAt == at(1))
        #expect(resources.last?.confirmedAt == at(2))
        #expect(cursor.sequence == 2)
        #expect(ledger.cursor == cursor)
        try ledger.close()
    }

    /// A poll that ends after its number has gone leaves nothing of itself.
    @Test func watch_ofANumberThatIsGone_isNotWritten() async throws {
        let ledger = try open()
        let selection = WatchScope(accounts: ["acme": "102"], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await ledger.keep(selection, at: at(1))
        for (second, ratings) in [["1": "GREEN", "2": "GREEN"], ["2": "GREEN"], ["2": "GREEN"]].enumerated() {
            _ = try await ledger.record(look(ratings), at: at(Int64(second + 2)))
        }
        for number in ["1", "2"] {
            let target = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: number)
            var note = WatchNote(watch: target.watch, document: ["state": "unreachable"])
            note.needs = .number
            try await ledger.record([note], at: at(9))
        }
        #expect(try await ledger.resources(kinds: [.watch]).resources.map(\.resource.phoneNumberID) == ["2"])
        try ledger.close()
    }

    @Test func completeLook_isToBeWrittenDownOnce_unlessThatFailsOrTheUnitGoes() {
        func target(_ number: Int) -> PollTarget { PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "\(number)") }
        var confirmed = PendingConfirmations()
        for number in 1...3 { confirmed.note(target(number), at: at(2)) }
        confirmed.forget { $0 == target(3) }
        let taken = confirmed.unsaved
        #expect(taken == [target(1): at(2), target(2): at(2)])
        confirmed.note(target(2), at: at(4))
        confirmed.saved(taken)
        #expect(confirmed.unsaved == [target(2): at(4)], "what was noted meanwhile")
        confirmed.saved([target(2): at(4)])
        #expect(confirmed.unsaved.isEmpty)
    }

    @Test func timeOfTheLastLook_isTheSame_writtenDownOrNot() async throws {
        let first = try open()
        func times(_ ledger: Ledger) async throws -> [Timestamp] { try await ledger.resources().resources.map(\.confirmedAt) }
        _ = try await first.record(look(["1": "GREEN", "2": "GREEN"]), at: at(1))
        first.confirm(numbers, at: at(5))
        #expect(try await times(first) == [at(5), at(5)])
        try await first.saveConfirmed()
        #expect(first.confirmed.withLock(\.unsaved).isEmpty)
        #expect(try await times(first) == [at(5), at(5)])
        try first.close()
        // What a poll misses was there at the poll before it, and that was before the process began.
        let second = try open()
        _ = try await second.record(look(["1": "GREEN"]), at: at(9))
        #expect(try await times(second) == [at(9), at(5)])
        try second.close()
    }

    @Test func ledger_openedAgain_isTheSame() async throws {
        let first = try open()
        _ = try await first.record(look(["1": "GREEN"]), at: at(1))
        _ = try await first.record(look(["1": "GREEN"]), at: at(9))
        let acme = WatchScope(accounts: ["acme": "102"], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await first.keep(acme, at: at(9))
        let cursor = first.cursor
        try first.close()
        let second = try open()
        #expect(second.cursor == cursor)
        let confirmed = try await second.resources(kinds: [.phoneNumber]).resources.map(\.confirmedAt)
        #expect(confirmed == [at(9)])
        #expect(try await second.record(look(["1": "GREEN"]), at: at(10)).changes == 0)
        #expect(try await second.record(look(["1": "RED"]), at: at(11)).changes == 1)
        #expect(second.cursor.sequence == 2)
        #expect(try await second.accounts() == ["acme": "102"])
        try second.close()
    }

    @Test func ledger_isDurable_beforeItSaysSo() async throws {
        let ledger = try open()
        _ = try await ledger.record(look(["1": "GREEN"]), at: at(1))
        // What another process would find if this one were gone now.
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: ledger.path + suffix, toPath: folder.path + "/copy.sqlite" + suffix)
        }
        let copy = try Ledger(path: folder.path + "/copy.sqlite")
        #expect(copy.cursor == ledger.cursor)
        #expect(try ledger.pragma("synchronous") == "2")
        #expect(try ledger.pragma("journal_mode") == "wal")
        #expect(try ledger.pragma("auto_vacuum") == "2")
        #expect(try ledger.pragma("journal_size_limit") == "\(Ledger.longestLog)")
        try copy.close()
        try ledger.close()
    }

    @Test func secondLedger_onOneFile_isRefusedWithTheHoldersProcess() throws {
        let ledger = try open()
        #expect {
            try open()
        } throws: {
            "\($0)".hasSuffix("is in use by process \(getpid()); only one daemon may have it")
        }
        try ledger.close()
        try open().close()
    }

    @Test func looksThatArriveTogether_areAllRecorded() async throws {
        let ledger = try open()
        let targets = (0..<40).map { PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "\($0)") }
        let second = at(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for target in targets {
                group.addTask {
                    let item = Observation.Item(id: target.phoneNumberID ?? "", document: ["about": "Hi"])
                    let recording = try await ledger.record(
                        Observation(target: target, owner: item.id, items: [item], asked: ["about"]), at: second)
                    #expect(recording.changes == 1)
                    // Nothing is said before it is durable: what was recorded is there to be read.
                    #expect(try await ledger.resources(ids: [item.id]).resources.count == 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await ledger.changes(after: 0).map(\.sequence) == Array(1...40))
        try ledger.close()
    }

    @Test func recording_thatFails_leavesNothing() async throws {
        let ledger = try open()
        _ = try await ledger.record(look(["1": "GREEN"]), at: at(1))
        let before = try await ledger.resources()
        let (observation, second) = (look(["1": "RED"]), at(2))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await ledger.record(observation, at: second) }
            group.cancelAll()
        }
        let after = try await ledger.resources()
        // Cancelled in time or not: the snapshot and the changes belong together.
        #expect((after.resources == before.resources) == (after.cursor == before.cursor))
        try ledger.close()
    }

    @Test func number_thatIsRemoved_takesItsOwnThingsAlong() async throws {
        let ledger = try open()
        let profile = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "2")
        _ = try await ledger.record(look(["1": "GREEN", "2": "GREEN"]), at: at(1))
        _ = try await ledger.record(
            Observation(target: profile, owner: "2", items: [.init(id: "2", document: ["about": "Hi"])], asked: ["about"]), at: at(2))
        _ = try await ledger.record(look(["1": "GREEN"]), at: at(3))
        #expect(try await ledger.resources().resources.count == 3)
        let missed = try await ledger.resources(ids: ["2"]).resources
        #expect(missed.first { $0.resource.kind == .phoneNumber }?.confirmedAt == at(1), "an answer last showed it then")
        let gone = try await ledger.record(look(["1": "GREEN"]), at: at(4))
        #expect(gone.removed == ["2"])
        #expect(try await ledger.resources().resources.map(\.resource.id) == ["1"])
        #expect(try await ledger.changes(after: 0).map(\.change.operation) == [.baseline, .baseline, .removed])
        try ledger.close()
    }

    @Test(.timeLimit(.minutes(1))) func waiting_endsWithAChange_orWithTheTask() async throws {
        let ledger = try open()
        async let woken: Void = ledger.waitForChange(after: 0)
        _ = try await ledger.record(look(["1": "GREEN"]), at: at(1))
        await woken
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await ledger.waitForChange(after: 1) }
            group.cancelAll()
        }
        try ledger.close()
    }

    @Test func cursor_ofAnotherLedger_orAhead_cannotBeResumed() async throws {
        let ledger = try open()
        _ = try await ledger.record(look(["1": "GREEN"]), at: at(1))
        #expect(try await ledger.canResume(ledger.cursor))
        #expect(try await ledger.canResume(LedgerCursor(ledger: ledger.id, sequence: 0)))
        #expect(try await !ledger.canResume(LedgerCursor(ledger: ledger.id, sequence: 2)))
        #expect(try await !ledger.canResume(LedgerCursor(ledger: "0123456789abcdef", sequence: 0)))
        #expect(LedgerCursor(parsing: ledger.cursor.description) == ledger.cursor)
        for text in ["", "x", "0123456789abcdef", "0123456789abcdef:-1", "0123456789abcdef:01", "0123456789abcdef:1:2"] {
            #expect(LedgerCursor(parsing: text) == nil)
        }
        try ledger.close()
    }

    @Test func file_thatIsNoLedger_isRefusedWithASentence() throws {
        let path = folder.path + "/ledger.sqlite"
        try Data("this is a text, not a database, and it is long enough to be read as a header".utf8).write(to: URL(filePath: path))
        #expect { try Ledger(path: path) } throws: { ($0 as? LedgerError)?.code == .damaged }
    }

    @Test func announcersPlace_isKept() async throws {
        let ledger = try open()
        #expect(try await ledger.announced(by: "journal") == 0)
        try await ledger.setAnnounced(by: "journal", to: 7)
        #expect(try await ledger.announced(by: "journal") == 7)
        try ledger.close()
    }

    /// Guarantee 3: every change after a snapshot's cursor, applied to that snapshot, gives every later snapshot.
    @Test func changes_appliedToAnEarlierSnapshot_giveTheLaterOne() async throws {
        let ledger = try open()
        var random = SeededGenerator(state: 3)
        var snapshots: [(sequence: Int64, documents: [ResourceID: JSONObject])] = []
        for round in 0..<60 {
            let ratings = Dictionary(
                uniqueKeysWithValues: (0..<6).filter { _ in random.next() % 4 > 0 }.map {
                    ("\($0)", ["GREEN", "RED"][Int(random.next() % 2)])
                })
            _ = try await ledger.record(look(ratings), at: at(Int64(round)))
            let (resources, cursor) = try await ledger.resources(kinds: [.phoneNumber])
            snapshots.append((cursor.sequence, Dictionary(uniqueKeysWithValues: resources.map { ($0.resource, $0.document) })))
        }
        for (earlier, later) in zip(snapshots, snapshots.dropFirst(10)) {
            var documents = earlier.documents
            for recorded in try await ledger.changes(after: earlier.sequence, limit: .max) where recorded.sequence <= later.sequence {
                documents[recorded.change.resource] = recorded.change.applied(to: documents[recorded.change.resource])
            }
            #expect(documents == later.documents)
        }
        try ledger.close()
    }
}
