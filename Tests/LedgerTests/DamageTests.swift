import Changes
import FoundationEssentials
import GRDB
@testable import Ledger
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

/// Damage is noticed or does no harm; what is noticed is set aside and told, and never ends the process.
@Suite(.timeLimit(.minutes(5))) struct DamageTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/ledger.sqlite" }
    private let now = Timestamp(milliseconds: 1_795_241_640_000)

    private func numbers(_ rating: String, _ count: Int = 30) -> Observation {
        let items = (0..<count).map {
            Observation.Item(id: "10\($0)", document: ["id": .string("10\($0)"), "quality_rating": .string(rating)])
        }
        return Observation(
            target: PollTarget(account: "acme", kind: .phoneNumber), owner: "102", items: items, asked: ["id", "quality_rating"])
    }

    private static func note(_ setAside: SetAside) -> [WatchNote] {
        let watch = PollTarget(account: "acme", kind: .account).watch
        let change = DetectedChange(watch, .baseline, severity: .critical, after: ["state": "starting"], summary: setAside.cause)
        return [WatchNote(watch: watch, document: ["state": "starting"], change: change)]
    }

    /// A ledger with a few pages of every kind; returns everything that is in it.
    private func filled() async throws -> (changes: [RecordedChange], resources: [StoredResource]) {
        let ledger = try Ledger(path: path)
        for turn in 0..<8 { _ = try await ledger.record(numbers(turn % 2 == 0 ? "GREEN" : "RED"), at: now) }
        let long = Observation(
            target: PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "100"), owner: "100",
            items: [.init(id: "100", document: ["about": .string(String(repeating: "long ", count: 3000))])], asked: ["about"])
        _ = try await ledger.record(long, at: now)
        try await ledger.setAnnounced(by: "journal", to: 20)
        _ = try await ledger.forgetChanges(before: Timestamp(milliseconds: now.milliseconds + 1), keepingAtLeast: 100)
        let all = try await read(ledger)
        try ledger.close()
        return all
    }

    private func read(_ ledger: Ledger) async throws -> (changes: [RecordedChange], resources: [StoredResource]) {
        let oldest = try await ledger.oldestCursor().sequence
        return (try await ledger.changes(after: oldest, limit: .max), try await ledger.resources().resources)
    }

    private func aside() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".damaged-") }.sorted()
    }

    @Test func textFile_inItsPlace_isSetAside_andTheFirstChangeSaysSo() async throws {
        let text = Data(
            "this is a text, not a database, and it is long enough to be read as a header of one hundred bytes, at least so".utf8)
        try text.write(to: URL(filePath: path))
        let (ledger, setAside) = try Ledger.open(path: path, at: now, telling: Self.note)
        #expect(setAside?.path == path + ".damaged-20261121T061400Z")
        #expect(try Data(contentsOf: URL(filePath: setAside?.path ?? "")) == text)
        let first = try #require(try await ledger.changes(after: 0).first)
        #expect(first.sequence == 1)
        #expect(first.change.severity == .critical)
        #expect(first.change.resource.kind == .watch)
        #expect(ledger.cursor.sequence == 1, "who waits behind zero is not left waiting")
        try ledger.close()
        let (again, none) = try Ledger.open(path: path, at: now, telling: Self.note)
        #expect(none == nil)
        #expect(again.cursor.sequence == 1)
        try again.close()
    }

    @Test func cursor_ofALedgerThatWasSetAside_isForeign() async throws {
        _ = try await filled()
        let old = try Ledger(path: path)
        let cursor = old.cursor
        old.abandon()
        try reset(try Data(contentsOf: URL(filePath: path)).prefix(8192))
        let (ledger, setAside) = try Ledger.open(path: path, at: now, telling: Self.note)
        #expect(setAside != nil)
        #expect(try await !ledger.canResume(cursor))
        try ledger.close()
    }

    @Test(arguments: ["9", "kind payment_configuration"]) func laterSchema_isRefused_andLeftAlone(schema: String) async throws {
        _ = try await filled()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: [schema]) }
        try queue.close()
        #expect { try Ledger.open(path: path, at: now, telling: Self.note) } throws: {
            ($0 as? LedgerError)?.code == .newerSchema && "\($0)".contains("was written by a later version")
        }
        #expect(try aside() == [])
    }

    /// A release that knows a kind more writes ledgers that this one refuses, and reads this one's.
    @Test func kindOfALaterRelease_isALaterSchema() async throws {
        _ = try await filled()
        let later = Schema.migrator(kinds: Kind.allCases.map(\.rawValue) + ["payment_configuration"])
        #expect(later.migrations == Schema.migrator.migrations + ["kind payment_configuration"])
        let queue = try DatabaseQueue(path: path)
        #expect(try await queue.read { try !later.hasBeenSuperseded($0) })
        try later.migrate(queue)
        try queue.close()
        #expect { try Ledger.open(path: path, at: now, telling: Self.note) } throws: { ($0 as? LedgerError)?.code == .newerSchema }
        #expect(try aside() == [])
    }

    /// Every kind that the first releases did not know is a schema of its own.
    @Test func listOfKinds_isTheSchemas() {
        #expect(Schema.migrator.migrations.count { $0.hasPrefix("kind ") } == Kind.allCases.count - 10)
    }

    /// Truncated anywhere, the file is refused or, where only free space is gone, whole.
    @Test func truncatedFile_isSetAside() async throws {
        let whole = try await filled()
        let bytes = try Data(contentsOf: URL(filePath: path))
        var count = 0
        for length in stride(from: 0, to: bytes.count, by: 2048) + [1, 99, 100, bytes.count - 1] {
            try reset(bytes.prefix(length))
            let (ledger, setAside) = try Ledger.open(path: path, at: now, telling: Self.note)
            // No bytes at all are an empty file, a ledger that was not begun; SQLite takes a single byte for the same.
            if setAside == nil, length > 1 {
                do {
                    let all = try await read(ledger)
                    #expect(all.changes == whole.changes && all.resources == whole.resources, "\(length)")
                } catch let error as LedgerError { #expect(error.code == .damaged || error.code == .historyLost, "\(error)") }
            }
            ledger.abandon()
            count += 1
        }
        print("truncated at \(count) lengths")
    }

    /// A log that was cut off or flipped loses the commits behind that place, never one before it, and stays a ledger.
    @Test func truncatedOrFlippedLog_endsAtACommit() async throws {
        let ledger = try Ledger(path: path)
        for turn in 0..<8 { _ = try await ledger.record(numbers(turn % 2 == 0 ? "GREEN" : "RED"), at: now) }
        let whole = try await read(ledger).changes
        let (file, log) = (try Data(contentsOf: URL(filePath: path)), try Data(contentsOf: URL(filePath: path + "-wal")))
        ledger.abandon()
        var random = SeededGenerator(state: 5)
        var (count, shorter) = (0, 0)
        for turn in 0..<120 {
            var broken = log
            let place = Int(random.next() % UInt64(log.count))
            if turn % 2 == 0 { broken = broken.prefix(place) } else { broken[place] ^= 1 << UInt8(random.next() % 8) }
            try reset(file, log: broken)
            let (ledger, setAside) = try Ledger.open(path: path, at: now, telling: Self.note)
            if setAside == nil {
                try await ledger.verify()
                let changes = try await read(ledger).changes
                #expect(whole.starts(with: changes))
                if changes.count < whole.count { shorter += 1 }
            }
            try ledger.close()
            count += 1
        }
        #expect(shorter > 10)
        print("broke the log \(count) times; \(shorter) times commits at its end were lost")
    }

    /// One bit at a time, in every page, most in its first bytes, where its structure is.
    @Test func flippedBit_inAnyPage_isNoticedOrDoesNoHarm() async throws {
        let whole = try await filled()
        let bytes = try Data(contentsOf: URL(filePath: path))
        var random = SeededGenerator(state: 7)
        var (count, atOpen, later, harmless) = (0, 0, 0, 0)
        for page in 0..<(bytes.count / 4096) {
            for turn in 0..<12 {
                var broken = bytes
                let place = page * 4096 + Int(random.next() % (turn < 5 ? 64 : 4096))
                broken[place] ^= 1 << UInt8(random.next() % 8)
                try reset(broken)
                count += 1
                do throws(LedgerError) {
                    let (ledger, setAside) = try Ledger.open(path: path, at: now, telling: Self.note)
                    if setAside != nil { atOpen += 1 }
                    if setAside == nil, try await harm(ledger, whole) { later += 1 } else if setAside == nil { harmless += 1 }
                    ledger.abandon()
                } catch {
                    // The number of the schema, or of the file's format, says that a later version wrote it.
                    #expect(error.code == .newerSchema || error.code == .full || error.code == .failed, "\(place): \(error)")
                    atOpen += 1
                }
            }
        }
        print("flipped \(count) bits in \(bytes.count / 4096) pages: \(atOpen) noticed at open, \(later) later, \(harmless) harmless")
        #expect(atOpen > 0 && later > 0)
    }

    /// Whether reading, polling or the check of the whole file notices damage. What is not noticed must be as it was.
    private func harm(_ ledger: Ledger, _ whole: (changes: [RecordedChange], resources: [StoredResource])) async throws(LedgerError) -> Bool
    {
        do {
            _ = try await ledger.record(numbers("RED"), at: now)
            try await ledger.verify()
            let all = try await read(ledger)
            let same = all.changes == whole.changes && all.resources.map(\.document) == whole.resources.map(\.document)
            let pairs = zip(all.changes, whole.changes).first { $0 != $1 }
            if !same {
                Issue.record(
                    "damage was read as if it were true: \(all.changes.count) of \(whole.changes.count) changes, \(String(describing: pairs))"
                )
            }
            return false
        } catch let error as LedgerError {
            if error.code == .damaged {
                #expect(ledger.trouble?.code == .damaged)
            } else {
                #expect(error.code == .historyLost || error.code == .failed, "\(error)")
            }
            return true
        } catch { throw LedgerError(.failed, path: path, cause: "\(error)") }
    }

    private func reset(_ file: Data, log: Data? = nil) throws(LedgerError) {
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                try FileManager.default.removeItem(atPath: folder.path + "/" + name)
            }
            try file.write(to: URL(filePath: path))
            try log?.write(to: URL(filePath: path + "-wal"))
        } catch { throw LedgerError(.failed, path: path, cause: "\(error)") }
    }
}
