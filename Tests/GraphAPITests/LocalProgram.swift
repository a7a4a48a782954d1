import Foundation

/// A program that is started for a test, its output in a pipe.
struct LocalProgram {
    let process = Process()
    private let pipe = Pipe()

    /// Starts a program of the PATH. Its complaints come with its output.
    init(_ name: String, _ arguments: String...) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PATH": Self.path]) { $1 }
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// The line with a text in it, once it is written to its end; `nil` if the program ends without it.
    func line(with text: String) -> String? {
        var output = ""
        while true {
            let lines = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { return nil }
            output += String(decoding: data, as: UTF8.self)
        }
    }

    /// Ends it for good: a child may inherit a mask that blocks SIGTERM.
    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Whether a program is installed. Debian's servers lie in `/usr/sbin`.
    static func isInstalled(_ name: String) -> Bool {
        path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    private static var path: String { (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin") + ":/usr/sbin" }
}

/// A folder with a key and a certificate for `localhost` that nobody knows.
struct Certificate {
    let folder: URL
    var key: String { path("key.pem") }
    var file: String { path("certificate.pem") }

    /// Has openssl make them.
    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "wabawatch-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let maker = try LocalProgram(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", file, "-days", "2", "-subj",
            "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost")
        maker.process.waitUntilExit()
    }

    /// Where a file of the folder lies.
    func path(_ name: String) -> String { folder.appending(path: name).path }
    func remove() { try? FileManager.default.removeItem(at: folder) }
}
