import FakeDaemon
import Foundation
import Glibc
import Testing
import WabaWatchClient
import WabaWatchInterface

@testable import wabawatch

/// What the real program asks of the kernel when it keeps a cursor, as strace sees it.
@Suite(.timeLimit(.minutes(1))) struct CursorDurabilityTests {
    @Test(.enabled(if: Shell.isThere("strace"), "strace is not installed")) func cursor_isOnDiskBeforeItHasItsName_andItsNameAfterwards()
        async throws
    {
        let log = FakeLog()
        await log.record(1, Sample.fall)
        try await withSocket { path in
            let file = path + ".cursor"
            let out = path + ".out"
            defer { for name in [file, out] { try? FileManager.default.removeItem(atPath: name) } }
            var lines: [String] = []
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                // Into a file, where what is written stays written.
                let calls = "openat,open,write,fsync,fdatasync,rename,renameat,renameat2"
                let monitor = "\(BuiltCommand.path) monitor --after fake.0 --cursor-file \(file)"
                let script = "exec strace -f -y -s 200 -qq -e trace=\(calls) -e signal=none -o /dev/fd/3 \(monitor) 3>&1 >\(out)"
                let command = BuiltCommand([], socket: path, through: ["/bin/sh", "-c", script])
                try command.start()
                for await line in command.lines {
                    lines.append(line)
                    // The first cursor that is kept is where it began.
                    let last = lines.drop { !($0.contains(".cursor.new>") && $0.contains("fake.1")) }
                    let isRenamed = last.contains { $0.contains("rename") && $0.contains(file) }
                    if isRenamed, line.contains("fsync("), line.contains(" = ") { break }
                }
                // strace ends with the program that it watches, and not the other way round.
                let process = try #require(lines.first.flatMap { Int32($0.prefix(while: \.isNumber)) })
                kill(process, SIGKILL)
                _ = await command.ended()
            }
            let folder = URL(fileURLWithPath: file).deletingLastPathComponent().resolvingSymlinksInPath().path
            func place(_ words: String..., after: Int = -1) throws -> Int {
                try #require(
                    lines.indices.first { index in index > after && words.allSatisfy { lines[index].contains($0) } }, "\(words) in \(lines)"
                )
            }
            let told = try place("write(1<", "fell from GREEN")
            // The line itself went out first.
            let opened = try place("open", file + ".new", "O_EXCL", "O_NOFOLLOW", "0600", after: told)
            let written = try place("write(", ".cursor.new>", "fake.1", after: opened)
            let synced = try place("fsync(", ".cursor.new>", after: written)
            let renamed = try place("rename", file + ".new", after: synced)
            _ = try place("fsync(", "<\(folder)>", after: renamed)
        }
    }
}
