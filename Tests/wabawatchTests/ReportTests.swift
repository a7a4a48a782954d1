import FakeDaemon
import Printing
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

@Suite struct ReportTests {
    @Test(arguments: PageCase.all) func status_isLaidOutForItsPage(page: PageCase) throws {
        let states = StateTimes(Sample.arrivals, bound: nil)
        let report = StatusReport(status: Sample.status, resources: Sample.resources.filter { $0.kind != .blockedUser }, states: states)
        let lines = report.lines(page.page)
        try Golden.expect(lines, "status-\(page.name)")
        if let width = page.width, !page.isColored { #expect(lines.allSatisfy { $0.displayWidth <= width }) }
    }

    @Test(arguments: PageCase.all) func plan_isLaidOutForItsPage(page: PageCase) throws {
        try Golden.expect(PlanReport(status: Sample.status).lines(page.page), "plan-\(page.name)")
    }

    /// Where intervals follow what changes, it says between which they are, what that means, and of each watch why.
    @Test func plan_ofAdaptiveIntervals_showsThemWithTheirReasons() throws {
        var status = Sample.status
        status.watches = [(900, "1"), (120, "2"), (450, "3")].map { seconds, number in
            WatchStatus(
                account: "acme", kind: .businessProfile, phoneNumberID: number, state: OpenEnum(.current), since: Sample.moment,
                everyMilliseconds: seconds * 1000, lastSuccessAt: Sample.moment)
        }
        status.watches.append(
            WatchStatus(account: "acme", kind: .account, state: OpenEnum(.current), since: Sample.moment, everyMilliseconds: 300_000))
        let lines = PlanReport(status: status, showsWatches: true).lines(PageCase.all[0].page).map(\.plain)
        let row = try #require(lines.first { $0.hasPrefix("business_profile ") })
        #expect(row.contains(" 2min-15min "), "\(lines)")
        #expect(row.contains(" 4min 5s ") && row.contains(" 42 "), "half an interval in the mean, and what it costs: \(row)")
        func reason(_ watch: String) -> String? { lines.first { $0.hasPrefix(watch + " ") } }
        #expect(reason("business_profile/1")?.hasSuffix("7min 30s changes least of its kind") == true, "\(lines)")
        #expect(reason("business_profile/2")?.hasSuffix("changes more: 7.5 times as often as what changes least") == true, "\(lines)")
        #expect(reason("account")?.contains("changes") == false)
        #expect(!PlanReport(status: status).lines(PageCase.all[0].page).contains { $0.plain.contains("business_profile/1") })
    }

    @Test(arguments: PageCase.all) func list_isLaidOutForItsPage(page: PageCase) throws {
        let lines = ResourceTable(resources: Sample.resources).lines(page.page)
        try Golden.expect(lines, "list-\(page.name)")
        if let width = page.width, !page.isColored { #expect(lines.allSatisfy { $0.displayWidth <= width }) }
    }

    /// What only a later daemon knows is shown by its text, wherever it stands.
    @Test func valuesOfALaterDaemon_areShownByTheirTexts() throws {
        let page = PageCase.all[0].page
        var change = Sample.fall(7, Cursor("fake.7"))
        (change.kind, change.operation) = (OpenEnum(rawValue: "flow"), OpenEnum(rawValue: "renamed"))
        (change.origin, change.severity) = (OpenEnum(rawValue: "gossip"), OpenEnum(rawValue: "dire"))
        let full = ChangeText(form: .full, page: page, host: "watch1").lines(change).map(\.plain).joined(separator: "\n")
        for text in ["renamed", "dire", "by gossip", "flow 107878721936019"] { #expect(full.contains(text), "\(full)") }
        #expect(
            ChangeText(form: .json, page: page, host: "watch1").lines(change).map(\.plain) == [JSONValue.object(change.json).description])
        var resource = Sample.resources[1]
        resource.kind = OpenEnum(rawValue: "flow")
        #expect(ResourceTable(resources: [resource]).lines(page).last?.plain.contains("flow") == true)
        #expect(ResourceTable.line(resource, page).plain.contains("flow"))
        #expect(ResourcePage(resource: resource, lastChange: change).lines(page).first?.plain.contains("flow 107878721936019") == true)
        var status = Sample.status
        status.watches[0].kind = OpenEnum(rawValue: "flow")
        status.watches[0].state = OpenEnum(rawValue: "asleep")
        let lines = StatusReport(status: status, resources: [resource]).lines(page).map(\.plain).joined(separator: "\n")
        #expect(lines.contains("acme flow") && lines.contains("asleep"))
        let plan = PlanReport(status: status).lines(page)
        #expect(plan.last?.plain.contains("flow") == true, "behind those that are known: \(plan)")
    }

    @Test(arguments: PageCase.all) func show_isWhatAPersonWouldRead(page: PageCase) throws {
        let change = Sample.fall(7, Cursor("fake.7"))
        try Golden.expect(ResourcePage(resource: Sample.resources[1], lastChange: change).lines(page.page), "show-\(page.name)")
        try Golden.expect(ResourcePage(resource: Sample.resources[0], lastChange: nil).lines(page.page), "show-account-\(page.name)")
    }

    @Test(arguments: ChangeForm.allCases, [PageCase.all[0], PageCase.all[1], PageCase.all[4]]) func change_isWrittenInItsForm(
        form: ChangeForm, page: PageCase
    ) throws {
        let text = ChangeText(form: form, page: page.page, host: "watch1")
        var lines: [PrintableText] = []
        for severity in Severity.allCases {
            var change = Sample.fall(7, Cursor("fake.7"))
            change.severity = OpenEnum(severity)
            lines += text.lines(change)
        }
        var added = Sample.fall(8, Cursor("fake.8"))
        added.operation = .added
        added.fields = []
        added.before = nil
        added.after = ["display_phone_number": "+1 555-093-4873", "throughput": ["level": "STANDARD"]]
        added.summary = "acme: phone number +1 555-093-4873 (107878721936019) was added"
        lines += text.lines(added)
        try Golden.expect(lines, "change-\(form.rawValue)-\(page.name)")
    }

    @Test func json_ofAChange_isTheInterfacesOwnOnOneLine() throws {
        let change = Sample.fall(7, Cursor("fake.7"))
        let lines = ChangeText(form: .json, page: PageCase.all[1].page, host: "watch1").lines(change)
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(try Change(json: try #require(try JSONValue(parsing: line.plain).object)) == change)
    }

    @Test(
        arguments: [
            ([], [], 0), ([("GREEN", "CONNECTED", nil)], [], 0), ([("YELLOW", "CONNECTED", nil)], [], 2),
            ([("RED", "CONNECTED", nil)], [], 2),
            ([("GREEN", "FLAGGED", nil)], [], 2), ([("GREEN", "RATE_LIMITED", nil)], [], 2), ([("GREEN", "CONNECTED", "LIMITED")], [], 2),
            ([("GREEN", "BANNED", nil)], [], 3), ([("GREEN", "DISCONNECTED", nil)], [], 3), ([("GREEN", "DELETED", nil)], [], 3),
            ([("GREEN", "RESTRICTED", nil)], [], 3), ([("GREEN", "disabled", nil)], [], 3), ([("GREEN", "CONNECTED", "BLOCKED")], [], 3),
            ([("YELLOW", "CONNECTED", nil), ("GREEN", "BANNED", nil)], [], 3), ([], ["current"], 0), ([], ["late"], 2), ([], ["asleep"], 2),
            ([], ["late", "unauthorized"], 3),
        ] as [([(String, String, String?)], [String], Int32)])
    func status_exitsAsAMonitoringCheck(numbers: [(String, String, String?)], watches: [String], code: Int32) {
        var status = Sample.status
        status.watches = watches.map {
            WatchStatus(account: "acme", kind: .account, state: OpenEnum($0), since: Sample.moment, everyMilliseconds: 1000)
        }
        let resources = numbers.map { rating, state, canSend in
            var resource = Sample.number("1", "+1", "n", status: state, rating: rating, limit: "1K", changed: 0)
            if let canSend { resource.document["health_status"] = ["can_send_message": .string(canSend)] }
            return resource
        }
        #expect(StatusReport(status: status, resources: resources).health.exitCode == code)
    }

    @Test func text_fromOutside_cannotSteerTheTerminal() {
        var change = Sample.fall(1, Cursor("c"))
        change.summary = "evil \u{1B}[2J\u{9B}31m name\u{202E}\nsecond"
        let line = ChangeText(form: .cat, page: PageCase.all[0].page, host: "watch1").lines(change)
        #expect(line == [PrintableText(#"evil \u{1B}[2J\u{9B}31m name\u{202E}\nsecond"#)])
    }

    @Test func status_ofAThousandNumbers_isQuick() {
        let numbers = (0..<1000).map {
            Sample.number(
                "\($0)", "+1 555 \($0)", "Number \($0)", status: "CONNECTED", rating: $0 % 7 == 0 ? "RED" : "GREEN", limit: "1K",
                changed: $0)
        }
        let time = ContinuousClock().measure {
            #expect(StatusReport(status: Sample.status, resources: numbers).lines(PageCase.all[0].page).count > 1000)
        }
        #expect(time < .seconds(2))
    }
}
