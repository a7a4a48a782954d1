import FakeDaemon
import Foundation
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// What the commands that act make of their words, and the real command against the real daemon.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct ActionCommandTests {
    private static let number = Platform.samplePhoneNumberID()

    @Test func assignments_areReadAsTextsAndJSON() throws {
        let words = [
            "about=Hello = you", "is_cart_enabled=true", #"websites=["https://a.example"]"#, "two_step_pin=012345", #"email="true""#,
            #"conversational_automation.prompts=["Hi"]"#, "conversational_automation.commands=[]", "address=",
        ]
        #expect(
            try Assignments(words).document == [
                "about": "Hello = you", "is_cart_enabled": true, "websites": ["https://a.example"], "two_step_pin": "012345",
                "email": "true", "conversational_automation": ["prompts": ["Hi"], "commands": []], "address": "",
            ])
        for word in ["about", "=1", "a..b=1", "websites=[", #"a={"b""#] { #expect(throws: (any Error).self) { try Assignments([word]) } }
    }

    @Test func plannedChange_showsWhatDiffers_andNoSecret() {
        let present: JSONObject = ["about": "a", "websites": [], "email": "x"]
        let planned = PlannedChange(from: present, setting: ["about": "b", "email": "x", "websites": [], "two_step_pin": "012345"])
        #expect(planned.texts.map { "\($0)" } == [#"about: "a" -> "b""#, "two_step_pin: is set"])
        #expect(PlannedChange(from: present, setting: ["email": "x", "address": ""]).texts.map { "\($0)" } == ["Nothing would change."])
    }

    @Test func pastDocument_takesBackWhatChanged() throws {
        let id = ResourceID(account: "acme", kind: .businessProfile, id: "1", phoneNumberID: "1")
        func change(_ operation: ChangeOperation, _ fields: [[String]], _ before: JSONObject?) -> Change {
            Change(
                id, cursor: Cursor("c"), sequence: 1, observedAt: Timestamp(milliseconds: 0), operation: operation, origin: .poll,
                severity: .notice, fields: fields.map { JSONPointer($0) }, before: before, after: nil, summary: "")
        }
        var past = PastDocument(present: ["about": "c", "calling": ["sip": ["status": "ENABLED"]]])
        try past.takeBack(change(.changed, [["about"], ["calling", "sip", "status"]], ["about": "b", "calling": [:]]))
        #expect(past.document == ["about": "b"])
        try past.takeBack(change(.changed, [["email"], ["about"]], ["email": "x", "about": "a"]))
        #expect(past.document == ["about": "a", "email": "x"])
        try past.takeBack(change(.added, [], nil))
        #expect(past.document == nil)
        try past.takeBack(change(.removed, [], ["about": "old"]))
        #expect(past.document == ["about": "old"])
        #expect(throws: (any Error).self) { try past.takeBack(change(.baseline, [], nil)) }
    }

    @Test func restoring_setsWhatCanBeSet_andNamesTheRest() {
        let (document, left) = Restoring.document(
            of: .businessProfile, from: ["about": "new", "address": "here", "profile_picture_url": "/2", "vertical": "EDU"],
            to: ["about": "old", "profile_picture_url": "/1", "websites": ["https://a.example"], "vertical": "EDU"])
        #expect(document == ["about": "old", "address": "", "websites": ["https://a.example"]] && left == ["profile_picture_url"])
        let automation = Restoring.document(
            of: .phoneNumber, from: ["conversational_automation": ["id": "4", "prompts": ["new"]]],
            to: ["conversational_automation": ["id": "4", "prompts": ["old"], "commands": []]])
        #expect(automation.document == ["conversational_automation": ["prompts": ["old"], "commands": []]])
    }

    @Test func actions_byTheCommand_areCarriedOut() async throws {
        try await Site.with(
            numbers: 1, every: "1h", kinds: [.phoneNumber, .businessProfile, .qrCode, .blockedUser],
            more: "    actions: [profile, qr_code, block, send]"
        ) { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(4)
            func run(_ arguments: [String], input: String = "") async throws -> BuiltCommand.Outcome {
                try await BuiltCommand(arguments, socket: site.socket).run(input: input)
            }
            let profile = ["business_profile", "acme", Self.number]
            let trial = try await run(["set"] + profile + ["about=Acted upon", "--dry-run"])
            #expect(trial.code == 0 && trial.output.hasPrefix("about: ") && trial.output.hasSuffix(" -> \"Acted upon\"\n"))
            #expect(site.writes.isEmpty)
            let before = site.simulator.update { $0[phoneNumber: Self.number]?.profile["about"] }
            let start = try await run(["status", "-o", "json"])
            #expect(start.code < 64)
            let done = try await run(["set"] + profile + ["about=Acted upon"])
            #expect(done.code == 0 && done.output.hasPrefix("done, 1 change recorded, cursor "), "\(done)")
            let change = try await subscription.change()
            #expect(change.origin == .command)
            // Back to what it was before that change.
            let parts = change.cursor.text.split(separator: ":")
            let place = (parts.dropLast().map(String.init) + ["\((Int(parts.last ?? "") ?? 1) - 1)"]).joined(separator: ":")
            let restored = try await run(["restore", "business_profile", Self.number, "--at", place])
            #expect(restored.code == 0 && restored.errors.contains("about: \"Acted upon\" -> "), "\(restored)")
            #expect(site.simulator.update { $0[phoneNumber: Self.number]?.profile["about"] } == before)
            let code = try await run(["qr", "create", "acme", Self.number, "Hello", "-o", "cat"])
            #expect(code.code == 0)
            let id = code.output.split(separator: "\n").joined()
            #expect(try await run(["qr", "change", "acme", Self.number, id, "Good bye"]).code == 0)
            #expect(try await run(["qr", "delete", "acme", Self.number, id]).output.hasPrefix("done, 1 change recorded"))
            #expect(try await run(["qr", "delete", "acme", Self.number, id]).code == 1)
            let sent = try await run([
                "send-template", "acme", Self.number, "+1 650 555 1234", "order_confirmation", "en_US", "--text", "4711",
            ])
            #expect(
                sent.code == 0 && sent.output.hasPrefix("sent to 16505551234 as wamid.") && sent.output.hasSuffix(": accepted\n"), "\(sent)"
            )
            let unknown = try await run(["set"] + profile + ["industry=EDU"])
            #expect(unknown.code == 1 && unknown.errors.contains("document.industry; the daemon's journal says"), "\(unknown)")
            let refused = try await run(["set", "commerce_settings", "acme", Self.number, "is_cart_enabled=false"])
            #expect(refused.code == 1 && refused.errors.contains("add commerce to its actions"), "\(refused)")
            #expect(await daemon.stop() == 0)
        }
    }

    /// Two thousand five hundred users on standard input, a tenth of whom cannot be blocked.
    @Test func block_ofManyFromStandardInput_saysWhoFailed_andExits1() async throws {
        try await Site.with(numbers: 1, every: "1h", kinds: [.phoneNumber, .blockedUser], more: "    actions: [block]") { site in
            // However busy the machine is: this is no test of what takes too long.
            let text = try String(contentsOfFile: site.config, encoding: .utf8)
            try text.replacing("timeout: 2s", with: "timeout: 30s").write(toFile: site.config, atomically: true, encoding: .utf8)
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            let users = (0..<2500).map { "1650555\(1000 + $0)" }
            let failing = users.enumerated().filter { $0.offset % 10 == 0 }.map(\.element)
            site.simulator.update { $0[phoneNumber: Self.number]?.recentUsers = Set(users).subtracting(failing) }
            let outcome = try await BuiltCommand(["block", "acme", Self.number, "-"], socket: site.socket).run(
                input: users.joined(separator: "\n") + "\n")
            let lines = outcome.output.split(separator: "\n")
            #expect(outcome.code == 1 && lines.count == 2500)
            #expect(lines.count { $0.hasPrefix("blocked 1650555") } == 2250)
            #expect(
                lines.filter { $0.hasPrefix("not blocked") }.count == 250
                    && lines.contains { $0.hasSuffix("in the last 24 hours (131047)") })
            #expect(site.writes.count == 3)
            #expect(await daemon.stop() == 0)
        }
    }

    /// Runs words with a terminal for their errors alone; what is written there is the output.
    private static let watched = """
        import os, pty, subprocess, sys
        given, taken, words = sys.argv[1], sys.argv[2], sys.argv[3:]
        terminal, program = pty.openpty()
        child = subprocess.Popen(words, stdin=open(given), stdout=open(taken, "w"), stderr=program)
        os.close(program)
        told = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            told += part
        sys.stdout.write(told.decode())
        sys.exit(child.wait())
        """

    /// Standard input is no terminal, so that nothing is asked; how far it is is written over and over, and gone at the end.
    @Test func block_ofManyBeforeATerminal_showsHowFarItIs_andLeavesNothingBehind() async throws {
        try await Site.with(numbers: 1, every: "1h", kinds: [.phoneNumber, .blockedUser], more: "    actions: [block]") { site in
            // However busy the machine is: this is no test of what takes too long.
            let text = try String(contentsOfFile: site.config, encoding: .utf8)
            try text.replacing("timeout: 2s", with: "timeout: 30s").write(toFile: site.config, atomically: true, encoding: .utf8)
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            let users = (0..<2500).map { "1650555\(1000 + $0)" }
            let (given, taken) = (site.folder + "/users", site.folder + "/taken")
            try Data((users.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: given))
            for word in ["block", "unblock"] {
                let shown = try await Shell.run(
                    ["python3", "-c", Self.watched, given, taken, "wabawatch", word, "acme", Self.number, "-"],
                    environment: ["WABAWATCH_SOCKET": site.socket, "TERM": "xterm"])
                let lines = shown.output.split(separator: "\r").filter { $0 != "\u{1B}[K" }
                #expect(shown.code == 0 && lines == [0, 1000, 2000].map { "\(word)ing: \($0) of 2500 users\u{1B}[K" }, "\(shown)")
                #expect(shown.output.hasSuffix("\r\u{1B}[K"), "the line is cleared at the end")
                let told = try String(contentsOfFile: taken, encoding: .utf8).split(separator: "\n")
                #expect(told.count == 2500 && told.allSatisfy { $0.hasPrefix("\(word)ed 1650555") })
            }
            #expect(await daemon.stop() == 0)
        }
    }

    /// Runs words in a terminal of their own, in which a question is answered.
    private static let asked = """
        import os, pty, sys
        answer, words = sys.argv[1], sys.argv[2:]
        child, terminal = pty.fork()
        if child == 0:
            os.execvp(words[0], words)
        told = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            told += part
            if b"[y/N]" in told and answer:
                os.write(terminal, answer.encode() + b"\\n")
                answer = ""
        sys.stdout.write(told.decode().replace("\\r\\n", "\\n"))
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """

    @Test func action_onATerminal_isAskedForBefore() async throws {
        try await Site.with(numbers: 1, every: "1h", kinds: [.phoneNumber, .businessProfile], more: "    actions: [profile]") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            func run(_ answer: String, _ about: String, _ more: [String] = []) async throws -> BuiltCommand.Outcome {
                let words = ["wabawatch", "set", "business_profile", "acme", Self.number, "about=\(about)"] + more
                return try await Shell.run(
                    ["python3", "-c", Self.asked, answer] + words, environment: ["WABAWATCH_SOCKET": site.socket])
            }
            let no = try await run("n", "Asked")
            #expect(no.code == 1 && no.output.contains("set about of business_profile \(Self.number)? [y/N]"), "\(no)")
            #expect(no.output.contains("nothing was done") && site.writes.isEmpty)
            #expect(try await run("y", "Asked").code == 0)
            #expect(site.writes.count == 1)
            let unasked = try await run("", "Not asked", ["--yes"])
            #expect(unasked.code == 0 && !unasked.output.contains("[y/N]") && site.writes.count == 2)
            #expect(await daemon.stop() == 0)
        }
    }
}
