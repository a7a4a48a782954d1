import Foundation

/// The real daemon as a process of its own, measured from outside.
final class DaemonProcess {
    let id: Int32
    /// From its start until it said READY, in seconds.
    let startUp: Double
    private var ended = false

    /// Where the daemon lies: beside this program.
    static var program: String {
        get throws {
            let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/wabawatchd"
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw Failure("there is no \(path): build it with swift build -c release --product wabawatchd")
            }
            return path
        }
    }

    /// Starts it, and returns when it is ready.
    /// - Parameter program: where it lies; beside this program if not told.
    init(_ program: String? = nil, configuration path: String, token: String, in folder: TemporaryFolder) throws {
        let notify = try NotifySocket(path: folder.path("notify"))
        // The last two as in its unit.
        let environment = ["TOKEN": token, "NOTIFY_SOCKET": notify.path, "SWIFT_BACKTRACE": "enable=no", "MALLOC_ARENA_MAX": "2"]
        let start = Machine.now
        id = try Self.spawn([try program ?? Self.program, "--config", path], environment, output: folder.path("daemon.log"))
        do { try notify.wait(for: "READY=1") } catch {
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
            let log = (try? String(contentsOfFile: folder.path("daemon.log"), encoding: .utf8)) ?? ""
            throw Failure("wabawatchd did not start: \(log.suffix(500))")
        }
        startUp = Machine.now - start
    }

    deinit { stop() }

    /// The processor time of all its threads so far, in seconds.
    var processorSeconds: Double { get throws { try Machine.processorSeconds(of: id) } }

    /// A figure of `/proc/PID/status`, kibibytes as mebibytes: `VmRSS`, `RssAnon`, `VmHWM`.
    func mebibytes(_ name: String) -> Double {
        (Machine.line("/proc/\(id)/status", name).flatMap { Double($0.prefix { $0 != " " }) } ?? 0) / 1024
    }

    /// Open file descriptors.
    var fileDescriptors: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count) ?? 0 }

    /// How often each of its threads has gone to sleep so far, by the thread's id: it wakes up as often.
    var sleeps: [String: Int] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
        return threads.reduce(into: [:]) { sleeps, thread in
            sleeps[thread] = Machine.line("/proc/\(id)/task/\(thread)/status", "voluntary_ctxt_switches").flatMap { Int($0) }
        }
    }

    /// Bytes that it has had written to disks so far (proc_pid_io(5)).
    var bytesWritten: Int { Machine.line("/proc/\(id)/io", "write_bytes").flatMap { Int($0) } ?? 0 }

    /// Lets its peak, `VmHWM`, begin anew (proc(5), clear_refs).
    func forgetPeak() { try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(id)/clear_refs")) }

    /// Lets nothing of it run, while others are measured.
    func pause() { kill(id, SIGSTOP) }

    /// Lets it run again.
    func resume() { kill(id, SIGCONT) }

    /// SIGTERM, and waits for its end.
    func stop() {
        guard !ended else { return }
        ended = true
        kill(id, SIGCONT)
        kill(id, SIGTERM)
        waitpid(id, nil, 0)
    }

    /// Foundation's `Process` hands on a dispatch thread's signal mask: its child would never hear SIGTERM.
    private static func spawn(_ arguments: [String], _ environment: [String: String], output: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let result = posix_spawn(&id, arguments[0], &actions, &attributes, &argv, &envp)
        guard result == 0 else { throw Failure("\(arguments[0]) cannot be started: \(String(cString: strerror(result)))") }
        return id
    }
}
