import FakeDaemon
import Glibc
import Testing
import WabaWatchClient
import WabaWatchInterface

@testable import wabawatch

@Suite struct TrackedOutputTests {
    @Test func cursor_ofALineThatIsNotOut_isNotMovedTo() async throws {
        signal(SIGPIPE, SIG_IGN)
        try await withSocket { path in
            let file = CursorFile(path + ".cursor")
            defer { _ = unlink(file.path) }
            var pipes: [Int32] = [0, 0]
            #expect(pipe(&pipes) == 0)
            defer { _ = close(pipes[1]) }
            let output = TrackedOutput(LineOutput(pipes[1]), file)
            try output.lines(["one"], upTo: Cursor("c.1"))
            close(pipes[0])
            #expect(throws: BrokenPipe.self) { try output.lines(["two"], upTo: Cursor("c.2")) }
            let kept = try file.read()
            #expect(kept == Cursor("c.1"))
        }
    }

    @Test func line_isOut_whenItsCursorIsKept() async throws {
        try await withSocket { path in
            let file = CursorFile(path + ".cursor")
            defer { _ = unlink(file.path) }
            var pipes: [Int32] = [0, 0]
            #expect(pipe(&pipes) == 0)
            defer { for descriptor in pipes { _ = close(descriptor) } }
            try TrackedOutput(LineOutput(pipes[1]), file).lines(["one", "two"], upTo: Cursor("c.2"))
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = read(pipes[0], &bytes, bytes.count)
            #expect(bytes.prefix(max(0, count)).elementsEqual("one\ntwo\n".utf8))
        }
    }
}
