import FakeDaemon
import Glibc
import Printing
import Testing
import WabaWatchClient
import WabaWatchInterface

@testable import wabawatch

@Suite struct TrackedOutputTests {
    /// A pipe with its ends to read and to write, and a cursor file.
    private func withPipe(_ body: (_ reading: Int32, _ writing: Int32, CursorFile) async throws -> Void) async throws {
        signal(SIGPIPE, SIG_IGN)
        try await withSocket { path in
            let file = CursorFile(path + ".cursor")
            defer { _ = unlink(file.path) }
            var pipes: [Int32] = [0, 0]
            #expect(pipe(&pipes) == 0)
            defer { for descriptor in pipes { _ = close(descriptor) } }
            try await body(pipes[0], pipes[1], file)
        }
    }

    private func take(_ descriptor: Int32, _ most: Int = 64) -> String {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = read(descriptor, &bytes, most)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func cursor_ofALineInAPipe_waitsUntilItsReaderComesBackForMore() async throws {
        try await withPipe { reading, writing, file in
            var output = TrackedOutput(LineOutput(writing), file)
            func kept() throws -> Cursor? { try file.read() }
            try output.lines([], upTo: Cursor("c.0"))
            #expect(try kept() == Cursor("c.0"), "before the first line there is nothing to lose")
            try output.lines(["one", "two"], upTo: Cursor("c.2"))
            #expect(take(reading) == "one\ntwo\n")
            try output.lines(["three"], upTo: Cursor("c.3"))
            #expect(try kept() == Cursor("c.0"), "what was taken may not be worked on yet")
            #expect(take(reading, 3) == "thr")
            try output.lines(["four"], upTo: Cursor("c.4"))
            #expect(try kept() == Cursor("c.2"))
        }
    }

    @Test func cursor_ofALineThatWasTaken_isKeptAfterTwoHeartbeats() async throws {
        try await withPipe { reading, writing, file in
            var output = TrackedOutput(LineOutput(writing), file)
            try output.lines(["one"], upTo: Cursor("c.1"))
            try output.heartbeat(Cursor("c.5"))
            #expect(take(reading) == "one\n")
            try output.heartbeat(Cursor("c.6"))
            #expect(try file.read() == nil)
            try output.heartbeat(Cursor("c.7"))
            #expect(try file.read() == Cursor("c.7"))
            try output.heartbeat(Cursor("c.8"))
            #expect(try file.read() == Cursor("c.8"))
        }
    }

    @Test func cursor_ofALineThatIsNotOut_isNotMovedTo() async throws {
        try await withPipe { reading, writing, file in
            var output = TrackedOutput(LineOutput(writing), file)
            try output.lines([], upTo: Cursor("c.1"))
            // Closes the only reader, and keeps its number: another test's file would take that.
            #expect(dup2(writing, reading) == reading)
            #expect(throws: BrokenPipe.self) { try output.lines(["two"], upTo: Cursor("c.2")) }
            #expect(try file.read() == Cursor("c.1"))
        }
    }

    @Test func cursor_ofALineInAFile_isKeptAtOnce() async throws {
        try await withSocket { path in
            let file = CursorFile(path + ".cursor")
            let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
            defer {
                close(descriptor)
                _ = unlink(file.path)
            }
            var output = TrackedOutput(LineOutput(descriptor), file)
            try output.lines(["one", "two"], upTo: Cursor("c.2"))
            #expect(try file.read() == Cursor("c.2"))
            lseek(descriptor, 0, SEEK_SET)
            #expect(take(descriptor) == "one\ntwo\n")
        }
    }
}
