import Foundation

/// What the figures were measured on.
enum Machine {
    /// Seconds on a clock that only goes forward.
    static var now: Double { seconds(CLOCK_MONOTONIC) }

    /// The processor time of this process and its threads so far, in seconds.
    static var processorSeconds: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    /// One line for people: the processor, its cores, the memory, the kernel and how busy it all is.
    static var description: String {
        let model = line("/proc/cpuinfo", "model name") ?? "unknown processor"
        let memory = (line("/proc/meminfo", "MemTotal").flatMap { Double($0.prefix { $0 != " " }) } ?? 0) / 1_048_576
        let kernel = (try? text("/proc/sys/kernel/osrelease")) ?? "?"
        let load = (try? text("/proc/loadavg"))?.split(separator: " ").first.map(String.init) ?? "?"
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return "\(model), \(cores) cores, \(String(format: "%.0f", memory)) GiB, Linux \(kernel), load average \(load)"
    }

    /// The processor time of another process so far, threads that have ended included, in seconds (clock_getcpuclockid(3)).
    static func processorSeconds(of process: Int32) throws -> Double {
        var clock = clockid_t()
        guard clock_getcpuclockid(process, &clock) == 0 else { throw Failure("process \(process) is gone") }
        return seconds(clock)
    }

    /// The most memory that a process has held since it began, or since `forgetPeak`, in MiB.
    static func peakMemory(of process: Int32 = getpid()) -> Double {
        let text = line("/proc/\(process)/status", "VmHWM") ?? "0"
        return (Double(text.prefix { $0 != " " }) ?? 0) / 1024
    }

    /// Lets this process's peak begin anew (proc(5), clear_refs).
    static func forgetPeak() { try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs")) }

    /// The kind of file system that a folder lies on, `ext4` for example (proc_pid_mounts(5)).
    static func fileSystem(of folder: String) -> String {
        let mounts = ((try? text("/proc/self/mounts")) ?? "").split(separator: "\n").map { $0.split(separator: " ") }
        let above = mounts.filter { $0.count > 2 && ($0[1] == "/" || folder == $0[1] || folder.hasPrefix($0[1] + "/")) }
        return above.max { $0[1].count < $1[1].count }.map { String($0[2]) } ?? "unknown"
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What stands behind a name in a file of `name: value` lines.
    static func line(_ path: String, _ name: String) -> String? {
        guard let line = (try? text(path))?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }

    private static func text(_ path: String) throws -> String {
        let bytes = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd() ?? Data()
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
