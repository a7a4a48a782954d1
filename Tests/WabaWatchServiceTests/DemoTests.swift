import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// What a new user sees first.
@Suite(.inTurn, .timeLimit(.minutes(1)), .serialized) struct DemoTests {
    /// The demo's output as it comes, and the folder that it works in.
    private final class Run {
        let program: Program
        private let path: String
        private let descriptor: Int32
        private(set) var output = ""

        init(_ arguments: [String]) throws {
            path = FileManager.default.temporaryDirectory.path() + "wabawatch-demo-output-\(UUID().uuidString)"
            guard mkfifo(path, 0o600) == 0 else { throw Program.Failed(call: "mkfifo", number: errno) }
            descriptor = open(path, O_RDWR)
            program = try Program.spawn([Site.programs + "wabawatch-demo"] + arguments, environment: [:], log: path)
        }

        deinit {
            close(descriptor)
            unlink(path)
        }

        /// Reads until the output holds all these texts.
        func wait(for texts: [String]) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !texts.allSatisfy(output.contains) {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { return }
                output += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }

        var folder: String { FileManager.default.temporaryDirectory.path() + "wabawatch-demo-\(program.id)" }
    }

    private let day = ["quality rating of", "about of the business profile of", "status of", "wabawatch --socket"]

    @Test func demo_withinTenSeconds_showsRatingStatusAndProfile_andEndsByItself() async throws {
        let run = try Run(["--seconds", "10"])
        run.wait(for: day + ["The demo is over"])
        #expect(await run.program.wait() == 0)
        #expect(day.allSatisfy(run.output.contains))
        #expect(!run.output.contains("failed"), "the service drains before anything else ends")
        #expect(!FileManager.default.fileExists(atPath: run.folder))
    }

    @Test func demo_onControlC_endsCleanlyAndRemovesItsFolder() async throws {
        let run = try Run([])
        run.wait(for: ["watching from here on"])
        #expect(FileManager.default.fileExists(atPath: run.folder))
        run.program.signal(SIGINT)
        run.wait(for: ["The demo is over"])
        #expect(await run.program.wait() == 0)
        #expect(!FileManager.default.fileExists(atPath: run.folder))
    }
}
