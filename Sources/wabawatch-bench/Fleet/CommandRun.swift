import Foundation

/// One run of the command line as a process of its own: what it printed and what it cost.
struct CommandRun {
    /// Lines of its standard output.
    var lines: Int
    /// Its exit status.
    var status: Int32
    /// Wall time in seconds.
    var seconds: Double
    /// Processor time in seconds, user and system.
    var processor: Double

    /// Runs a program to its end.
    /// - Parameters:
    ///   - output: the file that takes its standard output; what it says on standard error is thrown away.
    init(_ program: String, _ arguments: [String], socket: String, output: String) throws {
        let environment = ["WABAWATCH_SOCKET=\(socket)", "PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no", "LC_ALL=C.UTF-8", "TERM=dumb"]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let start = Machine.now
        guard posix_spawn(&id, program, &actions, nil, &argv, &envp) == 0 else { throw Failure("\(program) cannot be started") }
        var (ending, usage) = (Int32(0), rusage())
        guard wait4(id, &ending, 0, &usage) == id else { throw Failure("\(program) cannot be waited for") }
        seconds = Machine.now - start
        guard ending & 0x7f == 0 else {
            throw Failure("\(program) \(arguments.joined(separator: " ")) was ended by signal \(ending & 0x7f)")
        }
        status = (ending >> 8) & 0xff
        processor = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        lines = try Data(contentsOf: URL(fileURLWithPath: output)).count { $0 == UInt8(ascii: "\n") }
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
