import Glibc
import GRDB
import GRDBSQLite
import Synchronization

/// Looks after SQLite's log between commits, so that no commit has to: nobody who waits for one waits for this.
///
/// SQLite moves the log's contents to the file inside the commit that makes it long, which is then ten times as slow as another. And a commit that makes the
/// log's file longer has the disk write its length as well: where a file system keeps a journal, that is a second write that waits for the first.
final class WriteAheadLog: Sendable {
    /// The contents are moved to the file once there are so many pages of them, as SQLite does by itself.
    static let longest = 1000
    /// The file is kept longer than its contents by so many pages at the least, and made longer by so many bytes of zeros, which no commit's frame begins with.
    private static let (room, step) = (16, 256 << 10)
    /// A page with what stands before it in the log.
    private static let frame = 4096 + 24

    private let path: String
    private let pages = Atomic(0)

    /// - Parameter ledger: the ledger's path.
    init(ledger: String) { path = ledger + "-wal" }

    /// Has SQLite tell the log's length after every commit, instead of looking after it itself. It must live as long as the connection.
    func attach(to database: Database) {
        // It returns what was told before: nothing that is ours.
        _ = sqlite3_wal_hook(
            database.sqliteConnection,
            { log, _, _, pages in
                if let log { Unmanaged<WriteAheadLog>.fromOpaque(log).takeUnretainedValue().pages.store(Int(pages), ordering: .relaxed) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Called on the writing connection when a commit's callers know of it. What fails here is tried again after the next.
    func tend(_ database: Database) {
        let pages = pages.load(ordering: .relaxed)
        if pages >= Self.longest {
            // Readers may hold some of it back. An error is the next commit's to meet, as it is where SQLite does this by itself.
            _ = sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        } else if pages > 0 {
            makeRoom(behind: pages)
        }
    }

    private func makeRoom(behind pages: Int) {
        var status = stat()
        let wanted = min((pages + Self.room) * Self.frame, Ledger.longestLog)
        guard stat(path, &status) == 0, status.st_size < wanted else { return }
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        // SQLite's locks are on other files: closing this one drops none.
        defer { close(file) }
        let zeros = [UInt8](repeating: 0, count: min(Self.step, Ledger.longestLog - status.st_size))
        if pwrite(file, zeros, zeros.count, status.st_size) > 0 { _ = fdatasync(file) }
    }
}
