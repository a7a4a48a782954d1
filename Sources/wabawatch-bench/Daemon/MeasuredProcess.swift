import Foundation

/// A program of this build as a process of its own, measured from outside.
protocol MeasuredProcess {
    /// Its process id.
    var id: Int32 { get }
}

extension MeasuredProcess {
    /// The processor time of all its threads so far, in seconds.
    var processorSeconds: Double { get throws { try Machine.processorSeconds(of: id) } }

    /// A figure of `/proc/PID/status`, kibibytes as mebibytes: `VmRSS`, `RssAnon`, `VmHWM`.
    func mebibytes(_ name: String) -> Double {
        (Machine.line("/proc/\(id)/status", name).flatMap { Double($0.prefix { $0 != " " }) } ?? 0) / 1024
    }

    /// Open file descriptors.
    var fileDescriptors: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count) ?? 0 }

    /// Where a program of this build lies: beside this one.
    static func program(_ name: String) throws -> String {
        let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/" + name
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("there is no \(path): build it with swift build -c release --product \(name)")
        }
        return path
    }

    /// Starts a program, and returns its process id when it is ready.
    /// - Parameters:
    ///   - environment: all of it but what every program here is told.
    ///   - notify: where the socket of sd_notify(3) is made.
    static func start(_ program: String, _ arguments: [String], _ environment: [String: String], log: String, notify path: String) throws
        -> Int32
    {
        let notify = try NotifySocket(path: path)
        // The last two as in the units.
        let told = ["NOTIFY_SOCKET": notify.path, "SWIFT_BACKTRACE": "enable=no", "MALLOC_ARENA_MAX": "2"]
        let id = try spawn([program] + arguments, environment.merging(told) { $1 }, output: log)
        do { try notify.wait(for: "READY=1") } catch {
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw Failure("\(URL(fileURLWithPath: program).lastPathComponent) did not start: \(text.suffix(500))")
        }
        return id
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
