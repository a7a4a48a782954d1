import GRDBSQLite
import Glibc

/// Copies a ledger while a daemon may be writing it: SQLite's online backup, in one step, of what was committed when that began
/// (https://sqlite.org/backup.html). The copy is complete at its place, or not there.
struct LedgerCopy {
    /// The ledger's file.
    let ledger: String
    /// Where the copy goes.
    let target: String
    /// Whether it may take the place of a file that is there.
    let replaces: Bool

    /// A ledger that is being opened by its daemon is waited for so long, in milliseconds.
    private static let longestWait: Int32 = 5000

    /// Makes the copy; only its owner may read it.
    /// - Returns: its size in bytes.
    func make() throws(Failure) -> Int {
        try check()
        let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
        let other = "\(folder).\(target.dropFirst(folder.utf8.count)).new"
        unlink(other)
        let descriptor = open(other, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed("cannot write \(target)", errno) }
        close(descriptor)
        defer { for end in ["", "-journal", "-wal", "-shm"] { unlink(other + end) } }
        try copy(to: other)
        var about = stat()
        guard stat(other, &about) == 0 else { throw failed("cannot write \(target)", errno) }
        try put(other, in: folder)
        return Int(about.st_size)
    }

    private func check() throws(Failure) {
        var source = stat()
        guard stat(ledger, &source) == 0, access(ledger, R_OK) == 0 else {
            let help = errno == ENOENT ? "; --ledger PATH names another" : "; run this as root"
            throw Failure(failed("cannot read the ledger \(ledger)", errno).description + help)
        }
        try checkFolder()
        if Self.companions.contains(where: { target == ledger + $0 }) { throw Failure("\(target) belongs to the ledger itself") }
        try checkTarget(source)
        for other in Self.companions.map({ target + $0 }) {
            var companion = stat()
            guard lstat(other, &companion) != 0 else {
                throw Failure("\(other) is there, of another database at this place, and would be taken for the copy's: move it away")
            }
        }
    }

    private func checkTarget(_ source: stat) throws(Failure) {
        var present = stat()
        guard lstat(target, &present) == 0 else { return }
        guard replaces else { throw Failure("\(target) is there already; --force replaces it") }
        guard present.st_mode & S_IFMT == S_IFREG else { throw Failure("\(target) is there already and is not a regular file") }
        guard present.st_dev != source.st_dev || present.st_ino != source.st_ino else { throw Failure("\(target) is the ledger itself") }
    }

    /// What SQLite keeps beside a database, and what the daemon does.
    private static let companions = ["-wal", "-shm", "-journal", ".lock"]

    /// Root writes no copy where somebody else could put another file in its place while it is written.
    private func checkFolder() throws(Failure) {
        guard geteuid() == 0 else { return }
        let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        var about = stat()
        guard stat(folder, &about) == 0 else { throw failed("cannot write \(target)", errno) }
        let isShared = about.st_mode & 0o022 != 0 && about.st_mode & S_ISVTX == 0
        guard about.st_uid == 0, !isShared else {
            throw Failure("\(folder) can be changed by others, who could get at the copy: choose a folder of root's")
        }
    }

    private func copy(to other: String) throws(Failure) {
        var (source, copy): (OpaquePointer?, OpaquePointer?)
        defer {
            sqlite3_close(source)
            sqlite3_close(copy)
        }
        guard sqlite3_open_v2(ledger, &source, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
            throw Self.failed(source, "cannot read \(ledger)")
        }
        sqlite3_busy_timeout(source, Self.longestWait)
        guard sqlite3_exec(source, "SELECT id FROM ledger", nil, nil, nil) == SQLITE_OK else {
            throw Self.failed(source, "\(ledger) cannot be read as a ledger")
        }
        guard sqlite3_open_v2(other, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, nil) == SQLITE_OK else {
            throw Self.failed(copy, "cannot write \(target)")
        }
        guard let backup = sqlite3_backup_init(copy, "main", source, "main") else { throw Self.failed(copy, "cannot write \(target)") }
        let step = sqlite3_backup_step(backup, -1)
        let end = sqlite3_backup_finish(backup)
        guard step == SQLITE_DONE, end == SQLITE_OK else {
            throw Failure("cannot copy \(ledger) to \(target): \(String(cString: sqlite3_errstr(step == SQLITE_DONE ? end : step)))")
        }
        // A copy that is read later beside a log that is not its own must not take that for its own. The daemon changes it back.
        guard sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", nil, nil, nil) == SQLITE_OK else {
            throw Self.failed(copy, "cannot write \(target)")
        }
    }

    private func put(_ other: String, in folder: String) throws(Failure) {
        // A link is refused where something has come into the place meanwhile.
        guard (replaces ? rename(other, target) : link(other, target)) == 0 else {
            if errno == EEXIST { throw Failure("\(target) is there already; --force replaces it") }
            throw failed("cannot write \(target)", errno)
        }
        let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failed("cannot write \(target)", errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failed("cannot write \(target)", errno) }
    }

    private func failed(_ sentence: String, _ number: Int32) -> Failure { Failure("\(sentence): \(String(cString: strerror(number)))") }

    private static func failed(_ connection: OpaquePointer?, _ sentence: String) -> Failure {
        Failure("\(sentence): \(String(cString: sqlite3_errmsg(connection)))")
    }
}
