import Glibc
import Synchronization

/// Holds a ledger for one process: a lock on a file beside it, whose text is the holder's process id. The kernel lets go of it when the process ends, however it ends.
///
/// The ledger's own file cannot carry it: closing any descriptor of that file would drop the locks that SQLite holds on it (fcntl(2)).
final class LedgerLock: Sendable {
    private let descriptor: Mutex<Int32?>

    init(ledger path: String) throws(LedgerError) {
        let file = path + ".lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LedgerError(.failed, path: path, cause: "\(file): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var text = [UInt8](repeating: 0, count: 16)
            let count = pread(descriptor, &text, text.count, 0)
            close(descriptor)
            let holder = Int32(String(decoding: text.prefix(max(count, 0)).prefix { $0 != 0x0A }, as: UTF8.self))
            throw LedgerError(.inUse, path: path, cause: holder.map { "process \($0)" } ?? "another process")
        }
        // That a full disk takes no process id is no reason not to start.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Another may have the ledger now.
    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor {
                // A process that is just being started may hold a copy of the descriptor for a moment; closing ours would leave it the lock.
                flock(open, LOCK_UN)
                close(open)
            }
            descriptor = nil
        }
    }
}
