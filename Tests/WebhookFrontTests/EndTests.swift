import FoundationEssentials
import Glibc
import TestSupport
import TestTools
import Testing
import WabaWatchInterface

@testable import WebhookFront

/// How the front ends, in this process and as a program of its own.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct EndTests {
    @Test func requestsInProgress_areAnswered_andIdleConnectionsClosed_whenItEnds() async throws {
        let gate = Gate()
        let reporter = ScriptedReporter { _, _ in
            await gate.wait()
            return .recorded
        }
        let answer = try await withFront(reporter) { stage async throws in
            let (idle, busy, half) = (try stage.connect(), try stage.connect(), try stage.connect())
            await idle.write(get("/", close: false))
            #expect(await idle.nextAnswer()?.status == 403)
            await half.write(post("ab", length: 4, close: false))
            await busy.write(post(close: false))
            try await eventually("the webhook is handed on") { reporter.reports.count == 1 && stage.front.bodyBytes > 50 }
            stage.front.shutdown()
            #expect(await idle.read().isEmpty)
            // What was begun may come to its end; nobody new is taken.
            await half.write("cd")
            gate.open()
            let second = await half.nextAnswer()
            #expect(second?.status == 200 && second?.headers["connection"] == "close")
            return await busy.nextAnswer()
        }
        #expect(answer?.status == 200 && answer?.headers["connection"] == "close")
        #expect(reporter.reports.count == 2)
    }

    @Test func end_doesNotWaitForADaemonThatIsSilent() async throws {
        let reporter = ScriptedReporter { _, _ in
            for await _ in AsyncStream<Void>.makeStream().stream {}
            return .unavailable(reason: "cancelled")
        }
        try await withFront(reporter, { $0.shutdownTime = .milliseconds(100) }) { stage async throws in
            let peer = try stage.connect()
            await peer.write(post())
            try await eventually("the webhook is handed on") { reporter.reports.count == 1 }
            stage.front.shutdown()
            #expect(await peer.read().isEmpty)
        }
    }

    /// The program on a TCP socket that its parent passes, as systemd does.
    private struct Running {
        let folder: TemporaryFolder
        let process: Program
        let port: UInt16
        var log: String { (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? "" }
        var socket: String { folder.path + "/io.wabawatch" }
    }

    @Test func program_takesTheSocketsOfSystemd_andEndsWhenTheRequestInProgressIsAnswered() async throws {
        try await withProgram { program async throws in
            let gate = Gate()
            let calls = Noted(0)
            let script: @Sendable (ReportParameters) async throws -> ReportReply = { _ in
                calls.withLock { $0 += 1 }
                await gate.wait()
                return ReportService.reply
            }
            try await servingReports(at: program.socket, script) { () async throws in
                let verified = try InternetPeer(port: program.port)
                verified.write(get(verification()))
                #expect(await verified.answers().first?.body == "1158201444")
                let peer = try InternetPeer(port: program.port)
                peer.write(post())
                try await eventually("the webhook is handed on") { calls.withLock { $0 } == 1 }
                program.process.signal(SIGTERM)
                gate.open()
                #expect(await peer.answers().map(\.status) == [200])
                #expect(await program.process.wait() == 0)
            }
            #expect(
                program.log.contains("webhooks are listened for") && program.log.contains("no more webhooks are listened for"),
                "\(program.log)")
            #expect(!program.log.contains("CANARY"))
        }
    }

    /// Killed between the daemon's answer and its own: Meta gets none, and sends it again.
    @Test func program_thatIsKilledBeforeItAnswers_hasSaidNothing_andTheRepeatIsAnswered() async throws {
        let calls = Noted(0)
        try await withProgram { program async throws in
            let script: @Sendable (ReportParameters) async throws -> ReportReply = { _ in
                if calls.withLock({ calls in
                    calls += 1
                    return calls == 1
                }) {
                    program.process.signal(SIGKILL)
                    _ = await program.process.wait()
                }
                return ReportService.reply
            }
            try await servingReports(at: program.socket, script) { () async throws in
                let peer = try InternetPeer(port: program.port)
                peer.write(post())
                #expect(await peer.answers().isEmpty)
                try await withProgram(socket: program.socket) { again async throws in
                    let peer = try InternetPeer(port: again.port)
                    peer.write(post())
                    #expect(await peer.answers().map(\.status) == [200])
                }
            }
        }
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func program_withoutATokenOrASocket_saysSo() async throws {
        let folder = try TemporaryFolder()
        try Data("tokenCANARY two".utf8).write(to: URL(filePath: folder.path + "/token"))
        for (arguments, status, words) in [
            (["--listen", "127.0.0.1:0"], Int32(78), "webhook.verify was not passed"),
            (["--listen", "127.0.0.1:0", "--verify-token-file", folder.path + "/none"], 78, "cannot be opened"),
            (["--listen", "127.0.0.1:0", "--verify-token-file", folder.path + "/token"], 78, "not visible ASCII"),
            (["--verify-token-file", folder.path + "/fine"], 64, "passed no socket"), (["--listen", "nowhere"], 64, "ADDRESS:PORT"),
            (["--path", "x"], 64, "slash"),
        ] {
            try Data("fine".utf8).write(to: URL(filePath: folder.path + "/fine"))
            let log = folder.path + "/log-\(UUID().uuidString)"
            let process = try Program.spawn([Self.program] + arguments, environment: ["SWIFT_BACKTRACE": "enable=no"], log: log)
            #expect(await process.wait() == status, "\(arguments)")
            let said = try String(contentsOfFile: log, encoding: .utf8)
            #expect(said.contains(words) && !said.contains("CANARY"), "\(arguments): \(said)")
        }
    }

    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path() + "wabawatch-webhook"

    private func withProgram(socket: String? = nil, _ body: @Sendable (Running) async throws -> Void) async throws {
        let listener = try InternetListener()
        let folder = try TemporaryFolder()
        try Data((verifyToken + "\n").utf8).write(to: URL(filePath: folder.path + "/webhook.verify"))
        let process = try Program.spawn(
            [
                "/bin/sh", "-c", #"LISTEN_PID=$$; export LISTEN_PID; exec "$0" "$@""#, Self.program, "--socket",
                socket ?? folder.path + "/io.wabawatch",
            ],
            environment: [
                "LISTEN_FDS": "1", "LISTEN_FDNAMES": "webhook", "CREDENTIALS_DIRECTORY": folder.path, "SWIFT_BACKTRACE": "enable=no",
            ],
            passing: [listener.descriptor], log: folder.path + "/log")
        listener.close()
        defer { process.putAway() }
        try await body(Running(folder: folder, process: process, port: listener.port))
    }
}
