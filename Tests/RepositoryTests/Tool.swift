import Foundation

/// A program that was built, or a script of the repository, run to its end.
enum Tool {
    /// Where the programs were built: beside the tests' own.
    private static let programs = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()

    /// Runs a script of the repository, by its path below the root.
    static func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try run(Repository.root.appending(path: script), arguments)
    }

    /// Runs a program that was built.
    static func run(program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try run(programs.appending(path: program), arguments)
    }

    private static func run(_ file: URL, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = file
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
