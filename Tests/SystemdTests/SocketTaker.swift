import Foundation
import Glibc
import TestSupport

/// The program `take-sockets`, started as the manager starts a service. No process that runs a test can take them: the runtime has descriptors of its own
/// where the manager's begin.
enum SocketTaker {
    /// What it says, line by line.
    /// - Parameters:
    ///   - descriptors: what it is passed, from descriptor 3 on.
    ///   - names: `LISTEN_FDNAMES`; not set if `nil`.
    ///   - process: `LISTEN_PID`; by default its own.
    static func run(_ descriptors: [Int32], names: String?, process: String = "$$") async throws -> [String] {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path() + "take-sockets"
        var environment = ["LISTEN_FDS": String(descriptors.count), "SWIFT_BACKTRACE": "enable=no"]
        environment["LISTEN_FDNAMES"] = names
        // Its own number is known to nobody before it is there.
        let taker = try Program.spawn(
            ["/bin/sh", "-c", #"LISTEN_PID=\#(process); export LISTEN_PID; exec "$0""#, program], environment: environment,
            passing: descriptors, log: folder + "/said")
        let status = await taker.wait()
        guard status == 0 else { throw Program.Failed(call: "take-sockets", number: status) }
        return try String(contentsOfFile: folder + "/said", encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
