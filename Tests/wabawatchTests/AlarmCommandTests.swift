import FakeDaemon
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// `alarms`, `mute`, `unmute` and `mutes` as programs and people run them.
@Suite(.timeLimit(.minutes(1))) struct AlarmCommandTests {
    private func withDaemon(
        _ resources: [Resource], without missing: Set<String> = [], _ body: (String, FakeLog) async throws -> Void
    ) async throws {
        let log = FakeLog(resources: resources)
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status, without: missing), at: path) { try await body(path, log) }
        }
    }

    @Test func alarms_areListed_byAccountNumberAndSeverity() async throws {
        try await withDaemon(Sample.resources + Sample.alarms) { path, _ in
            let (down, quality) = ("number_down/105954558954427", "quality/107878721936019")
            for (arguments, ids) in [
                ([], ["blind", down, "budget", quality]), (["--account", "acme"], ["blind", down, "budget", quality]),
                (["--severity", "critical"], ["blind", down]), (["--number", "+1 555-093-4873"], [quality]),
            ] as [([String], [String])] {
                let outcome = try await BuiltCommand(["alarms", "-o", "json"] + arguments, socket: path).run()
                let found = try outcome.output.split(separator: "\n").map {
                    try Resource(json: JSONValue(parsing: String($0)).object ?? [:])
                }
                #expect(found.map(\.id) == ids && outcome.code == 0, "\(arguments) \(outcome)")
                #expect(found.allSatisfy { Sample.alarms.contains($0) })
            }
            let unknown = try await BuiltCommand(["alarms", "--account", "acne"], socket: path).run()
            #expect(unknown == .init(code: 1, output: "", errors: "wabawatch: no account is named acne; the nearest is acme\n"))
            let short = try await BuiltCommand(["alarms"], socket: path).run()
            #expect(short.output.contains("is DISCONNECTED and sends nothing") && short.code == 0)
            // The mute of the sample is over.
            #expect(!short.output.contains("ticket 4711"))
        }
    }

    @Test func alarms_ofWhichThereAreNone_saySo() async throws {
        try await withDaemon([]) { path, _ in
            for (arguments, output) in [
                (["alarms"], "No alarms.\n"), (["alarms", "-o", "json"], ""), (["mutes"], "No mutes.\n"), (["mutes", "-o", "json"], ""),
            ] {
                let outcome = try await BuiltCommand(arguments, socket: path).run()
                #expect(outcome == .init(code: 0, output: output, errors: ""), "\(arguments)")
            }
        }
    }

    @Test func mute_isAskedForAndListedAndEnded() async throws {
        try await withDaemon(Sample.resources) { path, log in
            let arguments = ["mute", "acme", "+1 555-093-4873", "--alarm", "quality", "--for", "2d", "--reason", "known, ticket 4711"]
            let muted = try await BuiltCommand(arguments, socket: path).run()
            #expect(muted.code == 0 && muted.output.contains("end it with: wabawatch unmute 1"), "\(muted)")
            let mute = try #require(await log.mutes.first)
            #expect(mute.filter == Filter(accounts: ["acme"], phoneNumberIDs: ["107878721936019"]))
            #expect(mute.names == ["quality"] && mute.reason == "known, ticket 4711")
            let left = mute.until.milliseconds - TimeRules.now
            #expect(172_800_000 - 60_000...172_800_000 ~= left)
            let all = try await BuiltCommand(["mute", "*", "--until", "2100-01-01 00:00 UTC", "-o", "cat"], socket: path).run()
            #expect(all == .init(code: 0, output: "2\n", errors: ""))
            #expect(await log.mutes.last?.until == Timestamp(parsing: "2100-01-01T00:00:00Z"))
            let one = try await BuiltCommand(["mute", "acme", "--alarm", "unexpected/callback", "--for", "1h", "-o", "json"], socket: path)
                .run()
            let told = try MuteEntry(json: try JSONValue(parsing: String(one.output.dropLast())).object ?? [:])
            #expect(told.filter == Filter(accounts: ["acme"], ids: ["unexpected/callback"]) && told.names == nil)
            let mutes = try await BuiltCommand(["mutes", "-o", "cat"], socket: path).run()
            #expect(mutes.output == "1\n2\n3\n")
            let ended = try await BuiltCommand(["unmute", "1", "3", "1"], socket: path).run()
            #expect(ended == .init(code: 1, output: "unmuted 1\nunmuted 3\n", errors: "wabawatch: there is no mute 1\n"))
            #expect(await log.mutes.map(\.id) == ["2"])
        }
    }

    @Test func mute_thatIsWrong_exits64_andOneThatIsOver1() async throws {
        try await withDaemon(Sample.resources) { path, log in
            for arguments in [
                ["acme"], ["acme", "--for", "soon"], ["acme", "--for", "0s"], ["acme", "--for", "1h", "--until", "tomorrow"],
                ["acme", "--for", "1h", "--alarm", "qualitty"], ["acme", "--for", "1h", "--alarm", "quality", "--alarm", "health/7"],
            ] {
                let outcome = try await BuiltCommand(["mute"] + arguments, socket: path).run()
                #expect(outcome.code == 64, "\(arguments)")
                if arguments.contains("qualitty") { #expect(outcome.errors.contains("the nearest is quality")) }
            }
            let past = try await BuiltCommand(["mute", "acme", "--until", "yesterday"], socket: path).run()
            #expect(past.code == 1 && past.errors.hasSuffix("is past\n"))
            #expect(await log.mutes.isEmpty)
        }
    }

    @Test func status_countsNoMutedAlarm_andTellsOfThem() async throws {
        let number = Sample.resources.filter { $0.id == "107878721936019" }
        try await withDaemon(number + [Sample.alarms[0]]) { path, _ in
            let outcome = try await BuiltCommand(["status", "-o", "json"], socket: path).run()
            #expect(outcome.output.split(separator: "\n").count == 3 && outcome.output.contains(#""kind":"alarm""#))
            // The mute of the sample is over; the watch is late.
            #expect(outcome.code == 2)
            let unknown = try await BuiltCommand(["status", "--account", "acne"], socket: path).run()
            #expect(unknown.code == 1 && unknown.errors == "wabawatch: no account is named acne; the nearest is acme\n")
        }
        // A daemon that knows neither alarms nor mutes is read as ever.
        try await withDaemon(Sample.resources, without: ["Mutes"]) { path, _ in
            let outcome = try await BuiltCommand(["status"], socket: path).run()
            #expect(outcome.code == 3)
        }
    }
}
