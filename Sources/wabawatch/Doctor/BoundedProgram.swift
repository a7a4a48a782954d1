import Glibc

/// Another program of this host, asked for what it prints: for so long at most, and for so many bytes.
enum BoundedProgram {
    /// What came of it.
    struct Outcome: Equatable {
        /// The exit status, or 128 and the signal that ended it.
        var status: Int32
        var output: String
        var errors: String
    }

    /// Why there is no outcome; its words follow "not known:".
    struct Failed: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    /// Bytes that are taken of what a program prints.
    static let mostBytes = 1 << 20

    /// Runs a program to its end. It reads nothing, speaks English, and finds neither pager nor colours wanted.
    /// - Parameters:
    ///   - words: the program's name and its arguments.
    ///   - limit: milliseconds; then it is killed.
    static func run(_ words: [String], within limit: Int = 5000) throws(Failed) -> Outcome {
        let name = words.first ?? ""
        guard let out = pipe(), let err = pipe() else { throw Failed(description: "\(name) cannot be run: \(reason(errno))") }
        defer { for descriptor in [out.reader, err.reader] { close(descriptor) } }
        let started = Result { () throws(Failed) in try spawn(words, out.writer, err.writer) }
        for descriptor in [out.writer, err.writer] { close(descriptor) }
        let id = try started.get()
        let deadline = now() + limit
        var texts: [[UInt8]] = [[], []]
        let isRead = read([out.reader, err.reader], into: &texts, until: deadline)
        guard isRead, let status = wait(for: id, until: deadline) else {
            // It is this process's own child and has not been waited for: the id is its.
            kill(id, SIGKILL)
            _ = wait(for: id, until: .max)
            throw Failed(
                description: texts.contains { $0.count > mostBytes }
                    ? "\(name) prints more than \(mostBytes) bytes" : "\(name) has not ended within \(limit) ms")
        }
        return Outcome(status: status, output: String(decoding: texts[0], as: UTF8.self), errors: String(decoding: texts[1], as: UTF8.self))
    }

    private static func spawn(_ words: [String], _ output: Int32, _ errors: Int32) throws(Failed) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        // What this process ignores and blocks is its own: a program that nobody reads any more is to end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let environment = [
            "PATH=\(Terminal.environment("PATH") ?? "/usr/bin:/bin")", "LC_ALL=C.UTF-8", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0",
        ]
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let result = posix_spawnp(&id, words[0], &actions, &attributes, &argv, &envp)
        guard result == 0 else {
            throw Failed(
                description: result == ENOENT ? "\(words[0]) is not installed here" : "\(words[0]) cannot be run: \(reason(result))")
        }
        return id
    }

    /// Reads both to their ends; `false` where the time or the room does not suffice.
    private static func read(_ readers: [Int32], into texts: inout [[UInt8]], until deadline: Int) -> Bool {
        var polled = readers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while polled.contains(where: { $0.fd >= 0 }) {
            let left = deadline - now()
            guard left > 0 else { return false }
            guard poll(&polled, nfds_t(polled.count), Int32(min(left, 60_000))) > 0 else { continue }
            for index in polled.indices where polled[index].revents != 0 {
                let count = Glibc.read(polled[index].fd, &part, part.count)
                if count < 0 && errno == EINTR { continue }
                // poll(2) passes over what is negative.
                guard count > 0 else {
                    polled[index].fd = -1
                    continue
                }
                texts[index] += part[..<count]
                guard texts[index].count <= mostBytes else { return false }
            }
        }
        return true
    }

    /// Its exit status; `nil` where it goes on.
    private static func wait(for id: pid_t, until deadline: Int) -> Int32? {
        var status: Int32 = 0
        while true {
            let ended = waitpid(id, &status, deadline == .max ? 0 : WNOHANG)
            if ended == id { return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F }
            guard ended == 0 || errno == EINTR, now() < deadline else { return nil }
            // A program that has closed its output is about to end.
            _ = poll(nil, 0, 5)
        }
    }

    private static func pipe() -> (reader: Int32, writer: Int32)? {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        // What is started has the ends that it is given, and no others.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Milliseconds of a clock that nobody sets.
    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
