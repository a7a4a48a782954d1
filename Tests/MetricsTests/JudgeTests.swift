import Foundation
import Testing
import WabaWatchInterface

@testable import Metrics

private let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"]

/// Others read the metrics: the parsers of PyPI's `prometheus-client`, of which the one for OpenMetrics is the specification's own.
@Suite(.enabled(if: python != nil, "WABAWATCH_PYTHON names no Python with prometheus-client"), .timeLimit(.minutes(2))) struct JudgeTests {
    private static let script = """
        import sys
        from prometheus_client import parser
        from prometheus_client.openmetrics import parser as openmetrics
        text = sys.stdin.read()
        families = (openmetrics if sys.argv[1] == "openMetrics" else parser).text_string_to_metric_families(text)
        for family in families:
            for sample in family.samples:
                print(family.type, sample.name, sorted(sample.labels.items()), float(sample.value))
        """

    private func parsed(_ text: String, _ format: MetricsFormat) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: python ?? "")
        process.arguments = ["-c", Self.script, "\(format)"]
        let file = FileManager.default.temporaryDirectory.path() + "wabawatch-\(UUID().uuidString)"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: file))
        process.standardOutput = output
        try process.run()
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return lines.split(separator: "\n").map(String.init)
    }

    @Test(arguments: MetricsFormat.allCases) func everySample_isReadBack_withItsLabels(format: MetricsFormat) throws {
        let name = #"say "hi" \ there"#
        let state = Sample.state(
            Sample.number("107", name: name), Sample.number("108", status: nil, rating: "NEW", limit: "TIER_UNLIMITED", name: "café 配送"),
            Sample.alarm("quality", of: "107"), Sample.alarm("blind", of: nil, account: "*", severity: "critical"))
        let text = Sample.text(state, as: format)
        let lines = try parsed(text, format)
        #expect(lines.count == text.split(separator: "\n").count { !$0.hasPrefix("#") })
        let type = format == .openMetrics ? "info" : "gauge"
        #expect(
            lines.contains(
                #"\#(type) wabawatch_phone_number_info [('account', 'acme'), ('display_phone_number', '+1 555-093-4873'), ('phone_number', '107'), ('verified_name', 'say "hi" \\ there')] 1.0"#
            ), "\(lines)")
        #expect(lines.contains("counter wabawatch_changes_total [('kind', 'business_profile'), ('operation', 'changed')] 3.0"))
        #expect(lines.contains("gauge wabawatch_phone_number_messaging_limit [('account', 'acme'), ('phone_number', '108')] inf"))
    }
}
