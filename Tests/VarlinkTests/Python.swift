import Foundation

/// The Python with the foreign Varlink packages, from WABAWATCH_PYTHON. Its tests are left out without it.
enum Python {
    static let path = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"]
    static var isThere: Bool { path != nil }

    struct Ended: Sendable {
        var status: Int32
        var output: String
    }

    /// Runs Python to its end, with its output and errors in one text.
    static func run(_ arguments: [String]) async throws -> Ended {
        try await onQueue {
            let (process, output) = try start(arguments)
            let bytes = output.readDataToEndOfFile()
            process.waitUntilExit()
            return Ended(status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Runs Python for as long as the body, which begins when the output has the text.
    static func whileRunning(_ arguments: [String], ready: String, _ body: () async throws -> Void) async throws {
        let number = try await onQueue {
            let (process, output) = try start(["-u"] + arguments)
            var seen = Data()
            while !String(decoding: seen, as: UTF8.self).contains(ready) {
                let more = output.availableData
                if more.isEmpty { break }
                seen += more
            }
            return process.processIdentifier
        }
        // Not SIGTERM: a child of a thread of Dispatch has it blocked.
        defer { kill(number, SIGKILL) }
        try await body()
    }

    private static func start(_ arguments: [String]) throws -> (Process, FileHandle) {
        let process = Process()
        process.executableURL = URL(filePath: path ?? "python3")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        return (process, pipe.fileHandleForReading)
    }

    /// What blocks is kept off Swift's threads.
    private static func onQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "python").async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
