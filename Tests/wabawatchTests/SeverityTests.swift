import FakeDaemon
import Foundation
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// `--severity`, wherever present states are shown.
@Suite(.timeLimit(.minutes(1))) struct SeverityTests {
    private static func thing(_ kind: Kind, _ id: String, _ document: JSONObject) -> Resource {
        Resource(ResourceID(account: "acme", kind: kind, id: id), confirmedAt: Sample.moment, changedAt: Sample.moment, document: document)
    }

    private static let templates = [
        thing(.messageTemplate, "1", ["name": "hello", "status": "APPROVED", "quality_score": ["score": "GREEN"]]),
        thing(.messageTemplate, "2", ["name": "sale", "status": "PAUSED"]),
        thing(.messageTemplate, "3", ["name": "news", "status": "APPROVED", "quality_score": ["score": "RED"]]),
    ]

    @Test func stateOfAThing_hasTheSeverityThatStatusGivesIt() {
        let number = { (document: JSONObject) in Severity(of: Self.thing(.phoneNumber, "1", document)) }
        #expect(number(["status": "CONNECTED", "quality_rating": "GREEN"]) == .info)
        #expect(number(["status": "CONNECTED", "quality_rating": "UNKNOWN"]) == .info)
        #expect(number(["status": "PENDING"]) == .notice && number(["status": "FLAGGED"]) == .warning)
        #expect(number(["status": "CONNECTED", "quality_rating": "RED"]) == .warning && number(["status": "BANNED"]) == .critical)
        #expect(number(["status": "CONNECTED", "health_status": ["can_send_message": "BLOCKED"]]) == .critical)
        #expect(Self.templates.map { Severity(of: $0) } == [.info, .warning, .warning])
        #expect(Severity(of: Self.thing(.watch, "account", ["state": "unauthorized"])) == .critical)
        #expect(Severity(of: Self.thing(.watch, "account", ["state": "late"])) == .warning)
        #expect(Severity(of: Self.thing(.businessProfile, "1", ["about": "BANNED"])) == .info)
        // Muted or not: a list shows what is there.
        #expect(Sample.alarms.map { Severity(of: $0) } == [.warning, .warning, .critical, .critical])
        for resource in Sample.resources + Self.templates {
            #expect(Severity(of: resource) >= Severity(Health(resource)))
        }
    }

    private func withDaemon(_ resources: [Resource], _ body: (String) async throws -> Void) async throws {
        try await withSocket { path in
            try await serving(FakeDaemon(FakeLog(resources: resources), status: Sample.status), at: path) { try await body(path) }
        }
    }

    @Test func list_isCutToTheSeverity() async throws {
        try await withDaemon(Sample.resources + Self.templates + Sample.alarms) { path in
            let cases: [(arguments: [String], ids: Set<String>)] = [
                (["--severity", "critical"], ["105954558954427", "blind", "number_down/105954558954427"]),
                (["message_template", "--severity", "warning"], ["2", "3"]),
                (["phone_number", "--severity", "warning"], ["107878721936019", "105954558954427"]),
                (["message_template", "--severity", "info"], ["1", "2", "3"]),
            ]
            for (arguments, ids) in cases {
                let outcome = try await BuiltCommand(["list", "-o", "cat"] + arguments, socket: path).run()
                #expect(outcome.code == 0 && Set(outcome.output.split(separator: "\n").map(String.init)) == ids, "\(arguments): \(outcome)")
            }
            let table = try await BuiltCommand(["list", "--severity", "critical", "phone_number"], socket: path).run().output
            #expect(table.contains("105954558954427") && !table.contains("107878721936019"))
        }
    }

    @Test func check_countsNothingLessUrgent_andStillSaysHowMuchThereIs() async throws {
        let rating = Sample.number("1", "+1 555 0101", "n", status: "CONNECTED", rating: "RED", limit: "1K", changed: 0)
        var status = Sample.status
        status.watches.removeAll { $0.kind == .blockedUser }
        try await withSocket { path in
            try await serving(FakeDaemon(FakeLog(resources: [rating]), status: status), at: path) {
                let warning = try await BuiltCommand(["check"], socket: path).run()
                #expect(warning.code == 1 && warning.output.contains("rating RED"), "\(warning)")
                let critical = try await BuiltCommand(["check", "acme", "--severity", "critical"], socket: path).run()
                #expect(
                    critical.code == 0 && critical.output.hasPrefix("WABAWATCH OK: 1 account, 1 number, nothing critical"), "\(critical)")
                #expect(critical.output.contains("numbers=1;") && critical.output.contains("calls_last_hour=92;"))
                let named = try await BuiltCommand(["check", "--account", "acme", "--severity", "warning"], socket: path).run()
                #expect(named.code == 1 && named.output.contains("calls_last_hour=92;"), "\(named)")
                let unknown = try await BuiltCommand(["check", "--account", "acne"], socket: path).run()
                #expect(unknown.code == 3 && unknown.output.contains("the nearest is acme"), "\(unknown)")
            }
        }
    }

    @Test func timeline_showsNumbersThatWereSoBadAtAnyTime() async throws {
        func timeline(_ least: Severity) -> [String] {
            var timeline = Timeline(
                from: Sample.moment.milliseconds - 86_400_000, to: Sample.moment.milliseconds, resources: Sample.resources,
                changes: [Sample.fall(2, Cursor("fake.2"))])
            timeline.narrow(to: least)
            return timeline.numbers.map { String($0.title.split(separator: " ").last ?? "") }
        }
        #expect(timeline(.info).count == 3)
        #expect(timeline(.warning) == ["配送", "Support"] && timeline(.critical) == ["配送"])
        try await withDaemon([Sample.resources[2]]) { path in
            let outcome = try await BuiltCommand(["timeline", "--severity", "warning"], socket: path).run()
            #expect(outcome == .init(code: 0, output: "No number was warning or worse in that time.\n", errors: ""))
        }
    }
}
