import Dispatch
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// Holds up threads until it is opened.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func pass() {
        semaphore.wait()
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}

/// Another process that holds the write lock of an SQLite file.
struct LockHolder {
    private let program: Program

    init(_ path: String) async throws {
        let notify = try NotifySocket(path + ".held")
        let script = """
            import signal, socket, sqlite3, sys
            held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
            held.execute("BEGIN IMMEDIATE")
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"HELD=1", sys.argv[2])
            signal.pause()
            """
        let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"] ?? "python3"
        program = try Program.spawn([python, "-c", script, path, notify.path], environment: [:], log: "/dev/null")
        try await notify.wait(for: "HELD=1")
    }

    func letGo() async {
        program.signal(SIGKILL)
        _ = await program.wait()
    }
}

extension NotifySocket {
    /// Reads and forgets what the daemon says until the source is cancelled, as a manager does: a daemon that is not listened to waits.
    func drained() -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "notify"))
        source.setEventHandler { [self] in
            var buffer = [UInt8](repeating: 0, count: 8192)
            while recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
        }
        source.activate()
        return source
    }

    /// Whether nothing of that line comes for so long, after what was said until now.
    func isSilent(about line: String, for span: Duration, ignoringFirst: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            Program.onQueue { [self] in
                _ = hear(line, until: .now + ignoringFirst)
                continuation.resume(returning: !hear(line, until: .now + span))
            }
        }
    }

    private func hear(_ line: String, until end: ContinuousClock.Instant) -> Bool {
        var heard = false
        var buffer = [UInt8](repeating: 0, count: 8192)
        while ContinuousClock.now < end {
            var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&question, 1, 10) > 0 else { continue }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            heard = heard || String(decoding: buffer[..<max(count, 0)], as: UTF8.self).contains(line)
        }
        return heard
    }
}
