import Glibc
import Synchronization

/// A terminal for a program to talk on, and whoever sits before it.
package final class PseudoTerminal: Sendable {
    private let controller: Int32
    private let screen = Mutex("")
    /// The program's side.
    private let path: String

    package init() throws {
        // What posix_openpt(3) and its kin do, which Glibc does not show to Swift: TIOCSPTLCK and TIOCGPTN of ioctl_tty(2).
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number) = (Int32(0), UInt32(0))
        guard controller >= 0, ioctl(controller, 0x4004_5431, &lock) == 0, ioctl(controller, 0x8004_5430, &number) == 0 else {
            throw Program.Failed(call: "/dev/ptmx", number: errno)
        }
        path = "/dev/pts/\(number)"
    }

    deinit { close(controller) }

    /// Starts a program in a session of its own, with the terminal as its input, output and errors.
    package func spawn(_ arguments: [String], environment: [String: String]) throws -> Program {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID (spawn.h): the terminal becomes that of the session.
        posix_spawnattr_setflags(&attributes, 0x80)
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let result = posix_spawn(&id, arguments[0], &actions, &attributes, &argv, &envp)
        guard result == 0 else { throw Program.Failed(call: "posix_spawn \(arguments[0])", number: result) }
        return Program(id: id)
    }

    /// All that was shown so far, with line feeds alone between lines.
    package var shown: String { screen.withLock { $0.replacing("\r\n", with: "\n") } }

    /// Waits until a text is shown behind what was shown at the last wait, for 30 seconds at most.
    package func wait(for text: String) async throws {
        try await withCheckedThrowingContinuation { continuation in
            Program.onQueue { [self] in continuation.resume(with: Result { try see { $0.contains(text) } }) }
        }
    }

    /// Reads until the program has closed its side.
    package func end() async throws {
        try await withCheckedThrowingContinuation { continuation in
            Program.onQueue { [self] in
                continuation.resume(with: Result { try? see { _ in false } })
            }
        }
    }

    private func see(_ isEnough: (String) -> Bool) throws {
        var fresh = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isEnough(fresh) {
            var waiting = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 30_000) == 1 else { throw Program.Failed(call: "poll; shown was \(shown)", number: errno) }
            let count = read(controller, &buffer, buffer.count)
            guard count > 0 else { throw Program.Failed(call: "read; shown was \(shown)", number: errno) }
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            fresh += text
            screen.withLock { $0 += text }
        }
    }

    /// Types.
    package func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(controller, $0.baseAddress, $0.count) } }

    /// Whether what is typed is shown.
    package var echoes: Bool {
        var settings = termios()
        return tcgetattr(controller, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
    }
}
