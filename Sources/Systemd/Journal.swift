internal import CSystemd
internal import Glibc

/// journald, spoken to in its own protocol through libsystemd (sd_journal_sendv(3)).
public struct Journal: Sendable {
    /// Where journald listens. libsystemd knows no other place.
    public static let socketPath = "/run/systemd/journal/socket"

    private let socketPath: String

    /// The system's journal.
    public init() { self.init(socketPath: Journal.socketPath) }

    /// A journal whose presence is looked for elsewhere: for tests. What is sent goes to the system's all the same.
    init(socketPath: String) { self.socketPath = socketPath }

    /// Whether journald is there: its socket exists and somebody holds it open.
    public static var isPresent: Bool { Journal().obstacle(timeout: .zero)?.code != .journalAbsent }

    /// Hands an entry over to journald. When it returns, journald's socket has the entry.
    ///
    /// It waits while journald's queue is full. Where another program takes the last place of that queue again and again, that can be longer than
    /// the timeout: call it where nothing else waits.
    /// - Parameter timeout: how long journald may take to read; `nil` for as long as it takes.
    /// - Throws: `journalAbsent` if journald is not there, `journalStalled` if it does not read, `journalRefused` if the entry could not be sent,
    ///   `journalEntryTooLarge`. Nothing of the entry was stored then, and it can be sent again.
    public func send(_ entry: JournalEntry, timeout: Duration? = .milliseconds(500)) throws {
        let size = entry.fields.reduce(0) { $0 + $1.name.utf8.count + 1 + $1.value.count }
        guard size <= JournalEntry.maximumSize, (1...JournalEntry.maximumFieldCount).contains(entry.fields.count) else {
            throw SystemdError(
                .journalEntryTooLarge, "A journal entry of \(entry.fields.count) fields and \(size) bytes is empty or over the limits")
        }
        // libsystemd answers 0, as if all were well, when the socket is not there, and waits for ever when its queue is full.
        if let obstacle = obstacle(timeout: timeout) { throw obstacle }
        let answer = Journal.submit(entry, size: size)
        guard answer >= 0 else { throw SystemdError(.journalRefused, "journald did not take the entry", errorNumber: -answer) }
    }

    /// All fields as `NAME=value` side by side in one allocation, and one vector over it.
    private static func submit(_ entry: JournalEntry, size: Int) -> Int32 {
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { arena in
            withUnsafeTemporaryAllocation(of: iovec.self, capacity: entry.fields.count) { vectors in
                var end = 0
                for (index, field) in entry.fields.enumerated() {
                    let start = end
                    for part in [Array(field.name.utf8), [UInt8(ascii: "=")], field.value] {
                        arena[end..<(end + part.count)].copyBytes(from: part)
                        end += part.count
                    }
                    vectors.initializeElement(at: index, to: iovec(iov_base: arena.baseAddress.map { $0 + start }, iov_len: end - start))
                }
                return sd_journal_sendv(vectors.baseAddress, Int32(vectors.count))
            }
        }
    }

    /// Why nothing can be sent now, or `nil` if it can. To connect a datagram socket and to ask whether it takes more costs journald nothing.
    private func obstacle(timeout: Duration?) -> SystemdError? {
        func absent(_ number: Int32) -> SystemdError {
            SystemdError(.journalAbsent, "journald does not answer at \(socketPath)", errorNumber: number)
        }
        let probe = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return absent(errno) }
        defer { close(probe) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard socketPath.utf8.count < room.count else { return false }
            room.copyBytes(from: socketPath.utf8)
            return true
        }
        guard fits else { return absent(ENAMETOOLONG) }
        let answer = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard answer == 0 else { return absent(errno) }
        guard let timeout else { return nil }
        var question = pollfd(fd: probe, events: Int16(POLLOUT), revents: 0)
        guard poll(&question, 1, Int32(clamping: timeout.wholeMicroseconds / 1_000)) == 0 else { return nil }
        return SystemdError(.journalStalled, "journald does not read what it is sent")
    }
}
