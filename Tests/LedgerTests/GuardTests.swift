import Changes
import FoundationEssentials
import Glibc
import GRDB
@testable import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

/// Who may read a ledger's files, and what a file from elsewhere may make SQLite do.
@Suite(.serialized) struct GuardTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/ledger.sqlite" }
    private let now = Timestamp(milliseconds: 1_795_241_640_000)

    private func modes() throws -> [String: Int] {
        var modes: [String: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
            modes[name] = attributes[.posixPermissions] as? Int
        }
        return modes
    }

    private func record(_ ledger: Ledger) async throws {
        let watch = PollTarget(account: "acme", kind: .account).watch
        try await ledger.record([WatchNote(watch: watch, document: ["state": "\(ledger.cursor.sequence)"])], at: now)
    }

    @Test(arguments: [0o000, 0o022, 0o077] as [mode_t]) func files_areForTheirUserAlone_whateverTheUmask(mask: mode_t) async throws {
        let before = umask(mask)
        defer { umask(before) }
        let ledger = try Ledger(path: path)
        try await record(ledger)
        let names = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger.sqlite.lock"]
        #expect(try modes() == Dictionary(uniqueKeysWithValues: names.map { ($0, 0o600) }))
        try ledger.close()
    }

    @Test func filesOfAnEarlierRelease_andThoseSetAside_areTakenFromTheOthers() async throws {
        let ledger = try Ledger(path: path)
        try await record(ledger)
        try ledger.close()
        let aside = path + ".damaged-20260101T000000Z"
        for suffix in ["", "-wal"] { try Data("old".utf8).write(to: URL(filePath: aside + suffix)) }
        try Data(
            "no ledger, but long enough to be read as the header of one: a hundred bytes, and some more of them that say nothing at all"
                .utf8
        )
        .write(to: URL(filePath: path))
        try Data("x".utf8).write(to: URL(filePath: folder.path + "/another.txt"))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) { chmod(folder.path + "/" + name, 0o664) }
        let (again, setAside) = try Ledger.open(path: path, at: now) { _ in [] }
        #expect(setAside != nil)
        try await record(again)
        let all = try modes()
        #expect(all.count >= 7 && all["another.txt"] == 0o664)
        #expect(all.allSatisfy { $0.key == "another.txt" || $0.value == 0o600 }, "\(all)")
        try again.close()
    }

    @Test func everyConnection_isDefensive_andTrustsNoSchema() async throws {
        let ledger = try Ledger(path: path)
        let check: @Sendable (Database) throws -> Void = { database in
            #expect(try Int.fetchOne(database, sql: "PRAGMA trusted_schema") == 0)
            // In defensive mode the schema cannot be written to, not even by who asks for it.
            try database.execute(sql: "PRAGMA writable_schema = ON")
            #expect(throws: DatabaseError.self) { try database.execute(sql: "DELETE FROM sqlite_schema WHERE name = 'change'") }
        }
        try await ledger.pool.writeWithoutTransaction(check)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let trusts = try await ledger.pool.read { try Int.fetchOne($0, sql: "PRAGMA trusted_schema") }
                    #expect(trusts == 0)
                }
            }
            try await group.waitForAll()
        }
        try ledger.close()
        let memory = try Ledger(memory: MemoryStore()) { _, work in work(nil) }
        try await memory.pool.writeWithoutTransaction(check)
    }
}
