import FakeDaemon
import Foundation
import Metrics
import TestSupport
import TestTools
import Testing
import WabaWatchInterface

/// The clients among the examples, as they are shipped.
@Suite(.timeLimit(.minutes(2))) struct ExampleTests {
    private static let folder =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path() + "/etc/wabawatch/examples/"

    private static func isInstalled(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    @Test(arguments: [("python3", "changes.py"), ("node", "changes.mjs")])
    func client_printsEveryChangeBehindItsCursor(interpreter: String, file: String) async throws {
        guard interpreter == "python3" || Self.isInstalled(interpreter) else { return }
        let log = FakeLog(resources: Sample.resources)
        await log.record(3) { sequence, cursor in Sample.fall(sequence, cursor) }
        try await withSocket { path async throws in
            try await serving(try FakeDaemon(log, status: Sample.status), at: path) { () async throws in
                let log = path + ".log"
                defer { try? FileManager.default.removeItem(atPath: log) }
                let process = try Program.spawn([interpreter, Self.folder + "clients/" + file, "fake.1", path], environment: [:], log: log)
                defer { process.putAway() }
                func text() -> String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
                try await eventually("both changes are printed") { text().count { $0 == "\n" } >= 2 }
                let summary = "acme: quality rating of +1 555-093-4873 (107878721936019) fell from GREEN to YELLOW"
                #expect(text() == "fake.2 \(summary)\nfake.3 \(summary)\n")
            }
        }
    }

    @Test func clients_haveLessThanThirtyLines() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder + "clients") {
            let text = try String(contentsOfFile: Self.folder + "clients/" + name, encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 30, "\(name)")
        }
    }

    /// Every metric that a rule or a panel asks for is one that there is.
    @Test func rulesAndPanels_askForMetricsThatThereAre() throws {
        let known = Set(MetricsFamily.allCases.map(\.rawValue))
        for file in ["prometheus/wabawatch.rules.yml", "grafana/wabawatch.json"] {
            let text = try String(contentsOfFile: Self.folder + file, encoding: .utf8)
            let asked = Set(text.matches(of: /wabawatch_[a-z_]+/).map { String($0.output) })
            #expect(asked.subtracting(known) == [] && asked.count > 5, "\(file)")
        }
    }
}
