import FakeDaemon
import Glibc
import Testing
import WabaWatchClient
import WabaWatchInterface

@Suite struct CursorFileTests {
    private func withFile(_ body: (String) throws -> Void) async throws {
        try await withSocket { path in
            defer { _ = unlink(path + ".cursor") }
            try body(path + ".cursor")
        }
    }

    @Test func file_thatIsNotThere_holdsNone() async throws {
        try await withFile { path in
            let cursor = try CursorFile(path).read()
            #expect(cursor == nil)
        }
    }

    @Test func cursor_written_isRead() async throws {
        try await withFile { path in
            for text in ["ledger.1", "ledger.22"] {
                try CursorFile(path).write(Cursor(text))
                let cursor = try CursorFile(path).read()
                #expect(cursor == Cursor(text))
            }
        }
    }

    @Test(arguments: ["", "\n", "two words\n", "a\nb\n", String(repeating: "x", count: 5000)])
    func file_thatHoldsNoCursor_isAnErrorNotABeginning(text: String) async throws {
        try await withFile { path in
            let file = open(path, O_WRONLY | O_CREAT, 0o600)
            _ = write(file, text, text.utf8.count)
            close(file)
            #expect(throws: CursorFileError.self) { try CursorFile(path).read() }
        }
    }

    @Test func folder_thatIsNotThere_isNamed() {
        #expect {
            try CursorFile("/nonexistent/cursor").write(Cursor("c"))
        } throws: {
            "\($0)" == "the cursor file /nonexistent/cursor cannot be written: No such file or directory"
        }
    }
}
