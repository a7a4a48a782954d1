import Foundation
import Glibc

/// The command as it was built, run as a user would.
struct BuiltCommand {
    struct Outcome: Equatable {
        var code: Int32
        var output: String
        var errors: String
    }

    /// Beside the test's own program.
    static var path: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(
            "wabawatch"
        ).path
    }

    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()
    private let input = Pipe()

    init(_ arguments: [String], socket: String, environment: [String: String] = [:], through program: [String]? = nil) {
        let words = (program ?? [Self.path]) + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = ["WABAWATCH_SOCKET": socket, "TZ": "UTC", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
            .merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = input
    }

    /// Runs it to its end.
    func run(input text: String = "") async throws -> Outcome {
        try start()
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        async let written = Self.all(output)
        async let remarks = Self.all(errors)
        let (output, errors) = (await written, await remarks)
        return Outcome(code: await ended(), output: output, errors: errors)
    }

    /// Runs it with a terminal of this width as its output, and where wanted for its errors: to its end, or until enough was seen.
    func run(inTerminalOf columns: UInt16, errorsToo: Bool = false, until isEnough: @escaping @Sendable (String) -> Bool = { _ in false })
        async throws -> Outcome
    {
        let terminal = try Self.terminal(of: columns)
        process.standardOutput = terminal.program
        if errorsToo { process.standardError = terminal.program }
        try start()
        try terminal.program.close()
        try input.fileHandleForWriting.close()
        if errorsToo { try errors.fileHandleForWriting.close() }
        async let remarks = Self.all(errors)
        async let written = all(of: terminal.reader, until: isEnough)
        let (errors, output) = (await remarks, await written)
        return Outcome(code: await ended(), output: output.replacingOccurrences(of: "\r\n", with: "\n"), errors: errors)
    }

    /// What posix_openpt(3) and its kin do; Swift's Glibc does not show them. TIOCSPTLCK and TIOCGPTN of ioctl_tty(2).
    private static func terminal(of columns: UInt16) throws -> (reader: Int32, program: FileHandle) {
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var lock: Int32 = 0
        var number: Int32 = 0
        guard terminal >= 0, ioctl(terminal, 0x4004_5431, &lock) == 0, ioctl(terminal, 0x8004_5430, &number) == 0 else {
            throw CocoaError(.fileReadUnknown)
        }
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
        let program = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        return (terminal, FileHandle(fileDescriptor: program, closeOnDealloc: true))
    }

    func start() throws { try process.run() }
    func kill() { _ = Glibc.kill(process.processIdentifier, SIGKILL) }
    func closeOutput() throws { try output.fileHandleForReading.close() }

    /// The output's lines as they come.
    var lines: AsyncStream<String> {
        AsyncStream { continuation in
            let handle = output.fileHandleForReading
            Thread.detachNewThread {
                var rest = Data()
                while case let data = handle.availableData, !data.isEmpty {
                    rest += data
                    while let end = rest.firstIndex(of: 0x0A) {
                        continuation.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                        rest = Data(rest[(end + 1)...])
                    }
                }
                continuation.finish()
            }
        }
    }

    func ended() async -> Int32 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [process] in
                process.waitUntilExit()
                continuation.resume(returning: process.terminationStatus)
            }
        }
    }

    /// A terminal ends with an error when its last program has gone.
    private func all(of terminal: Int32, until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var bytes: [UInt8] = []
                var part = [UInt8](repeating: 0, count: 4096)
                while case let count = read(terminal, &part, part.count), count > 0 {
                    bytes += part[..<count]
                    if isEnough(String(decoding: bytes, as: UTF8.self)) { kill() }
                }
                close(terminal)
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    private static func all(_ pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
            }
        }
    }
}
