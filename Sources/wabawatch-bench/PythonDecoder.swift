import Foundation

/// A Python process that decodes the page with one of its libraries whenever it is told to, and takes the time itself.
final class PythonDecoder {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    /// The library's name and version.
    let name: String

    private static let program = """
        import importlib, sys, time
        library = importlib.import_module(sys.argv[1])
        page = open(sys.argv[2], "rb").read()
        version = getattr(library, "__version__", "") if sys.argv[1] != "json" else ""
        print(f"Python {sys.version.split()[0]} {sys.argv[1]} {version}".strip(), flush=True)
        for line in sys.stdin:
            times = range(int(line))
            processor, start = time.process_time(), time.perf_counter()
            for _ in times:
                library.loads(page)
            print(time.perf_counter() - start, time.process_time() - processor, flush=True)
        """

    /// Starts it; `nil` if there is no such interpreter or library.
    init?(library: String, page: String) {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"] ?? "python3"
        process.arguments = [python, "-c", Self.program, library, page]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil, let name = Self.line(output), !name.isEmpty else { return nil }
        self.name = name
    }

    /// Has the page decoded so many times.
    func decode(times: Int) throws -> Measure {
        try input.fileHandleForWriting.write(contentsOf: Data("\(times)\n".utf8))
        let figures = (Self.line(output) ?? "").split(separator: " ").compactMap { Double($0) }
        guard figures.count == 2 else { throw Failure("\(name) came to an end") }
        return Measure(operations: times, seconds: figures[0], processor: figures[1])
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
