import Foundation
import Glibc

/// `wabawatch monitor -o json --cursor-file F | consumer`, as a supervisor runs it: where one end goes, the other is ended, and both begin anew.
final class Pipeline {
    /// What the consumer has kept: every change once, as it was written.
    let kept: String
    /// The sequences of what it heard more than once.
    let repeated: String
    private let socket: String
    private let cursorFile: String
    private let script: String
    private var monitor = Process()
    private var consumer = Process()

    /// Keeps what it took, line by line, before it takes more; drops what it has by its sequence.
    private static let program = """
        import json, os, sys
        path, repeated, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
        with open(path, "a+b") as file:
            file.seek(0)
            lines = file.read().split(b"\\n")
            # A line that a kill has cut short.
            file.truncate(sum(len(line) + 1 for line in lines[:-1]))
        seen = json.loads(lines[-2])["sequence"] if len(lines) > 1 else 0
        out = os.open(path, os.O_WRONLY | os.O_APPEND)
        again = os.open(repeated, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for line in sys.stdin.buffer:
            sequence = json.loads(line)["sequence"]
            if sequence <= seen:
                os.write(again, b"%d\\n" % sequence)
                continue
            os.write(out, line)
            seen = sequence
            if seen == last:
                break
        """

    init(_ folder: String, socket: String) throws {
        kept = folder + "/kept"
        repeated = folder + "/repeated"
        cursorFile = folder + "/cursor"
        script = folder + "/consumer.py"
        self.socket = socket
        try Self.program.write(toFile: script, atomically: true, encoding: .utf8)
        for path in [kept, repeated] { try "".write(toFile: path, atomically: true, encoding: .utf8) }
    }

    /// Starts both ends. The consumer ends by itself after the last sequence, if one is given.
    func start(after oldest: String, until last: Int = 0) throws {
        let pipe = Pipe()
        consumer = Process()
        consumer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        consumer.arguments = [ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"] ?? "python3", script, kept, repeated, String(last)]
        consumer.standardInput = pipe
        try consumer.run()
        monitor = Process()
        monitor.executableURL = URL(fileURLWithPath: BuiltCommand.path)
        monitor.arguments = ["--socket", socket, "monitor", "-o", "json", "--cursor-file", cursorFile, "--after", oldest]
        monitor.standardOutput = pipe
        monitor.standardError = FileHandle.nullDevice
        try monitor.run()
        try pipe.fileHandleForReading.close()
        try pipe.fileHandleForWriting.close()
    }

    /// The consumer takes nothing more from here on; what comes lies in the pipe.
    func pauseConsumer() { kill(consumer.processIdentifier, SIGSTOP) }

    /// SIGKILL for one end first, then for the other.
    func end(consumerFirst: Bool) {
        for process in consumerFirst ? [consumer, monitor] : [monitor, consumer] {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// Waits until the consumer has come to its last sequence.
    func finish() {
        consumer.waitUntilExit()
        kill(monitor.processIdentifier, SIGKILL)
        monitor.waitUntilExit()
    }

    /// The lines of a file.
    static func lines(_ path: String) throws -> [Substring] { try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") }
}
