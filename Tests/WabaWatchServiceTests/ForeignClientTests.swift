import FoundationEssentials
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface

private let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"]

/// The socket judged by another's client: `python3 -m varlink.cli` of PyPI's `varlink`, with the interpreter that `WABAWATCH_PYTHON` names.
@Suite(.inTurn, .timeLimit(.minutes(1)), .enabled(if: python != nil, "WABAWATCH_PYTHON names no interpreter with varlink installed"))
struct ForeignClientTests {
    /// Runs the command line; returns its output.
    private func varlink(_ site: Site, _ arguments: [String], status: Int32 = 0) async throws -> String {
        let log = site.folder + "/varlink-\(UUID().uuidString)"
        let program = try Program.spawn([python ?? "python3", "-m", "varlink.cli"] + arguments, environment: [:], log: log)
        #expect(await program.wait() == status)
        return try String(contentsOfFile: log, encoding: .utf8)
    }

    @Test func pythonsVarlink_getsInfoInterfaceAndStatus() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let address = "unix:\(site.socket)"
            let info = try await varlink(site, ["info", address])
            #expect(info.contains("wabawatchd"))
            #expect(info.contains("io.wabawatch"))
            let text = try await varlink(site, ["help", "\(address)/io.wabawatch"])
            #expect(text.contains("method Subscribe("))
            let status = try JSONValue(parsing: await varlink(site, ["call", "\(address)/io.wabawatch.GetStatus", "{}"]))
            #expect(status["status"]?["watches"]?.array?.filter { $0["account"] == "acme" }.count == 3)
            #expect(await daemon.stop() == 0)
        }
    }

    @Test func pythonsVarlink_getsAStream() async throws {
        try await Site.with(every: "1h") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(3)
            let log = site.folder + "/stream"
            let client = try Program.spawn(
                [
                    python ?? "python3", "-u", "-m", "varlink.cli", "call", "--more", "unix:\(site.socket)/io.wabawatch.Subscribe",
                    #"{"snapshot":true,"heartbeatSeconds":1}"#,
                ], environment: [:], log: log)
            var watcher = try await site.subscribe(SubscribeParameters(heartbeatSeconds: 1))
            var heard = ""
            while !heard.contains("\"ready\""), try await watcher.next() != nil { heard = try String(contentsOfFile: log, encoding: .utf8) }
            #expect(heard.contains("\"resource\""))
            // The service ends the stream when it stops.
            #expect(await daemon.stop() == 0)
            _ = await client.wait()
        }
    }
}
