import FakeDaemon
import Glibc
import Testing
import WabaWatchClient
import WabaWatchInterface

/// One of these limits the files of the whole process.
@Suite(.serialized) struct CursorFileTests {
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

    /// What a run that was killed has left, or what somebody put there, is not written into.
    @Test(arguments: ["file", "link", "hard link"]) func temporaryFile_ofSomebodyElse_isNotWrittenInto(kind: String) async throws {
        try await withFile { path in
            let other = path + ".other"
            defer { for name in [other, path + ".new"] { _ = unlink(name) } }
            try put("precious", into: other)
            switch kind {
            case "link": #expect(symlink(other, path + ".new") == 0)
            case "hard link": #expect(link(other, path + ".new") == 0)
            default: try put("half a cur", into: path + ".new")
            }
            try CursorFile(path).write(Cursor("ledger.7"))
            #expect(try CursorFile(path).read() == Cursor("ledger.7"))
            #expect(try text(of: other) == "precious")
            #expect(access(path + ".new", F_OK) != 0)
        }
    }

    @Test func cursor_isForItsOwnerAlone() async throws {
        try await withFile { path in
            let before = umask(0)
            defer { umask(before) }
            try CursorFile(path).write(Cursor("ledger.7"))
            var about = stat()
            #expect(stat(path, &about) == 0 && about.st_mode & 0o777 == 0o600)
        }
    }

    @Test func disk_thatIsFull_isToldAndTheOldCursorStays() async throws {
        try await withFile { path in
            try CursorFile(path).write(Cursor("ledger.1"))
            // A limit on the size of files stands for the disk's end.
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let handler = signal(SIGXFSZ, SIG_IGN)
            var none = rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &none)
            let result = Result { try CursorFile(path).write(Cursor("ledger.2")) }
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            signal(SIGXFSZ, handler)
            #expect(throws: CursorFileError.self) { try result.get() }
            #expect(try CursorFile(path).read() == Cursor("ledger.1"))
            #expect(access(path + ".new", F_OK) != 0)
        }
    }

    private func put(_ text: String, into path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        #expect(write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
    }

    private func text(of path: String) throws -> String {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    }
}
