import Changes
import FoundationEssentials
import GRDB
import Synchronization
public import WhatsAppBusiness

extension Ledger {
    /// Forgets changes observed before a moment, oldest first, a step of at most a thousand.
    ///
    /// What the journal's announcer has not handed over is never forgotten, nor are the newest. It ends at the first change that is not that old.
    /// - Returns: how many were forgotten; zero when there is nothing left to do.
    public func forgetChanges(before moment: Timestamp, keepingAtLeast least: Int) async throws(LedgerError) -> Int {
        let (moment, least) = (moment.milliseconds, Int64(least))
        let isNothing = try await read { try Self.forgettable(before: moment, keepingAtLeast: least, in: $0) == nil }
        if isNothing { return 0 }
        let (forgotten, oldest) = try await write { database -> (Int, Int64?) in
            guard let last = try Self.forgettable(before: moment, keepingAtLeast: least, in: database) else { return (0, nil) }
            try database.execute(sql: "DELETE FROM change WHERE sequence <= ?", arguments: [last])
            let forgotten = database.changesCount
            try Epochs.forget(before: last, database)
            return (forgotten, last)
        }
        if let oldest { epochs.withLock { $0.forget(before: oldest) } }
        return forgotten
    }

    /// Gives pages that are free back to the disk, a megabyte at most: those at the file's end take the places that became free before them.
    /// - Parameter spare: so many free pages are kept for what comes next.
    /// - Returns: whether some were given back.
    public func clearAway(keeping spare: Int = 64) async throws(LedgerError) -> Bool {
        @Sendable func free(_ database: Database) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0 }
        guard try await read(free) > spare else { return false }
        return try await write { database in
            let before = try free(database)
            // It frees one page a step.
            _ = try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(256)")
            return try free(database) < before
        }
    }

    private static let step = 1000

    /// The last change of the next step; `nil` if none may be forgotten.
    private static func forgettable(before moment: Int64, keepingAtLeast least: Int64, in database: Database) throws -> Int64? {
        let announced = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM announcer") ?? 0
        let bound = min(announced, try last(database) - least)
        let rows = try Row.fetchCursor(
            database, sql: "SELECT sequence, observed_at FROM change WHERE sequence <= ? ORDER BY sequence LIMIT ?",
            arguments: [bound, step])
        var found: Int64?
        while let row = try rows.next(), try row.value(1) < moment { found = try row.value(0) }
        return found
    }

    /// Reads the whole file and checks that it is sound, and that every thing is as it was written.
    /// - Throws: `damaged`, with what is wrong first.
    public func verify() async throws(LedgerError) {
        try await read { database in
            let answer = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "no answer"
            guard answer == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: answer) }
            try Self.forEachTarget(in: database) { target in
                _ = try PersistedThings(of: target, PersistedTarget(target, in: database), in: database)
            }
        }
    }
}

/// A ledger that was found damaged and lies aside.
public struct SetAside: Sendable, Equatable {
    /// Where it lies now.
    public var path: String
    /// What was wrong.
    public var cause: String
}

extension Ledger {
    /// Opens the ledger; one that is damaged is set aside under a dated name, and a new one begun.
    /// - Parameters:
    ///   - damage: what a run before this one found out.
    ///   - telling: what the new ledger's first changes are to say.
    public static func open(
        path: String, damage: LedgerError? = nil, at now: Timestamp, telling: (SetAside) -> [WatchNote]
    ) throws(LedgerError) -> (ledger: Ledger, setAside: SetAside?) {
        let lock = try LedgerLock(ledger: path)
        var cause = damage?.cause
        if damage == nil {
            do throws(LedgerError) { return (try Ledger(path: path, lock: lock), nil) } catch {
                guard error.code == .damaged else { throw error }
                cause = error.cause
            }
        }
        let setAside = SetAside(path: try move(path, aside: now), cause: cause ?? "")
        let ledger = try Ledger(path: path, lock: lock)
        do {
            try ledger.pool.write { database in
                var writer = ledger.writer(database, at: now)
                for note in telling(setAside) { try writer.write(note) }
            }
            ledger.tail.move(to: try ledger.pool.read { try last($0) })
        } catch { throw LedgerError(error, path: path) }
        return (ledger, setAside)
    }

    /// Gives the three files of a ledger a name that no other has.
    private static func move(_ path: String, aside now: Timestamp) throws(LedgerError) -> String {
        let files = FileManager.default
        let date = now.description.filter { $0.isNumber || $0 == "T" }.prefix(15)
        var name = "\(path).damaged-\(date)Z"
        var turn = 1
        while files.fileExists(atPath: name) {
            turn += 1
            name = "\(path).damaged-\(date)Z.\(turn)"
        }
        do {
            for suffix in ["-wal", "-shm", ""] where files.fileExists(atPath: path + suffix) {
                try files.moveItem(atPath: path + suffix, toPath: name + suffix)
            }
        } catch { throw LedgerError(.failed, path: path, cause: "it is damaged and could not be set aside: \(error)") }
        return name
    }
}
