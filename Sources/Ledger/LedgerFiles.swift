import FoundationEssentials
import Glibc

/// The files of a ledger: what they hold is for the daemon's user alone, whatever the umask was.
enum LedgerFiles {
    /// Who may read and write them.
    private static let mode: mode_t = 0o600

    /// Makes the ledger's file where there is none, and takes everybody else's rights to it, to the files beside it and to those that were set aside. The
    /// files that SQLite makes beside the ledger get its mode.
    ///
    /// Called before the ledger is opened: closing a descriptor of its file would drop SQLite's locks on it. What belongs to somebody else stays as it is;
    /// that a file cannot be made, opening the ledger says.
    static func keepPrivate(_ path: String) {
        let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if made >= 0 {
            _ = fchmod(made, mode)
            close(made)
        }
        for file in [path, path + "-wal", path + "-shm", path + "-journal", path + ".lock"] + setAside(path) { restrict(file) }
    }

    private static func restrict(_ file: String) {
        var status = stat()
        guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 else { return }
        _ = chmod(file, mode)
    }

    private static func setAside(_ path: String) -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder)) ?? []
        let prefix = "\(parts.last ?? "").damaged-"
        return names.filter { $0.hasPrefix(prefix) }.map { folder.isEmpty && !path.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
    }
}
