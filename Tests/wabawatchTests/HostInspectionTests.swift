import FakeDaemon
import Foundation
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// What is asked of the host for `doctor`, and how the answers are read.
@Suite(.timeLimit(.minutes(1))) struct HostInspectionTests {
    private func inspection(
        _ socket: String = "/run/wabawatch/io.wabawatch",
        answer: @escaping ([String]) throws(BoundedProgram.Failed) -> BoundedProgram.Outcome
    ) -> HostInspection { HostInspection(socket: socket, journals: ["/"], run: answer) }

    @Test func unit_isThatOfTheSocket() {
        #expect(UnitFacts.service(at: "/run/wabawatch/io.wabawatch") == "wabawatchd.service")
        #expect(UnitFacts.service(at: "/run/wabawatch/berlin/io.wabawatch") == "wabawatchd@berlin.service")
        for other in ["/tmp/io.wabawatch", "/run/wabawatch//io.wabawatch", "/run/wabawatch/a/b/io.wabawatch", "/run/wabawatch/x"] {
            #expect(UnitFacts.service(at: other) == nil)
            let asked = inspection(other) { words throws(BoundedProgram.Failed) in throw .init(description: "\(words) was asked") }
            for fact in [asked.unit.map { _ in }, asked.journal.map { _ in }] {
                guard case .unknown(let reason) = fact else {
                    Issue.record("\(other) has no unit")
                    continue
                }
                #expect(reason == "\(other) is not the socket of a packaged unit")
            }
        }
    }

    @Test func unit_isReadFromSystemctl() {
        var words: [String] = []
        let unit = inspection("/run/wabawatch/berlin/io.wabawatch") { asked throws(BoundedProgram.Failed) in
            words = asked
            let text = DoctorSample.unitText.replacing("wabawatchd.", with: "wabawatchd@berlin.")
            return .init(status: 0, output: text + "\nId=x.service\nnonsense\n", errors: "")
        }.unit.value
        #expect(words.suffix(3) == ["--", "wabawatchd@berlin.service", "wabawatchd@berlin.socket"])
        #expect(unit?["ActiveState"] == "active" && unit?["LogRateLimitBurst"] == "100000000" && unit?["Nothing"] == nil)
        #expect(unit?.ofSocket("ActiveState") == "active" && unit?.properties.count == 3)
    }

    @Test func systemd_thatIsNotThere_isAReason() {
        for (outcome, reason) in [
            (
                .success(.init(status: 1, output: "", errors: "System has not been booted\nmore\n")),
                "systemctl says: System has not been booted"
            ),
            (.success(.init(status: 4, output: "x", errors: "")), "systemctl says: exit status 4"),
            (.failure(.init(description: "systemctl is not installed here")), "systemctl is not installed here"),
        ] as [(Result<BoundedProgram.Outcome, BoundedProgram.Failed>, String)] {
            guard case .unknown(let found) = inspection(answer: { _ throws(BoundedProgram.Failed) in try outcome.get() }).unit else {
                Issue.record("nothing is known of the unit")
                continue
            }
            #expect(found == reason)
        }
    }

    @Test func journal_isReadFromItsNewestEntryOfAChange() {
        var asked: [[String]] = []
        let facts = inspection { words throws(BoundedProgram.Failed) in
            asked.append(words)
            let isDrops = words.contains { $0.hasPrefix("MESSAGE_ID=") }
            return .init(
                status: 0,
                output: isDrops
                    ? """
                    {"MESSAGE":"Suppressed 12 messages from wabawatchd.service","__REALTIME_TIMESTAMP":"1795233600000123"}
                    {"MESSAGE":"Suppressed 13 messages from other.service","__REALTIME_TIMESTAMP":"1795233600000123"}
                    """ : #"{"MESSAGE":[255],"WABAWATCH_CURSOR":"fake.7","__REALTIME_TIMESTAMP":"1"}"# + "\nno JSON\n", errors: "")
        }.journal.value
        #expect(facts?.cursor == Cursor("fake.7"))
        #expect(facts?.drop == .init(at: Sample.moment, message: "Suppressed 12 messages from wabawatchd.service"))
        #expect(asked.count == 2 && asked.first?.contains("_SYSTEMD_UNIT=wabawatchd.service") == true)
        #expect(asked.first?.contains("WABAWATCH_OPERATION=reported") == true && asked.last?.contains("--since=-7d") == true)
        var bare = inspection { _ throws(BoundedProgram.Failed) in .init(status: 0, output: "", errors: "") }
        #expect(bare.journal.value == JournalFacts())
        bare.journals = ["/nonexistent"]
        #expect(bare.journal.value == nil)
        // Nothing of it may be read: the user's groups say why.
        let denied = inspection { _ throws(BoundedProgram.Failed) in
            .init(status: 1, output: "", errors: "No journal files were opened due to insufficient permissions.\n")
        }
        #expect(denied.journal.value == JournalFacts())
        let broken = inspection { _ throws(BoundedProgram.Failed) in .init(status: 1, output: "", errors: "Failed to open files: bad\n") }
        #expect(broken.journal.value == nil)
    }

    @Test func files_areThoseOfTheConfigurationAndOfTheUnit() throws {
        let folder = try TemporaryFolder()
        let etc = folder.path + "/etc"
        for name in ["", "/accounts.d", "/credentials", "/tokens", "/elsewhere"] {
            try FileManager.default.createDirectory(atPath: etc + name, withIntermediateDirectories: true)
        }
        let modes: [(String, mode_t)] = [
            ("wabawatch.yaml", 0o644), ("accounts.d/acme.yaml", 0o646), ("credentials/acme.token", 0o644), ("acme.token", 0o604),
            ("tokens/berlin", 0o600), ("../loaded", 0o444),
        ]
        for (name, mode) in modes {
            try "x".write(toFile: "\(etc)/\(name)", atomically: false, encoding: .utf8)
            #expect(chmod("\(etc)/\(name)", mode) == 0)
        }
        for (name, mode) in [("", 0o755), ("/accounts.d", 0o755), ("/credentials", 0o700), ("/tokens", 0o755)] as [(String, mode_t)] {
            #expect(chmod(etc + name, mode) == 0)
        }
        var asked = inspection { words throws(BoundedProgram.Failed) in
            let lines = [
                "[Service]", "LoadCredential=acme.token:\(folder.path)/loaded", "LoadCredential=x:relative",
                "LoadCredentialEncrypted=y:/etc/hosts",
            ]
            return .init(status: 0, output: lines.joined(separator: "\n"), errors: "")
        }
        asked.folder = etc
        let files = try #require(asked.files.value)
        func names(_ isWanted: (FileFacts) -> Bool) -> [String] { files.filter(isWanted).map { $0.path.replacing(folder.path, with: "") } }
        // The folder of the credentials is closed, so what lies in it is.
        #expect(
            names { $0.purpose == .secret } == [
                "/etc/acme.token", "/etc/credentials", "/etc/elsewhere", "/etc/tokens", "/etc/tokens/berlin", "/loaded",
            ])
        #expect(names(\.isWritableByOthers) == ["/etc/accounts.d/acme.yaml"])
        #expect(names { $0.purpose == .secret && $0.isReadableByOthers } == ["/etc/acme.token", "/loaded"])
        asked.folder = etc + "/none"
        #expect(asked.files.value == nil)
    }

    // MARK: Programs

    @Test func program_isHeardToItsEnd() throws {
        let outcome = try BoundedProgram.run(["sh", "-c", "echo out; echo err >&2; cat; echo $LC_ALL; exit 3"])
        #expect(outcome == .init(status: 3, output: "out\nC.UTF-8\n", errors: "err\n"))
        #expect(try BoundedProgram.run(["sh", "-c", "kill -TERM $$"]).status == 128 + SIGTERM)
    }

    @Test func program_thatIsMissingOrHangsOrFloods_isAReason() {
        for (words, limit, reason) in [
            (["no-such-program"], 5000, "no-such-program is not installed here"),
            (["tail", "-f", "/dev/null"], 100, "tail has not ended within 100 ms"),
            // Its output has ended, and it has not.
            (["sh", "-c", "exec >/dev/null 2>&1; exec tail -f /dev/null"], 100, "sh has not ended within 100 ms"),
            (["yes"], 30_000, "yes prints more than 1048576 bytes"),
        ] {
            #expect(throws: BoundedProgram.Failed(description: reason)) { try BoundedProgram.run(words, within: limit) }
        }
    }

    @Test func user_isWhoRunsThis() {
        let user = UserFacts.current()
        #expect(user.isRoot == (geteuid() == 0) && user.groups.contains(UserFacts.group(getegid())))
        #expect(UserFacts.group(4_000_000_000) == "4000000000")
    }
}
