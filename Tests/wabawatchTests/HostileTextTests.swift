import FakeDaemon
import Foundation
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// Whatever stands in texts from outside: no program gives a terminal anything that it would obey or hide.
@Suite(.timeLimit(.minutes(2))) struct HostileTextTests {
    /// Of each kind one that is not in the tests of `Printing` by name.
    static let hostile =
        "E\u{1B}]0;pwned\u{7}\u{1B}[31m\u{9B}2J\u{85}\u{61C}\u{200F}\u{202B}\u{2067}\u{2028}\u{FEFF}\u{E0041}\u{7F}\r\n\u{0}l"

    private static var log: FakeLog {
        get async {
            var resources = Sample.resources
            for index in resources.indices {
                resources[index].account = hostile
                resources[index].document[hostile] = .string(hostile)
                for name in ["verified_name", "name", "status", "quality_rating", "wa_id"] where resources[index].document[name] != nil {
                    resources[index].document[name] = .string(hostile)
                }
            }
            let log = FakeLog(resources: resources)
            await log.record(3) { sequence, cursor in
                var change = Sample.fall(sequence, cursor)
                change.account = hostile
                change.summary = hostile
                change.before = ["quality_rating": .string(hostile)]
                change.after = ["quality_rating": .string(hostile)]
                return change
            }
            return log
        }
    }

    private static var status: Status {
        var status = Sample.status
        for index in status.watches.indices {
            status.watches[index].account = hostile
            status.watches[index].reason = hostile
        }
        for index in status.budgets.indices { status.budgets[index].account = hostile }
        status.version = hostile
        return status
    }

    /// Colours of our own, line ends, and what the progress line needs.
    private func expectHarmless(_ text: String, _ arguments: [String]) {
        let ours = text.replacing(#/\e\[0(?:;1;39|;90|;1;32|;1;33|;1;31)?m/#, with: "").replacing("\u{1B}[K", with: "")
        for scalar in ours.unicodeScalars where scalar != "\n" {
            let isHidden =
                scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value || scalar.properties.isDefaultIgnorableCodePoint
                || scalar.properties.isBidiControl
                || [.lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
            // The progress line begins anew at the line's begin.
            if isHidden, !(scalar == "\r" && arguments.first == "poll") {
                Issue.record("U+\(String(scalar.value, radix: 16)) in \(arguments): \(ours.debugDescription)")
            }
        }
    }

    @Test(
        arguments: [
            ["status"], ["status", "-o", "json"], ["list"], ["list", "-o", "json"], ["list", "-o", "full"], ["list", "-o", "cat"],
            ["history"], ["history", "-o", "json"],
            ["history", "-o", "full"], ["history", "-o", "cat"], ["plan"], ["plan", "-o", "json"], ["timeline"],
            ["timeline", "--svg", "-"],
            ["show", "phone_number", "107878721936019"], ["show", "phone_number", "107878721936019", "-o", "json"],
            ["show", "phone_number", "107878721936019", "-o", "cat"],
            ["call", "List"], ["call", "GetStatus"], ["poll", hostile], ["poll", hostile, "--number", hostile],
            ["show", "qr_code", hostile], ["list", "--number", hostile],
            [hostile], ["--" + hostile], ["list", hostile], ["history", "--since", hostile], ["call", "List", hostile], ["call", hostile],
            ["history", "--after", hostile],
            ["monitor", "--cursor-file", "/nonexistent/" + hostile], ["timeline", "--svg", "/nonexistent/" + hostile],
            ["status", "--socket", "/nonexistent/" + hostile],
        ].map { $0.map { $0.replacingOccurrences(of: "\0", with: "") } })
    func command_givesATerminalNothingToObey(arguments: [String]) async throws {
        let log = await Self.log
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Self.status), at: path) {
                let outcome = try await BuiltCommand(
                    arguments + (arguments == ["timeline"] ? ["--no-pager"] : []), socket: path, environment: ["PAGER": ""]
                ).run(
                    inTerminalOf: 200, errorsToo: true)
                #expect(!outcome.output.isEmpty)
                expectHarmless(outcome.output, arguments)
                // A line break of a text would be a line of the text's choosing.
                #expect(!outcome.output.contains("\nl"))
            }
        }
    }

    @Test func monitor_givesATerminalNothingToObey() async throws {
        let log = await Self.log
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Self.status), at: path) {
                for form in ChangeForm.allCases {
                    let outcome = try await BuiltCommand(["monitor", "--after", "fake.0", "-o", form.rawValue], socket: path).run(
                        inTerminalOf: 200
                    ) {
                        $0.components(separatedBy: "pwned").count > 3
                    }
                    expectHarmless(outcome.output, ["monitor"])
                    #expect(outcome.output.contains("pwned"))
                }
            }
        }
    }

    @Test func json_inAPipe_isTheSameValue() async throws {
        let log = await Self.log
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Self.status), at: path) {
                let outcome = try await BuiltCommand(["list", "-o", "json"], socket: path).run()
                let lines = outcome.output.split(separator: "\n")
                let resources = await log.resources
                #expect(lines.count == resources.count)
                for (line, resource) in zip(lines, resources) { #expect(try JSONValue(parsing: String(line)) == .object(resource.json)) }
                expectHarmless(outcome.output, ["list"])
            }
        }
    }

    /// The other programs, by what their parsers repeat, and the daemon by what it says of a file.
    @Test(arguments: ["wabawatchd", "graph-simulator", "wabawatch-demo"]) func program_repeatsNothingToObey(program: String) async throws {
        let path = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().appendingPathComponent(program).path
        let hostile = Self.hostile.replacingOccurrences(of: "\0", with: "")
        for arguments in [[hostile], ["--" + hostile], ["--log-level=" + hostile], ["--port", hostile]] {
            let outcome = try await BuiltCommand(arguments, socket: "", through: [path]).run()
            #expect(outcome.code == 64, "\(program)")
            // Not each program knows each option; then its name is what is told.
            #expect(outcome.errors.contains("pwned") || arguments[0].hasPrefix("--log") || arguments[0] == "--port")
            expectHarmless(outcome.errors + outcome.output, arguments)
            #expect(!outcome.errors.contains("\nl"))
        }
    }

    @Test func daemon_inTheForeground_saysNothingToObey() async throws {
        let path = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().appendingPathComponent("wabawatchd").path
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hostile-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("w.yaml")
        let quoted = "\"e\\e]0;pwned\\a\\x9B2J\\u202E\\u2028\\nforged\""
        try "\(quoted): 1\naccounts:\n  - name: \(quoted)\n    waba_id: \(quoted)\n    token: { environment: \(quoted) }\n".write(
            to: file, atomically: true, encoding: .utf8)
        for arguments in [["--check"], ["--dry-run"], [], ["--once"]] {
            let outcome = try await BuiltCommand(["--config", file.path] + arguments, socket: "", through: [path]).run()
            #expect(outcome.code == 78)
            #expect(outcome.errors.contains("pwned"))
            expectHarmless(outcome.errors + outcome.output, arguments)
            #expect(!outcome.errors.contains("\nforged"))
        }
    }
}
