import FakeDaemon
import Foundation
import Printing
import Programs
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

@Suite(.timeLimit(.minutes(1))) struct CommandTests {
    private func withDaemon(
        _ log: FakeLog = FakeLog(resources: Sample.resources), without missing: Set<String> = [], inParts: Bool = false,
        _ body: (String) async throws -> Void
    ) async throws {
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status, without: missing, inParts: inParts), at: path) { try await body(path) }
        }
    }

    @Test func command_withoutADaemon_saysWhichSocketAndWhatToDo() async throws {
        try await withSocket { path in
            for arguments in [["status"], ["list"], ["monitor"], ["history"], ["call", "GetStatus"], []] {
                let outcome = try await BuiltCommand(arguments, socket: path).run()
                #expect(outcome.code == 69)
                #expect(outcome.output.isEmpty)
                let remark =
                    "cannot connect to wabawatchd at \(path): No such file or directory; start the daemon with: systemctl start wabawatchd"
                #expect(outcome.errors == "wabawatch: \(remark)\n")
            }
        }
    }

    @Test func version_isToldWithoutADaemon() async throws {
        let outcome = try await BuiltCommand(["--version"], socket: "/nonexistent").run()
        #expect(outcome.code == 0 && outcome.output == Interface.release + "\n")
    }

    @Test func status_exitsWithTheWorst_andTheSocketMayBeGivenOnEitherSide() async throws {
        try await withDaemon { path in
            for arguments in [["--socket", path, "status"], ["status", "--socket", path], ["status"]] {
                let outcome = try await BuiltCommand(arguments, socket: arguments.count == 1 ? path : "/nonexistent").run()
                #expect(outcome.code == 3, "\(arguments) \(outcome.errors)")
                #expect(outcome.output.contains("DISCONNECTED"))
            }
        }
    }

    @Test func status_toldInParts_isTheSame() async throws {
        // What people are told says how long ago something was, which is another time for each.
        for arguments in [["status", "-o", "json"], ["plan", "-o", "json"]] {
            var outputs: [String] = []
            for inParts in [false, true] {
                try await withDaemon(inParts: inParts) { outputs.append(try await BuiltCommand(arguments, socket: $0).run().output) }
            }
            #expect(outputs[0] == outputs[1] && !outputs[0].isEmpty, "\(arguments)")
        }
        try await withDaemon(inParts: true) { path in
            // As the interface has it: a part a line, three watches, a budget, and the last one, which is empty.
            let outcome = try await BuiltCommand(["call", "GetStatus"], socket: path).run()
            #expect(outcome.code == 0)
            #expect(outcome.output.split(separator: "\n").count == 5)
        }
    }

    @Test(arguments: ["list", "plan", "timeline", "history", "monitor", "status", "alarms"])
    func account_thatNobodyKnows_isAnErrorWithTheNearest(command: String) async throws {
        try await withDaemon { path in
            let outcome = try await BuiltCommand([command, "--account", "acme", "--account", "acne"], socket: path).run()
            #expect(outcome == .init(code: 1, output: "", errors: "wabawatch: no account is named acne; the nearest is acme\n"))
        }
    }

    @Test func history_ofAnAccountThatIsNotWatchedAnyMore_isShown() async throws {
        let log = FakeLog(resources: Sample.resources)
        await log.record(1) { sequence, cursor in
            var change = BlindTimesTests.change(1, "account", "current", "unauthorized", account: "gone")
            (change.sequence, change.cursor) = (sequence, cursor)
            return change
        }
        try await withDaemon(log) { path in
            let outcome = try await BuiltCommand(["history", "--account", "gone", "-o", "json"], socket: path).run()
            #expect(outcome.code == 0 && outcome.output.contains(#""account":"gone""#), "\(outcome)")
        }
    }

    @Test func plan_ofOneAccountAndNumber_hasNoOther() async throws {
        try await withDaemon { path in
            let all = try await BuiltCommand(["plan", "-o", "json"], socket: path).run().output.split(separator: "\n")
            let none = try await BuiltCommand(["plan", "-o", "json", "--number", "106540352242922"], socket: path).run()
            let rest = none.output.split(separator: "\n")
            #expect(none.code == 0 && rest.count <= all.count)
            #expect(rest.allSatisfy { !$0.contains("phoneNumberId") || $0.contains("106540352242922") })
        }
    }

    @Test func usage_thatIsWrong_exits64() async throws {
        for arguments in [
            ["lists"], ["monitor", "--kind", "phone"], ["monitor", "--snapshot", "--after", "x"], ["history", "--since", "soon"],
        ] {
            let outcome = try await BuiltCommand(arguments, socket: "/nonexistent").run()
            #expect(outcome.code == 64, "\(arguments)")
        }
    }

    @Test func list_asJSON_isTheInterfacesObjectsOneALine() async throws {
        try await withDaemon { path in
            let outcome = try await BuiltCommand(["list", "-o", "json"], socket: path).run()
            let resources = try outcome.output.split(separator: "\n").map {
                try Resource(json: JSONValue(parsing: String($0)).object ?? [:])
            }
            #expect(resources == Sample.resources)
            #expect(outcome.code == 0)
        }
    }

    @Test func list_ofAKind_isCutToIt() async throws {
        try await withDaemon { path in
            let outcome = try await BuiltCommand(["list", "phone-number", "--number", "+1 555-093-4873", "-o", "cat"], socket: path).run()
            #expect(outcome == .init(code: 0, output: "107878721936019\n", errors: ""))
        }
    }

    @Test func show_ofAnUnknownId_exits1() async throws {
        try await withDaemon { path in
            let outcome = try await BuiltCommand(["show", "qr_code", "nope"], socket: path).run()
            #expect(outcome == .init(code: 1, output: "", errors: "wabawatch: there is no qr_code nope\n"))
        }
    }

    @Test func show_withADaemonThatHasNoHistory_showsThePresent() async throws {
        try await withDaemon(without: ["History"]) { path in
            let outcome = try await BuiltCommand(["show", "phone_number", "+1 555-093-4873"], socket: path).run()
            #expect(outcome.code == 0)
            #expect(outcome.output.contains("Acme Support"))
        }
    }

    @Test func history_printsOldestFirst_orNewestFirst() async throws {
        let log = FakeLog()
        await log.record(5, Sample.fall)
        try await withDaemon(log) { path in
            for (arguments, sequences) in [
                (["-n", "3"], [3, 4, 5]), (["-n", "2", "--reverse"], [5, 4]), (["--since", "@0"], [1, 2, 3, 4, 5]),
                ([], [1, 2, 3, 4, 5]), (["--after", "fake.3"], [4, 5]), (["--reverse"], [5, 4, 3, 2, 1]),
            ] {
                let outcome = try await BuiltCommand(["history", "-o", "json"] + arguments, socket: path).run()
                let found = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: String($0))["sequence"]?.integer }
                #expect(found == sequences.map { Int64($0) })
            }
        }
    }

    @Test func time_isThatOfTheHost() async throws {
        let log = FakeLog()
        await log.record(1, Sample.fall)
        try await withDaemon(log) { path in
            let zone = ["TZ": "CET-1CEST,M3.5.0,M10.5.0/3"]
            let outcome = try await BuiltCommand(["history", "-o", "full"], socket: path, environment: zone).run()
            #expect(outcome.output.hasPrefix("Sat 2026-11-21 02:55:01 CET acme:"))
            let none = try await BuiltCommand(["history", "--since", "2026-11-21 02:56"], socket: path, environment: zone).run()
            #expect(none == .init(code: 0, output: "", errors: ""))
            let one = try await BuiltCommand(["history", "--since", "2026-11-21 02:55"], socket: path, environment: zone).run()
            #expect(one.output.hasPrefix("Nov 21 02:55:01 acme:"))
            let ago = try await BuiltCommand(["history", "--since", "-1h", "--until", "-1s", "-n", "1"], socket: path, environment: zone)
                .run()
            #expect(ago == .init(code: 0, output: "", errors: ""))
        }
    }

    @Test func method_thatAnOlderDaemonHasNot_isOneClearLine() async throws {
        try await withDaemon(without: ["Poll", "History", "BlockUsers"]) { path in
            for arguments in [["poll", "acme"], ["history"], ["block", "acme", "1", "2"]] {
                let outcome = try await BuiltCommand(arguments, socket: path).run()
                #expect(outcome.code == 1)
                #expect(outcome.errors.hasPrefix("wabawatch: the daemon does not have io.wabawatch."))
                #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
            }
        }
    }

    @Test func poll_ofAnAccount_countsChanges() async throws {
        try await withDaemon { path in
            let known = try await BuiltCommand(["poll", "acme", "phone_number"], socket: path).run()
            #expect(known == .init(code: 0, output: "acme: 3 changes recorded, cursor fake.0\n", errors: ""))
            let unknown = try await BuiltCommand(["poll", "other"], socket: path).run()
            #expect(unknown == .init(code: 1, output: "", errors: "wabawatch: no account is named other\n"))
        }
    }

    @Test func block_thatPartlyFails_exits1AndSaysWho() async throws {
        try await withDaemon { path in
            let arguments = ["block", "acme", "+1 555-093-4873", "+16505551234", "-"]
            let outcome = try await BuiltCommand(arguments, socket: path).run(input: "0123\n\n  +49 1511\r\n")
            #expect(outcome.code == 1)
            #expect(
                outcome.output == """
                    blocked +16505551234 (16505551234)
                    blocked +49 1511 (491511)
                    not blocked 0123: not on WhatsApp (139101)

                    """)
        }
    }

    @Test func unblock_byWhoMayNot_exits1() async throws {
        try await withDaemon { path in
            let outcome = try await BuiltCommand(["unblock", "acme", "1", "2"], socket: path).run()
            #expect(outcome.code == 1)
            #expect(outcome.errors.hasPrefix("wabawatch: permission denied"))
        }
    }

    @Test func call_byBareAndByFullName_printsReplies() async throws {
        try await withDaemon { path in
            for name in ["GetStatus", "io.wabawatch.GetStatus"] {
                let outcome = try await BuiltCommand(["call", name], socket: path).run()
                #expect(outcome.output == JSONValue.object(GetStatusReply(status: Sample.status).json).description + "\n")
            }
            let list = try await BuiltCommand(["call", "List", #"{"filter":{"kinds":["account"]}}"#], socket: path).run()
            #expect(list.output.split(separator: "\n").count == 1)
            let info = try await BuiltCommand(["call", "org.varlink.service.GetInfo"], socket: path).run()
            #expect(info.output.contains("io.wabawatch"))
            #expect(try await BuiltCommand(["call", "List", "[]"], socket: path).run().code == 64)
        }
    }

    @Test func timeline_ofANumber_isDrawnAndPictured() async throws {
        try await withDaemon { path in
            let drawn = try await BuiltCommand(["timeline", "107878721936019", "--ascii"], socket: path).run()
            #expect(drawn.output.contains("rating  ====="))
            let picture = path + ".svg"
            defer { try? FileManager.default.removeItem(atPath: picture) }
            #expect(try await BuiltCommand(["timeline", "--svg", picture], socket: path).run().code == 0)
            #expect(try String(contentsOfFile: picture, encoding: .utf8).contains("</svg>"))
        }
    }

    @Test func output_intoAPipeThatIsClosed_isSilent() async throws {
        let log = FakeLog()
        await log.record(4000, Sample.fall)
        try await withDaemon(log) { path in
            let command = "\(BuiltCommand.path) history | head -n 1"
            let outcome = try await BuiltCommand([], socket: path, through: ["/bin/sh", "-c", command]).run()
            #expect(outcome.errors.isEmpty)
            #expect(outcome.output.split(separator: "\n").count == 1)
        }
    }

    @Test func output_toATerminal_isColouredAndPaged() async throws {
        let log = FakeLog()
        await log.record(3, Sample.fall)
        try await withDaemon(log) { path in
            let pager = ["PAGER": "sed s/^/paged:/", "TERM": "xterm"]
            let paged = try await BuiltCommand(["history", "-n", "2"], socket: path, environment: pager).run(inTerminalOf: 80)
            #expect(paged.output.split(whereSeparator: \.isNewline).count == 2)
            #expect(paged.output.hasPrefix("paged:Nov 21 01:55:02 \u{1B}[0;1;33macme: quality rating"))
            let bare = try await BuiltCommand(["history", "-n", "2"], socket: path, environment: pager.merging(["NO_COLOR": "1"]) { $1 })
                .run(inTerminalOf: 80)
            #expect(!bare.output.contains("\u{1B}"))
            let plain = try await BuiltCommand(["history", "-n", "2", "--no-pager"], socket: path, environment: pager).run(inTerminalOf: 80)
            #expect(plain.output.hasPrefix("Nov 21"))
        }
    }

    @Test(arguments: [80, 200]) func list_inATerminal_fitsIt(columns: UInt16) async throws {
        try await withDaemon { path in
            let outcome = try await BuiltCommand(["list"], socket: path, environment: ["NO_COLOR": "1", "PAGER": ""]).run(
                inTerminalOf: columns)
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 6)
            #expect(lines.allSatisfy { $0.displayWidth <= Int(columns) })
            #expect((columns == 80) == outcome.output.contains("…"))
        }
    }
}

@Suite struct EndingTests {
    @Test(
        arguments: [
            (
                ClientError(.notRunning, "cannot connect to wabawatchd at /s"),
                "cannot connect to wabawatchd at /s; start the daemon with: systemctl start wabawatchd",
                69
            ),
            (ClientError(.disconnected, "gone"), "gone", 69), (ClientError(.silent, "silent"), "silent", 69),
            (
                ClientError(.notPermitted, "/s may not be opened by this user"),
                "/s may not be opened by this user; root and members of the group wabawatch may", 1
            ),
            (ClientError(.notOurs, "what listens at /s is not wabawatchd"), "what listens at /s is not wabawatchd", 1),
            (ClientError(.service(.noSuchAccount(account: "a")), "no account is named a"), "no account is named a", 1),
            (ClientError(.refused, "permission denied"), "permission denied", 1),
        ] as [(ClientError, String, Int32)])
    func error_isALineAndAnExitStatus(error: ClientError, message: String, code: Int32) {
        #expect(Ending(error)?.message == message)
        #expect(Ending(error)?.code == code)
    }
}
