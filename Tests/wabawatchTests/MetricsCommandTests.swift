import FakeDaemon
import Foundation
import Metrics
import StrictJSON
import Testing
import Varlink

@testable import wabawatch

/// `metrics`, as it is run.
@Suite(.timeLimit(.minutes(2))) struct MetricsCommandTests {
    private struct Figures: VarlinkInterface {
        let description: InterfaceDescription
        let implementedMethods: Set<String> = ["Gather"]

        init() throws { description = try InterfaceDescription(parsing: MetricsInterface.text) }

        func handle(_ call: Call, _ replies: Replies) -> JSONObject {
            DaemonFigures(
                perNumber: true, listen: nil, subscribers: 2, ledgerBytes: 4096, changes: [], webhooks: [],
                accounts: [AccountFigures(account: "acme", callsLastHour: 92, callsPerHour: 100, requests: [], lastSuccess: [])]
            ).json
        }
    }

    @Test func metrics_arePrintedAsOpenMetrics_andWrittenForNodeExporter() async throws {
        let log = FakeLog(resources: Sample.resources + Sample.alarms)
        try await withSocket { path async throws in
            try await serving(try FakeDaemon(log, status: Sample.status), besides: [try Figures()], at: path) { () async throws in
                let printed = try await BuiltCommand(["metrics"], socket: path).run()
                #expect(printed.code == 0 && printed.output.hasSuffix("\n# EOF\n"))
                #expect(printed.output.contains(#"wabawatch_api_budget_used{account="acme"} 92"#))
                #expect(printed.output.contains(#"verified_name="Acme Überland 配送"} 1"#))
                let file = path + ".prom"
                defer { try? FileManager.default.removeItem(atPath: file) }
                for _ in 0..<2 {
                    let written = try await BuiltCommand(["metrics", "--textfile", file], socket: path).run()
                    #expect(written.code == 0 && written.output.isEmpty)
                }
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.contains("# TYPE wabawatch_changes_total counter\n") && !text.contains("# EOF"))
                #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o644)
                let nowhere = try await BuiltCommand(["metrics", "--textfile", "/nowhere/x.prom"], socket: path).run()
                #expect(nowhere.code == 1 && nowhere.errors.contains("/nowhere/x.prom cannot be written"))
            }
        }
    }

    /// A daemon that is away leaves the file as it was: the collector tells how old it is.
    @Test func file_staysAsItWas_whereTheDaemonIsAway() async throws {
        try await withSocket { path async throws in
            let file = path + ".prom"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try "old".write(toFile: file, atomically: true, encoding: .utf8)
            let outcome = try await BuiltCommand(["metrics", "--textfile", file], socket: path).run()
            #expect(outcome.code == 69 && outcome.errors.contains("cannot connect to wabawatchd"))
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "old")
        }
    }
}
