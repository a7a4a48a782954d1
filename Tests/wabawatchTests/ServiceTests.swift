import FakeDaemon
import Foundation
import GraphSimulator
import Printing
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// The built command against the running service.
@Suite(.timeLimit(.minutes(1)), .serialized) struct ServiceTests {
    /// What a person types, with what stands there afterwards.
    private func session(_ town: Town, columns: UInt16, isColored: Bool) async throws -> String {
        let number = Platform.samplePhoneNumberID(0)
        let lines: [([String], [String: String])] = [
            (["status"], [:]), (["history"], [:]), (["history", "-n", "2", "--reverse", "-o", "full"], [:]),
            (["history", "--severity", "critical"], ["PAGER": "sed 's/^/paged: /'"]), (["list"], [:]),
            (["list", "watch", "--number", "+1 555-100-0002"], [:]), (["show", "phone_number", "+1 555-100-0000"], [:]),
            (["show", "business_profile", Platform.samplePhoneNumberID(1)], [:]), (["show", "watch", "phone_number"], [:]),
            (["show", "business_profile", "1"], [:]), (["timeline"], [:]), (["timeline", number, "--ascii"], [:]), (["plan"], [:]),
            (["monitor", "--after", town.oldest.text], [:]), (["call", "Get", #"{"account":"nobody","kind":"account","id":"1"}"#], [:]),
        ]
        var text = ""
        for (arguments, environment) in lines {
            var environment = environment.merging(["TERM": "xterm"]) { $1 }
            environment["PAGER"] = environment["PAGER"] ?? ""
            if !isColored { environment["NO_COLOR"] = "1" }
            let count = town.changes.count
            let endless: @Sendable (String) -> Bool = { arguments[0] == "monitor" && $0.count { $0.isNewline } >= count }
            let outcome = try await BuiltCommand(arguments, socket: town.site.socket, environment: environment)
                .run(inTerminalOf: columns, errorsToo: true, until: endless)
            if !isColored, ["status", "list", "timeline", "plan"].contains(arguments[0]) {
                #expect(outcome.output.split(separator: "\n").allSatisfy { $0.displayWidth <= Int(columns) }, "\(arguments)")
            }
            let line = (["wabawatch"] + arguments).map { $0.contains(" ") || $0.contains("{") ? "'\($0)'" : $0 }.joined(separator: " ")
            let ending = arguments[0] == "monitor" ? "killed" : "exit status \(outcome.code)"
            text += "$ \(line)\n\(outcome.output)(\(ending))\n\n"
        }
        return text
    }

    @Test(arguments: [80, 200] as [UInt16], [false, true]) func session_inATerminal_printsWhatWasLookedAtOnce(
        columns: UInt16, isColored: Bool
    ) async throws {
        try await Town.with { town in
            let text = try await session(town, columns: columns, isColored: isColored)
            try Golden.expect(text.steadied, "session-\(columns)\(isColored ? "-color" : "")")
            #expect(text.contains("\u{1B}") == isColored, "a name from Meta colours nothing")
        }
    }

    @Test func output_asJSON_isLinesThatJqReads() async throws {
        try await Town.with { town in
            let lines = ["status", "history", "list", "plan", "show phone_number \(Platform.samplePhoneNumberID(0))", "call GetStatus"]
            for line in lines {
                let form = line.hasPrefix("call") ? "" : " -o json"
                let script = "\(BuiltCommand.path) \(line)\(form) | tee /dev/stderr | jq -c ."
                let outcome = try await BuiltCommand([], socket: town.site.socket, through: ["/bin/sh", "-c", script]).run()
                #expect(outcome.code == 0, "\(line)")
                #expect(outcome.output.count { $0 == "\n" } == outcome.errors.count { $0 == "\n" })
                #expect(!outcome.output.isEmpty)
            }
            let history = try await BuiltCommand(["history", "-o", "json"], socket: town.site.socket).run()
            let changes = try history.output.split(separator: "\n").map {
                try Change(json: try #require(try JSONValue(parsing: String($0)).object))
            }
            #expect(changes == town.changes)
        }
    }

    @Test func output_intoAPipeThatIsClosed_isSilent() async throws {
        try await Town.with { town in
            for line in ["status", "history", "list", "plan", "timeline", "monitor --after \(town.oldest)", "call List"] {
                // The reader has gone before the command begins.
                let script = "exec 4> >(true); wait $!; \(BuiltCommand.path) \(line) >&4; echo $?"
                let outcome = try await BuiltCommand([], socket: town.site.socket, through: ["/bin/bash", "-c", script]).run()
                #expect(outcome == .init(code: 0, output: line == "status" ? "3\n" : "0\n", errors: ""), "\(line)")
            }
        }
    }

    @Test func monitor_intoAPipe_endsWithItsReader() async throws {
        try await Town.with { town in
            let script = "\(BuiltCommand.path) monitor --after \(town.oldest) -o cat | head -n 3"
            let outcome = try await BuiltCommand([], socket: town.site.socket, through: ["/bin/sh", "-c", script]).run()
            #expect(outcome.errors.isEmpty)
            #expect(outcome.output.split(separator: "\n").map(String.init) == town.changes.prefix(3).map(\.summary))
        }
    }

    @Test func filters_narrowWhatIsPrinted() async throws {
        try await Town.with { town in
            let number = Platform.samplePhoneNumberID(0)
            for (arguments, sequences) in [
                (["--operation", "baseline"], [1, 2, 3, 4, 5, 6]), (["--kind", "phone-number", "--operation", "changed"], [7, 8, 9, 12]),
                (["--field", "quality_rating"], [7, 12]), (["--field", "/about"], [10]), (["--severity", "warning"], [7, 8, 11, 12, 13]),
                (["--severity", "critical"], [8]), (["--id", number, "--kind", "phone_number"], [7, 12]), (["--account", "nobody"], []),
                (["--number", "+1 555-100-0002", "--severity", "notice"], [8, 13]),
                (["--since", "-1h", "--until", "now", "-n", "1"], [13]),
                (["--since", "tomorrow"], []), (["--after", town.changes[10].cursor.text], [12, 13]),
            ] {
                let outcome = try await BuiltCommand(["history", "-o", "json"] + arguments, socket: town.site.socket).run()
                let found = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: String($0))["sequence"]?.integer }
                #expect(found == sequences.map { Int64($0) }, "\(arguments)")
            }
        }
    }
}
