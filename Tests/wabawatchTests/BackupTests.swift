import Foundation
import GRDBSQLite
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// `wabawatch backup`: a copy of a ledger that is being written, and a daemon that goes on from it.
@Suite(.inTurn, .timeLimit(.minutes(3))) struct BackupTests {
    private func backup(_ site: Site, _ arguments: String..., name: String = "copy.sqlite") async throws -> BuiltCommand.Outcome {
        try await BuiltCommand(["backup", "--ledger", site.ledger, "\(site.folder)/\(name)"] + arguments, socket: "/nowhere").run()
    }

    /// What SQLite finds wrong with a file, and the number of its changes.
    private func inspection(_ path: String) -> (faults: String, changes: Int) {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        guard sqlite3_open_v2("file:\(path)?immutable=1", &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil) == SQLITE_OK else {
            return ("cannot be opened", 0)
        }
        func first(_ query: String) -> String {
            var statement: OpaquePointer?
            defer { sqlite3_finalize(statement) }
            guard sqlite3_prepare_v2(connection, query, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW else {
                return "no row"
            }
            return sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? ""
        }
        return (first("PRAGMA integrity_check"), Int(first("SELECT count(*) FROM change")) ?? 0)
    }

    /// A log of another database beside the copy would be taken for the copy's.
    @Test func place_whereAnotherDatabasesLogIs_isRefused_andTheLedgersOwn() async throws {
        try await Site.with { site in
            let daemon = try await site.start()
            for end in ["-wal", "-shm", "-journal"] {
                let log = "\(site.folder)/copy.sqlite\(end)"
                try Data("old".utf8).write(to: URL(fileURLWithPath: log))
                let outcome = try await backup(site, "--force")
                #expect(outcome.code == 1 && outcome.errors.contains("\(log) is there"), "\(outcome)")
                try FileManager.default.removeItem(atPath: log)
            }
            let own = try await BuiltCommand(
                ["backup", "--force", "--ledger", site.ledger, site.ledger + "-wal"], socket: "/nowhere"
            ).run()
            #expect(own.code == 1 && own.errors.contains("belongs to the ledger itself"), "\(own)")
            // One that comes later is none of the copy's either.
            #expect(try await backup(site).code == 0)
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: "\(site.folder)/copy.sqlite"))[18..<20] == Data([1, 1]), "no log is looked for")
            #expect(await daemon.stop() == 0)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "for root alone")) func folderThatOthersMayChange_isRefusedToRoot() async throws {
        try await Site.with { site in
            #expect(try await site.once() == 0)
            let folder = site.folder + "/shared"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            for (owner, mode, isRefused) in [(0, 0o755, false), (0, 0o777, true), (0, 0o1777, false), (1000, 0o755, true)] {
                #expect(chown(folder, uid_t(owner), 0) == 0 && chmod(folder, mode_t(mode)) == 0)
                let outcome = try await backup(site, "--force", name: "shared/copy.sqlite")
                #expect((outcome.code == 1) == isRefused, "\(outcome)")
            }
        }
    }

    @Test func copiesMadeWhileTheDaemonWrites_areWhole_andADaemonGoesOnFromOne() async throws {
        try await Site.with { site in
            var daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            var known = try await subscription.changes(3)
            for round in 0..<5 {
                // The copy is made while changes are recorded, one after another.
                async let outcome = backup(site, name: "copy-\(round).sqlite")
                for turn in 0..<4 {
                    site.setProfile(0, "about", .string("round \(round), turn \(turn)"))
                    known.append(try await subscription.change())
                }
                let copied = try await outcome
                #expect(copied.code == 0 && copied.errors.isEmpty, "\(copied)")
                let copy = "\(site.folder)/copy-\(round).sqlite"
                let (faults, changes) = inspection(copy)
                #expect(faults == "ok" && 3 + 4 * round...7 + 4 * round ~= changes, "\(faults), \(changes)")
                var about = stat()
                #expect(stat(copy, &about) == 0 && about.st_mode & 0o7777 == 0o600)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder).filter { $0.hasPrefix(".copy") }.isEmpty)
            #expect(await daemon.stop() == 0)

            // As the manual says it.
            let copied = inspection("\(site.folder)/copy-2.sqlite").changes
            for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: site.ledger + end) }
            try Data(contentsOf: URL(fileURLWithPath: "\(site.folder)/copy-2.sqlite")).write(to: URL(fileURLWithPath: site.ledger))
            daemon = try await site.start()
            var again = try await site.subscribe(SubscribeParameters(after: known[copied - 1].cursor))
            site.set(1, "quality_rating", "RED")
            let news = try await again.changes(2)
            #expect(news.allSatisfy { $0.operation == .changed }, "\(news)")
            #expect(news.map(\.sequence) == [known[copied - 1].sequence + 1, known[copied - 1].sequence + 2])
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func ledgerOfADaemonThatIsStopped_isCopied() async throws {
        try await Site.with { site in
            #expect(try await site.once() == 0)
            let copied = try await backup(site)
            #expect(copied.code == 0 && inspection(site.folder + "/copy.sqlite") == ("ok", 3), "\(copied)")
        }
    }

    @Test func fileThatIsThere_isReplacedOnlyByForce() async throws {
        try await Site.with { site in
            #expect(try await site.once() == 0)
            let copy = site.folder + "/copy.sqlite"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: copy))
            let refused = try await backup(site)
            #expect(refused.code == 1 && refused.errors.contains("\(copy) is there already; --force replaces it"), "\(refused)")
            #expect(try String(contentsOfFile: copy, encoding: .utf8) == "mine")
            #expect(try await backup(site, "--force").code == 0)
            #expect(inspection(copy).faults == "ok")
            let itself = try await backup(site, "--force", name: "ledger.sqlite")
            #expect(itself.code == 1 && itself.errors.contains("is the ledger itself"))
            let folder = try await backup(site, "--force", name: ".")
            #expect(folder.code == 1 && folder.errors.contains("is not a regular file"), "\(folder)")
        }
    }

    @Test func whatIsNoLedger_isNamed_andLeavesNothing() async throws {
        let folder = try TemporaryFolder()
        func backup(_ ledger: String, to target: String = "copy") async throws -> BuiltCommand.Outcome {
            try await BuiltCommand(["backup", "--ledger", "\(folder.path)/\(ledger)", "\(folder.path)/\(target)"], socket: "/nowhere").run()
        }
        try Data("no ledger, but text that is longer than a page's head; so SQLite reads it and finds no header".utf8)
            .write(to: URL(fileURLWithPath: folder.path + "/text"))
        try Data().write(to: URL(fileURLWithPath: folder.path + "/empty"))
        for (name, sentence) in [
            ("nowhere", "No such file"), ("text", "cannot be read as a ledger"), ("empty", "cannot be read as a ledger"),
        ] {
            let outcome = try await backup(name)
            #expect(outcome.code == 1 && outcome.errors.contains(sentence) && outcome.output.isEmpty, "\(outcome)")
        }
        #expect(try await backup("text", to: "no/folder").errors.contains("cannot write"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["empty", "text"])
    }
}
