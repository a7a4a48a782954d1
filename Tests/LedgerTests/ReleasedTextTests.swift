import Foundation
import GRDB
@testable import Ledger
import Testing

/// What a release wrote into `sqlite_schema` stays there: a ledger that was made with it must be the same, letter by letter, as one that is made now. So the
/// text of a released migration never changes, comments included. `Released/migration-N.sql` holds each as it was released.
@Suite struct ReleasedTextTests {
    /// The schema of the newest release and all before it.
    static let released = ["1", "2", "3", "4", "5", "6", "7", "8"]

    /// The statements that a migration runs, each followed by a line of its own. What SQLite itself or GRDB runs besides is none of them.
    private static func text(of migration: String) throws -> String {
        let statements = Statements()
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            database.trace { event in
                if case .statement(let statement) = event { statements.add(statement.sql) }
            }
        }
        let queue = try DatabaseQueue(configuration: configuration)
        let migrations = Schema.migrator.migrations
        if let index = migrations.firstIndex(of: migration), index > 0 { try Schema.migrator.migrate(queue, upTo: migrations[index - 1]) }
        statements.removeAll()
        try Schema.migrator.migrate(queue, upTo: migration)
        try queue.close()
        return statements.all.filter { sql in
            !["grdb_migrations", "PRAGMA", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"].contains { sql.prefix(60).contains($0) }
        }.map { $0 + "\n;;\n" }.joined()
    }

    /// What was run, in its order.
    private final class Statements: @unchecked Sendable {
        private let lock = NSLock()
        private var texts: [String] = []
        var all: [String] { lock.withLock { texts } }
        func add(_ text: String) { lock.withLock { texts.append(text) } }
        func removeAll() { lock.withLock { texts = [] } }
    }

    @Test(arguments: released) func releasedMigration_isTheTextThatWasReleased(migration: String) throws {
        let path = try #require(Bundle.module.path(forResource: "migration-\(migration)", ofType: "sql", inDirectory: "Released"))
        let fixture = try String(contentsOfFile: path, encoding: .utf8)
        let text = try Self.text(of: migration)
        if text != fixture {
            // The first place where they differ, as a person finds it.
            let (now, then) = (text.split(separator: "\n"), fixture.split(separator: "\n"))
            let line = zip(now, then).enumerated().first { $0.element.0 != $0.element.1 }
            Issue.record("migration \(migration) was released as «\(line?.element.1 ?? "other lines")» and is «\(line?.element.0 ?? "")»")
        }
    }

    @Test func everyMigration_isAReleasedOne_orComesBehindThem() throws {
        let migrations = Schema.migrator.migrations
        #expect(Array(migrations.prefix(Self.released.count)) == Self.released)
        #expect(migrations.count <= Self.released.count + 1, "only one is being worked on: those of a release belong into the list")
    }

    /// The tables of a ledger that was made by a release and brought up to date are those of one that is made now.
    @Test(arguments: [1, 2]) func ledgerOfARelease_hasTheTablesOfANewOne(schema: Int) throws {
        func tables(_ path: String) throws -> [String] {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read { database in
                try String.fetchAll(
                    database, sql: "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name")
            }
        }
        let folder = try Folder()
        let fixture = try #require(Bundle.module.path(forResource: "schema-\(schema)", ofType: "sqlite", inDirectory: "Released"))
        try FileManager.default.copyItem(atPath: fixture, toPath: folder.path + "/old.sqlite")
        for name in ["old", "new"] { try Ledger(path: "\(folder.path)/\(name).sqlite").close() }
        let (old, new) = (try tables(folder.path + "/old.sqlite"), try tables(folder.path + "/new.sqlite"))
        #expect(old == new)
        #expect(new.contains { $0.hasPrefix("table change: ") } && new.count > 10)
    }
}
