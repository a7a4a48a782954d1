import Foundation

/// A peer's server, started for this run and stopped at its end.
final class ServerProcess {
    private let process = Process()
    /// Its process id.
    var id: Int32 { process.processIdentifier }

    /// Where a program stands in PATH; `nil` if it is not installed.
    static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Starts it with its output in a file.
    init(_ program: String, _ arguments: [String], output: String) throws {
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let file = FileHandle(forWritingAtPath: output)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        try process.run()
    }

    /// Tries until the server answers, ten seconds at most.
    func wait<Value>(for attempt: () -> Value?) throws -> Value {
        for _ in 0..<500 where process.isRunning {
            if let value = attempt() { return value }
            usleep(20_000)
        }
        throw Failure("\(process.executableURL?.lastPathComponent ?? "a server") did not answer")
    }

    /// Ends it and waits for that. It has inherited a dispatch thread's signal mask and would never hear SIGTERM; its files are thrown away.
    func stop() {
        kill(id, SIGKILL)
        process.waitUntilExit()
    }
}
