import Foundation

/// A script's process that does one piece of work for every line that it is told, and answers each with figures.
final class ScriptProcess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    /// What it said first: its libraries and their versions.
    let name: String

    /// Its process id.
    var id: Int32 { process.processIdentifier }

    /// Starts Python with the interpreter in WABAWATCH_PYTHON, else python3; `nil` if that or a library is missing.
    convenience init?(python program: String, _ arguments: [String]) {
        self.init([ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"] ?? "python3", "-c", program] + arguments)
    }

    /// Starts a command; `nil` if it is not there or ends without a word.
    init?(_ command: [String]) {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil, let name = Self.line(output), !name.isEmpty else { return nil }
        self.name = name
    }

    /// What one piece of work cost, how many changes it found, and the most memory so far, in MiB.
    struct Turn {
        var seconds: Double
        var processor: Double
        var changes: Int
        var peak: Double
    }

    /// The end of a Python program whose function does a piece of work and returns how many changes it found. The program imports resource, sys and time.
    static func measuring(_ function: String) -> String {
        """

        for line in sys.stdin:
            processor, start = time.process_time(), time.perf_counter()
            changes = \(function)()
            print(
                time.perf_counter() - start, time.process_time() - processor, changes,
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
        """
    }

    /// Lets it do a piece of work that it measures.
    func turn() throws -> Turn {
        let figures = try turn("go")
        guard figures.count == 4 else { throw Failure("\(name) gave no figures") }
        return Turn(seconds: figures[0], processor: figures[1], changes: Int(figures[2]), peak: figures[3])
    }

    /// Tells it a line, and returns the figures of its answer.
    func turn(_ line: String) throws -> [Double] {
        try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
        guard let answer = Self.line(output) else { throw Failure("\(name) came to an end") }
        return answer.split(separator: " ").compactMap { Double($0) }
    }

    /// Lets it come to its end.
    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private static func line(_ pipe: Pipe) -> String? {
        var line = Data()
        while let byte = try? pipe.fileHandleForReading.read(upToCount: 1), let byte = byte.first {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
