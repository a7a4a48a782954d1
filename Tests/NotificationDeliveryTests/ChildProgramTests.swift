import Foundation
import Glibc
import TestSupport
import TestTools
import Testing

@testable import NotificationDelivery

/// Programs that are given something.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct ChildProgramTests {
    private static func shell(_ script: String, _ arguments: [String] = []) -> ChildProgram {
        ChildProgram(["/bin/sh", "-c", script, "sh"] + arguments, environment: ["WABAWATCH_ROUTE=a\0b"])
    }

    @Test func program_isGivenAllOfIt_andItsArgumentsAsTheyAre() async throws {
        let folder = try TemporaryFolder()
        let input = Array(String(repeating: "line\n", count: 200_000).utf8)
        let outcome = await Self.shell(
            #"cat >"$1"; printf '%s' "$2|$WABAWATCH_ROUTE|$LANG" >"$1.words""#, [folder.path + "/x", "; rm -rf $HOME `id`"]
        )
        .run(input)
        #expect(outcome == .exited(0, output: ""))
        #expect(try Data(contentsOf: URL(filePath: folder.path + "/x")) == Data(input))
        #expect(try String(contentsOfFile: folder.path + "/x.words", encoding: .utf8) == "; rm -rf $HOME `id`|a b|C.UTF-8")
    }

    @Test func program_thatFails_isToldWithTheEndOfWhatItSaid() async {
        #expect(await Self.shell("cat >/dev/null; echo out; echo err >&2; exit 3").run([1]) == .exited(3, output: "out | err"))
        guard case .exited(3, let output) = await Self.shell("yes | head -c 300000; exit 3").run([]) else {
            Issue.record("it did not end with 3")
            return
        }
        #expect(output.utf8.count <= 3 * ChildProgram.mostOutput && !output.isEmpty)
    }

    @Test func program_thatDoesNotReadItsInput_mayEndWell() async {
        #expect(await Self.shell("exit 0").run([UInt8](repeating: 0x61, count: 1 << 20)) == .exited(0, output: ""))
    }

    @Test func program_thatIsNotThere_cannotBeStarted() async {
        #expect(await ChildProgram(["/nowhere/x"], environment: []).run([1]) == .notStarted(ENOENT))
    }

    @Test func program_thatLeavesSomebodyBehindWithItsOutput_hasEnded() async throws {
        let folder = try TemporaryFolder()
        let fifo = folder.path + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        let outcome = await Self.shell(#"(read line <"$1") & echo $! >"$1.id"; exit 0"#, [fifo]).run([])
        #expect(outcome == .exited(0, output: ""))
        // It goes on, as a sendmail that delivers in the background does.
        let id = try #require(Self.id(in: fifo + ".id"))
        #expect(Glibc.kill(id, 0) == 0)
        Glibc.kill(id, SIGKILL)
    }

    @Test func program_isKilledWithItsChildren_whenItsTaskIsCancelled() async throws {
        let folder = try TemporaryFolder()
        let fifo = folder.path + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        let outcome = await withTaskGroup(of: ChildProgram.Outcome.self) { group in
            group.addTask { await Self.shell(#"(read line <"$1"; touch "$1.left") & echo $! >"$1.id"; read other <"$1""#, [fifo]).run([]) }
            try? await eventually("it has begun") { Self.id(in: fifo + ".id") != nil }
            group.cancelAll()
            return await group.next()
        }
        #expect(outcome == .killed(signal: SIGKILL, output: ""))
        let id = try #require(Self.id(in: fifo + ".id"))
        try await eventually("its child has ended") { Self.isGone(id) }
    }

    /// The process that a program has named in a file, when it is there with its line's end.
    private static func id(in path: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.hasSuffix("\n") else { return nil }
        return pid_t(text.dropLast())
    }

    /// Whether a process has ended, be it that nobody has waited for it.
    private static func isGone(_ id: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return true }
        return status.contains(") Z ")
    }

    @Test func manyAtATime_endEachByItself() async {
        await withTaskGroup(of: ChildProgram.Outcome.self) { group in
            for number in 0..<20 { group.addTask { await Self.shell("cat >/dev/null; exit \(number)").run(Array("x".utf8)) } }
            var statuses: Set<Int32> = []
            for await outcome in group { if case .exited(let status, _) = outcome { statuses.insert(status) } }
            #expect(statuses == Set(0..<20))
        }
    }
}
