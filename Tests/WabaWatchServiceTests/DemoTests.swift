import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing

/// What a new user sees first.
@Suite(.inTurn, .timeLimit(.minutes(1)), .serialized) struct DemoTests {
    /// The demo's output as it comes, and the folder that it works in.
    private final class Run: Sendable {
        let program: Program
        private let path: String
        private let descriptor: Int32
        private let text = Mutex("")
        var output: String { text.withLock(\.self) }

        init(_ arguments: [String]) throws {
            path = FileManager.default.temporaryDirectory.path() + "wabawatch-demo-output-\(UUID().uuidString)"
            guard mkfifo(path, 0o600) == 0 else { throw Program.Failed(call: "mkfifo", number: errno) }
            descriptor = open(path, O_RDWR)
            program = try Program.spawn([Site.programs + "wabawatch-demo"] + arguments, environment: [:], log: path)
        }

        deinit {
            program.putAway()
            close(descriptor)
            unlink(path)
        }

        /// Reads until the output holds all these texts, or until it ends, with the task at the latest.
        func wait(for texts: [String]) async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    Program.onQueue { [self] in
                        var buffer = [UInt8](repeating: 0, count: 4096)
                        while !texts.allSatisfy(output.contains) {
                            let count = read(descriptor, &buffer, buffer.count)
                            // A NUL ends the waiting.
                            guard count > 0, !buffer[..<count].contains(0) else { break }
                            text.withLock { $0 += String(decoding: buffer[..<count], as: UTF8.self) }
                        }
                        continuation.resume()
                    }
                }
            } onCancel: {
                program.signal(SIGKILL)
                _ = write(descriptor, [0], 1)
            }
        }

        var folder: String { FileManager.default.temporaryDirectory.path() + "wabawatch-demo-\(program.id)" }
    }

    private let day = ["quality rating of", "about of the business profile of", "status of", "wabawatch --socket"]

    @Test func demo_withinTenSeconds_showsRatingStatusAndProfile_andEndsByItself() async throws {
        let run = try Run(["--seconds", "10"])
        await run.wait(for: day + ["The demo is over"])
        #expect(await run.program.wait() == 0)
        #expect(day.allSatisfy(run.output.contains))
        #expect(!run.output.contains("failed"), "the service drains before anything else ends")
        #expect(!FileManager.default.fileExists(atPath: run.folder))
    }

    @Test func demo_onControlC_endsCleanlyAndRemovesItsFolder() async throws {
        let run = try Run([])
        await run.wait(for: ["watching from here on"])
        #expect(FileManager.default.fileExists(atPath: run.folder))
        run.program.signal(SIGINT)
        await run.wait(for: ["The demo is over"])
        #expect(await run.program.wait() == 0)
        #expect(!FileManager.default.fileExists(atPath: run.folder))
    }
}
