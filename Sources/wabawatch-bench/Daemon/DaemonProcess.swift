import Foundation

/// The real daemon as a process of its own, measured from outside.
final class DaemonProcess: MeasuredProcess {
    let id: Int32
    /// From its start until it said READY, in seconds.
    let startUp: Double
    private var ended = false

    /// Starts it, and returns when it is ready.
    /// - Parameters:
    ///   - program: where it lies; beside this program if not told.
    ///   - secrets: variables of its environment besides the token.
    init(
        _ program: String? = nil, configuration path: String, token: String, secrets: [String: String] = [:], in folder: TemporaryFolder
    ) throws {
        let start = Machine.now
        id = try Self.start(
            try program ?? Self.program("wabawatchd"), ["--config", path], secrets.merging(["TOKEN": token]) { $1 },
            log: folder.path("daemon.log"), notify: folder.path("notify"))
        startUp = Machine.now - start
    }

    deinit { stop() }

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
}
