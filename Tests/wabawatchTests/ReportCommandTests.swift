import FakeDaemon
import Foundation
import StrictJSON
import Testing
import WabaWatchInterface

@testable import wabawatch

/// `report`, by which people hand in a webhook.
@Suite(.timeLimit(.minutes(1))) struct ReportCommandTests {
    private static let webhook =
        #"{"entry":[{"changes":[{"field":"account_update","value":{"event":"ACCOUNT_DELETED"}},{"field":"messages","value":{}}]}]}"#

    private func withDaemon(without missing: Set<String> = [], _ body: (_ socket: String, _ file: String, FakeLog) async throws -> Void)
        async throws
    {
        let log = FakeLog()
        try await withSocket { path in
            let file = path + ".body"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try await serving(FakeDaemon(log, status: Sample.status, without: missing), at: path) { try await body(path, file, log) }
        }
    }

    @Test func body_ofAFileOrOfStandardInput_isHandedIn() async throws {
        try await withDaemon { socket, file, log in
            // No line end is added and none taken away.
            try (Self.webhook + " \r\n\n").write(toFile: file, atomically: true, encoding: .utf8)
            let arguments = ["report", "--signature", FakeDaemon.signature]
            let short = try await BuiltCommand(arguments + [file], socket: socket).run()
            #expect(short == .init(code: 0, output: "recorded 1 change, ignored 1 other; the log is at fake.1\n", errors: ""))
            let json = try await BuiltCommand(arguments + ["-", "-o", "json"], socket: socket).run(input: Self.webhook)
            #expect(json == .init(code: 0, output: #"{"changes":1,"cursor":"fake.2","ignored":1}"# + "\n", errors: ""))
            let bare = try await BuiltCommand(arguments + ["-", "-o", "cat"], socket: socket).run(input: Self.webhook)
            #expect(bare == .init(code: 0, output: "fake.3\n", errors: ""))
            #expect(await log.reports == [Self.webhook + " \r\n\n", Self.webhook, Self.webhook].map { Array($0.utf8) })
        }
    }

    @Test func body_thatIsNotSignedOrTooLongOrMissing_exits1() async throws {
        try await withDaemon { socket, file, log in
            let unsigned = try await BuiltCommand(["report", "-", "--signature", "sha256=4567"], socket: socket).run(input: Self.webhook)
            #expect(
                unsigned
                    == .init(
                        code: 1, output: "", errors: "wabawatch: the webhook is signed by none of the app secrets that are configured\n"))
            try String(repeating: " ", count: ReportParameters.bodyLimit + 1).write(toFile: file, atomically: true, encoding: .utf8)
            let long = try await BuiltCommand(["report", file, "--signature", FakeDaemon.signature], socket: socket).run()
            #expect(
                long.code == 1
                    && long.errors == "wabawatch: \(file) has more than 3145728 bytes, the most that the body of a webhook may have\n")
            let missing = try await BuiltCommand(["report", file + "x", "--signature", "s"], socket: socket).run()
            #expect(missing.code == 1 && missing.errors == "wabawatch: \(file)x cannot be read: No such file or directory\n")
            let folder = try await BuiltCommand(["report", "/", "--signature", "s"], socket: socket).run()
            #expect(folder.code == 1 && folder.errors == "wabawatch: / cannot be read: Is a directory\n")
            #expect(try await BuiltCommand(["report", file], socket: socket).run().code == 64)
            #expect(await log.reports.isEmpty)
        }
        try await withDaemon(without: ["Report"]) { socket, _, _ in
            let older = try await BuiltCommand(["report", "-", "--signature", "s"], socket: socket).run(input: Self.webhook)
            #expect(older.code == 1 && older.errors.contains("does not have"))
        }
    }
}
