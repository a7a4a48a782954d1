import FakeDaemon
import Foundation
import Glibc
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// `doctor` as people and scripts run it. The sockets of these tests belong to no unit: what systemd and the journal say is not known here.
@Suite(.timeLimit(.minutes(1))) struct DoctorCommandTests {
    /// The sample by the clock of this host.
    private static var status: Status {
        var status = DoctorSample.status(["acme", "brown"])
        status.tokens = ["acme", "brown"].map { DoctorSample.token(of: $0, expires: nil) }
        return status
    }

    private func withDaemon(
        _ status: Status = status, _ resources: [Resource] = DoctorSample.resources(["acme", "brown"]), without missing: Set<String> = [],
        _ body: (String, FakeLog) async throws -> Void
    ) async throws {
        let log = FakeLog(resources: resources)
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: status, without: missing), at: path) { try await body(path, log) }
        }
    }

    private static func findings(_ outcome: BuiltCommand.Outcome) throws -> [JSONObject] {
        try outcome.output.split(separator: "\n").map { try JSONValue(parsing: String($0)).object ?? [:] }
    }

    private static func checks(_ findings: [JSONObject], _ verdicts: Set<String>) -> [String] {
        findings.filter { verdicts.contains($0["verdict"]?.string ?? "") }.compactMap { $0["check"]?.string }
    }

    @Test func everythingWell_exits0() async throws {
        try await withDaemon { path, _ in
            let outcome = try await BuiltCommand(["doctor", "-o", "json"], socket: path).run()
            #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
            let findings = try Self.findings(outcome)
            #expect(findings.count == 9 + 16)
            #expect(Self.checks(findings, ["wrong", "attention"]).isEmpty)
            #expect(Set(Self.checks(findings, ["not_known"])).isSubset(of: ["unit", "journal", "drops", "secrets"]))
            #expect(Self.checks(findings, ["not_known"]).contains("unit"))
            let warnings = try await BuiltCommand(["doctor", "-o", "json", "--severity", "warning"], socket: path).run()
            #expect(warnings == BuiltCommand.Outcome(code: 0, output: "", errors: ""))
            let short = try await BuiltCommand(["doctor"], socket: path).run()
            #expect(short.code == 0 && short.output.contains("token        2 of 2 accounts"), "\(short)")
            #expect(!short.output.contains("\u{1B}"))
            let full = try await BuiltCommand(["doctor", "-o", "full"], socket: path).run()
            #expect(full.output.contains("token of brown"))
            let terminal = try await BuiltCommand(["doctor", "--no-pager"], socket: path, environment: ["TERM": "xterm"]).run(
                inTerminalOf: 100)
            #expect(terminal.output.contains("\u{1B}[0;1;32m"))
        }
    }

    @Test func somethingWrong_exits1_andSaysWhatToDo() async throws {
        var status = Self.status
        status.watches[0] = DoctorSample.watch(.account, .unauthorized, reason: "session expired (190/463)")
        let alarm = Sample.alarm("number_down/7", .critical, "brown: 7 is DISCONNECTED", number: "7", account: "brown")
        try await withDaemon(status, DoctorSample.resources(["acme", "brown"]) + [alarm]) { path, log in
            let outcome = try await BuiltCommand(["doctor", "-o", "json"], socket: path).run()
            #expect(outcome.code == 1)
            let bad = try Self.findings(outcome).filter { $0["verdict"] == "wrong" }
            #expect(bad.map { $0["check"]?.string } == ["token", "alarms"] && bad.map { $0["account"]?.string } == ["acme", "brown"])
            let short = try await BuiltCommand(["doctor"], socket: path).run()
            #expect(short.code == 1 && short.output.contains("      systemctl reload wabawatchd\n"), "\(short)")
            let bare = try await BuiltCommand(["doctor", "-o", "cat"], socket: path).run()
            #expect(bare.code == 1 && bare.output.contains("Meta refuses the access token: session expired (190/463)\n"))
            // Of the one account alone; and none that is not there.
            let one = try Self.findings(try await BuiltCommand(["doctor", "-o", "json", "--account", "brown"], socket: path).run())
            #expect(Set(one.compactMap { $0["account"]?.string }) == ["brown"] && Self.checks(one, ["wrong"]) == ["alarms"])
            let unknown = try await BuiltCommand(["doctor", "--account", "acne"], socket: path).run()
            #expect(unknown == .init(code: 1, output: "", errors: "wabawatch: no account is named acne; the nearest is acme\n"))
            // Of this severity alone, which counts alone.
            let critical = try await BuiltCommand(["doctor", "-o", "json", "--severity", "critical"], socket: path).run()
            #expect(critical.code == 1)
            #expect(try Self.findings(critical).map { $0["verdict"]?.string } == ["wrong", "wrong"])
            // What is known is muted, and wakes nobody.
            _ = await log.mute(
                MuteParameters(
                    filter: Filter(accounts: ["acme"]), names: ["token_refused"], until: Timestamp(milliseconds: TimeRules.now + 60_000)))
            let muted = try Self.findings(try await BuiltCommand(["doctor", "-o", "json", "--account", "acme"], socket: path).run())
            #expect(Self.checks(muted, ["wrong"]).isEmpty)
        }
    }

    @Test func olderDaemon_isReadAsFarAsItGoes() async throws {
        try await withDaemon(without: ["List", "History", "Mutes"]) { path, _ in
            let outcome = try await BuiltCommand(["doctor", "-o", "json"], socket: path).run()
            let findings = try Self.findings(outcome)
            #expect(Set(Self.checks(findings, ["not_known"])).isSuperset(of: ["ledger", "callback", "alarms", "api_version"]))
            #expect(Self.checks(findings, ["well"]).contains("token") && outcome.code == 0)
        }
    }

    @Test func daemon_thatIsNotThere_isToldWithEverythingElse() async throws {
        try await withSocket { path in
            let outcome = try await BuiltCommand(["doctor", "--account", "any"], socket: path).run()
            #expect(outcome.code == 1 && outcome.errors.isEmpty, "\(outcome)")
            #expect(outcome.output.contains("cannot connect to wabawatchd at \(path)") && outcome.output.contains("systemctl start"))
        }
    }

    @Test(.enabled(if: geteuid() == 0 && Shell.isThere("setpriv"), "only root can become somebody else"))
    func socket_thatMayNotBeOpened_saysWhichGroupMay() async throws {
        try await withDaemon { path, _ in
            #expect(chmod(path, 0o660) == 0)
            #expect(chmod(URL(fileURLWithPath: path).deletingLastPathComponent().path, 0o755) == 0)
            let nobody = ["/usr/bin/env", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BuiltCommand.path]
            let outcome = try await BuiltCommand(["doctor"], socket: path, through: nobody).run()
            #expect(outcome.code == 1 && outcome.output.contains("usermod --append --groups root nobody"), "\(outcome)")
        }
    }
}
