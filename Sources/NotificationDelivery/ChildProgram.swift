import Continuations
import Dispatch
import Glibc
import Synchronization

/// A program that is given something on its standard input, run to its end. No shell is in between.
struct ChildProgram: Sendable {
    /// How it ended, with the last of what it said on both outputs, on one line.
    enum Outcome: Sendable, Equatable {
        case exited(Int32, output: String)
        case killed(signal: Int32, output: String)
        /// The system's error number.
        case notStarted(Int32)
    }

    /// Bytes of its outputs that are kept: the last ones, which mostly say what went wrong.
    static let mostOutput = 2048

    private let arguments: [String]
    private let environment: [String]

    /// - Parameters:
    ///   - arguments: the program's path and its arguments.
    ///   - environment: what it has besides where programs are, the language, its home and the credentials.
    init(_ arguments: [String], environment: [String]) {
        precondition(!arguments.isEmpty, "a program has a path")
        self.arguments = arguments
        var all = environment + ["LANG=C.UTF-8"]
        for name in ["PATH", "HOME", "CREDENTIALS_DIRECTORY"] {
            let value = getenv(name).map { String(cString: $0) } ?? (name == "PATH" ? "/usr/bin:/bin" : nil)
            if let value { all.append("\(name)=\(value)") }
        }
        // Nothing behind a zero byte would arrive.
        self.environment = all.map { $0.replacing("\0", with: " ") }
    }

    /// A program that does not read its input is no reason for this one to end.
    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Gives it the bytes and waits for its end. A task that is cancelled kills it and all that it has started.
    func run(_ input: [UInt8]) async -> Outcome {
        Self.ignoresBrokenPipes
        let end = OneShot<Outcome>()
        guard let (reader, writer) = Self.starting.withLock({ _ in Self.pipe() }) else { return .notStarted(errno) }
        // A queue of its own: a program may take minutes, and blocks nobody else's thread.
        DispatchQueue(label: "program").async { end.fulfil(self.runBlocking(input, wake: reader)) }
        let outcome = await withTaskCancellationHandler {
            // The thread always comes to an end: by the program's, or by its being killed.
            await end.value(whenCancelled: .killed(signal: SIGKILL, output: ""), after: .seconds(5))
        } onCancel: {
            var byte: UInt8 = 1
            _ = write(writer, &byte, 1)
        }
        close(writer)
        return outcome
    }

    private func runBlocking(_ input: [UInt8], wake: Int32) -> Outcome {
        defer { close(wake) }
        let started = Self.starting.withLock { _ in start() }
        guard case .success(let (id, writer, reader)) = started else {
            if case .failure(let failure) = started { return .notStarted(failure.number) }
            return .notStarted(0)
        }
        defer { close(reader) }
        for end in [writer, reader] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        let (output, hasEnded) = converse(input[...], to: writer, from: reader, wake, id)
        // What it leaves behind when it ends by itself goes on, such as a sendmail's delivery; its group is known as long as it has not been waited for.
        if !hasEnded { kill(-id, SIGKILL) }
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 && errno == EINTR {}
        let text = Self.oneLine(output)
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF, output: text) : .killed(signal: status & 0x7F, output: text)
    }

    /// Descriptors are made and passed on by one at a time: whoever is started between a pipe's making and its being marked would keep it open.
    private static let starting = Mutex(())

    private struct NotStarted: Error { var number: Int32 }

    private static func pipe() -> (reader: Int32, writer: Int32)? {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Starts it; the ends of its input and its output that stay here.
    private func start() -> Result<(pid_t, writer: Int32, reader: Int32), NotStarted> {
        guard let input = Self.pipe() else { return .failure(NotStarted(number: errno)) }
        guard let output = Self.pipe() else {
            let number = errno
            for end in [input.reader, input.writer] { close(end) }
            return .failure(NotStarted(number: number))
        }
        var id: pid_t = 0
        let result = spawn(&id, input: input.reader, output: output.writer)
        for end in [input.reader, output.writer] { close(end) }
        guard result == 0 else {
            for end in [input.writer, output.reader] { close(end) }
            return .failure(NotStarted(number: result))
        }
        return .success((id, writer: input.writer, reader: output.reader))
    }

    private func spawn(_ id: inout pid_t, input: Int32, output: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] { posix_spawn_file_actions_adddup2(&actions, output, descriptor) }
        // A group of its own, by which all of it can be ended; and none of what this process ignores and blocks.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        return posix_spawn(&id, arguments[0], &actions, &attributes, &argv, &envp)
    }

    /// Writes all of the input and reads the output until the program ends, or this is woken; the output's last bytes, and whether it has ended.
    private func converse(
        _ input: ArraySlice<UInt8>, to writer: Int32, from reader: Int32, _ wake: Int32, _ id: pid_t
    ) -> (output: [UInt8], hasEnded: Bool) {
        var (input, output): (ArraySlice<UInt8>, [UInt8]) = (input, [])
        var polled = [
            pollfd(fd: writer, events: Int16(POLLOUT), revents: 0), pollfd(fd: reader, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        // poll(2) passes over what is negative.
        func closeInput() {
            guard polled[0].fd >= 0 else { return }
            close(writer)
            polled[0].fd = -1
        }
        if input.isEmpty { closeInput() }
        defer { closeInput() }
        while true {
            // Its end is looked for now and then: what it has left behind may keep its output open.
            if poll(&polled, nfds_t(polled.count), 20) > 0 {
                if polled[2].revents != 0 { return (output, false) }
                if polled[0].fd >= 0, polled[0].revents != 0 {
                    let count = input.withUnsafeBytes { write(writer, $0.baseAddress, $0.count) }
                    if count >= 0 { input = input.dropFirst(count) }
                    // A program that does not want to read it all has its reasons: its exit status tells.
                    if input.isEmpty || (count < 0 && errno != EAGAIN && errno != EINTR) { closeInput() }
                }
                if polled[1].fd >= 0, polled[1].revents != 0, !Self.drain(reader, into: &output) { polled[1].fd = -1 }
            }
            var about = siginfo_t()
            if waitid(P_PID, id_t(id), &about, WEXITED | WNOWAIT | WNOHANG) == 0, about.si_signo == SIGCHLD {
                _ = Self.drain(reader, into: &output)
                return (output, true)
            }
        }
    }

    /// Reads what is there; `false` at the end.
    private static func drain(_ reader: Int32, into output: inout [UInt8]) -> Bool {
        var part = [UInt8](repeating: 0, count: 16 << 10)
        // As much as a pipe holds, and no more: somebody may write for ever.
        for _ in 0..<8 {
            let count = read(reader, &part, part.count)
            guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
            output += part[..<count]
            if output.count > mostOutput { output.removeFirst(output.count - mostOutput) }
        }
        return true
    }

    private static func oneLine(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " | ")
    }
}
