import GRDB
import Synchronization

/// What is to be written, in the order in which it came: everything that arrives while one transaction is on its way to the disk shares the next.
final class Commits: Sendable {
    struct Entry: Sendable {
        /// Does one caller's work inside a transaction, perhaps a second time in another, and returns what tells the caller that it is on disk.
        var work: @Sendable (Database) throws -> @Sendable () -> Void
        /// Tells the caller that nothing was written.
        var failed: @Sendable (LedgerError) -> Void
    }

    private let waiting = Mutex<[Entry]>([])
    /// How many callers' work was done so far, committed or not.
    let done = Atomic(0)
    /// Called after every transaction, before its callers hear of it: the last change there is now, or why it failed.
    private let ended: @Sendable (Result<Int64, LedgerError>) -> Void
    private let path: String

    init(path: String, ended: @escaping @Sendable (Result<Int64, LedgerError>) -> Void) {
        self.path = path
        self.ended = ended
    }

    func add(_ entry: Entry) { waiting.withLock { $0.append(entry) } }

    /// Commits everything that waits. Called on the writing connection once for every entry; most calls find that an earlier one took theirs along.
    func run(_ database: Database) {
        let entries = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        guard !entries.isEmpty else { return }
        do {
            try commit(entries, in: database)
        } catch {
            guard entries.count > 1 else { return fail(entries[0], error) }
            // One may have failed for all: each for itself.
            for entry in entries { do { try commit([entry], in: database) } catch { fail(entry, error) } }
        }
    }

    /// Nothing of what waits can be written.
    func refuse(_ error: any Error) {
        let entries = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for entry in entries { fail(entry, error) }
    }

    private func fail(_ entry: Entry, _ error: any Error) {
        let error = LedgerError(error, path: path)
        ended(.failure(error))
        entry.failed(error)
    }

    private func commit(_ entries: [Entry], in database: Database) throws {
        var callers: [@Sendable () -> Void] = []
        let last = try database.transaction {
            for entry in entries {
                callers.append(try entry.work(database))
                done.add(1, ordering: .relaxed)
            }
            return try Ledger.last(database)
        }
        ended(.success(last))
        for caller in callers { caller() }
    }
}
