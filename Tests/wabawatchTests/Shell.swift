import Foundation

/// A program of the system that a test asks.
enum Shell {
    static func isThere(_ program: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// Runs words to their end, with the command beside the other programs in the PATH.
    static func run(_ words: [String], environment: [String: String] = [:]) async throws -> BuiltCommand.Outcome {
        let folder = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().path
        let path = "\(folder):/usr/bin:/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        return try await BuiltCommand(
            [], socket: "/nonexistent", environment: environment.merging(["PATH": path]) { $1 }, through: ["/usr/bin/env"] + words
        )
        .run()
    }
}
