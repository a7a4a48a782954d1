import Dispatch
import FoundationEssentials
package import Glibc
import Synchronization

/// A process that a test started.
package struct Program: Sendable {
    package let id: pid_t

    package struct Failed: Error {
        package var call: String
        package var number: Int32

        package init(call: String, number: Int32) {
            self.call = call
            self.number = number
        }
    }

    /// Starts a program with exactly that environment; its output is appended to a file.
    /// - Parameter passed: what it has from descriptor 3 on.
    package static func spawn(
        _ arguments: [String], environment: [String: String], passing passed: [Int32] = [], log: String
    ) throws -> Program {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        }
        // Above where they go, so that none is closed for another.
        let raised = passed.map { fcntl($0, F_DUPFD_CLOEXEC, 200) }
        defer { for descriptor in raised { close(descriptor) } }
        for (offset, descriptor) in raised.enumerated() {
            guard descriptor >= 0 else { throw Failed(call: "fcntl \(passed[offset])", number: errno) }
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(3 + offset))
        }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let path = String(cString: getenv("PATH"))
        var envp: [UnsafeMutablePointer<CChar>?] =
            environment.merging(["PATH": path]) { $1 }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let result = posix_spawnp(&id, arguments[0], &actions, nil, &argv, &envp)
        guard result == 0 else { throw Failed(call: "posix_spawnp \(arguments[0])", number: result) }
        return Program(id: id)
    }

    /// Does what blocks off Swift's threads.
    package static func onQueue(_ body: @escaping @Sendable () -> Void) { DispatchQueue(label: "blocking").async(execute: body) }

    package func signal(_ signal: Int32) { kill(id, signal) }

    /// Whether it has not ended; one that was not waited for has ended all the same (proc_pid_stat(5)).
    package var isRunning: Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return false }
        let state = text.split(separator: ")").last?.split(separator: " ").first
        return state != "Z" && state != "X"
    }

    /// The exit status, or 128 and the signal that ended it. A task that is cancelled, as by its test's time limit, waits no longer: the program is killed.
    package func wait() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Self.onQueue {
                    var status: Int32 = 0
                    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
                    continuation.resume(returning: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)
                }
            }
        } onCancel: {
            signal(SIGKILL)
        }
    }

    /// Kills it if nobody has waited for its end.
    package func putAway() {
        var status: Int32 = 0
        guard waitpid(id, &status, WNOHANG) == 0 else { return }
        signal(SIGKILL)
        while waitpid(id, &status, 0) < 0 && errno == EINTR {}
    }
}

/// The daemon as a process of its own.
package struct RunningDaemon: Sendable {
    package let process: Program
    package let notify: NotifySocket

    /// SIGTERM and the exit status.
    package func stop() async -> Int32 {
        process.signal(SIGTERM)
        return await process.wait()
    }

    /// SIGKILL.
    package func kill() async {
        process.signal(SIGKILL)
        _ = await process.wait()
    }
}

/// systemd's end of the notify socket.
package final class NotifySocket: Sendable {
    package let path: String
    package let descriptor: Int32

    package init(_ path: String) throws {
        self.path = path
        unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard bound == 0 else { throw Program.Failed(call: "bind", number: errno) }
        // How often it is looked whether whoever waits is still there.
        var timeout = (seconds: 1, microseconds: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout.size(ofValue: timeout)))
    }

    deinit { close(descriptor) }

    /// Waits for a message that has that line, for 30 seconds after each that has not, and no longer than its task; returns it.
    @discardableResult
    package func wait(for line: String) async throws -> String {
        let isGivenUp = Atomic(false)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Program.onQueue { [self] in
                    continuation.resume(with: Result { try hear(line) { isGivenUp.load(ordering: .relaxed) } })
                }
            }
        } onCancel: {
            isGivenUp.store(true, ordering: .relaxed)
        }
    }

    private func hear(_ line: String, isGivenUp: () -> Bool) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 8192)
        var silence = 0
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 {
                guard [EAGAIN, EINTR].contains(errno), silence < 30 else { throw Program.Failed(call: "recv of \(line)", number: errno) }
                guard !isGivenUp() else { throw CancellationError() }
                silence += 1
                continue
            }
            silence = 0
            let message = String(decoding: buffer[..<count], as: UTF8.self)
            if message.split(separator: "\n").contains(where: { $0.hasPrefix(line) }) { return message }
            guard !isGivenUp() else { throw CancellationError() }
        }
    }
}

/// Whether strace may trace here.
package let canTrace: Bool = {
    guard let program = try? Program.spawn(["strace", "-o", "/dev/null", "true"], environment: [:], log: "/dev/null") else {
        return false
    }
    var status: Int32 = 0
    return waitpid(program.id, &status, 0) == program.id && status == 0
}()
