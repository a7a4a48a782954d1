import FakeDaemon
import Printing
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// What is wrong, as people read it, and what of it counts in the exit status.
@Suite struct AlarmReportTests {
    private static let now = Sample.moment.milliseconds
    private static func entries(_ resources: [Resource]) -> [AlarmEntry] { resources.map { AlarmEntry($0, now: now) } }

    @Test(arguments: PageCase.all) func alarms_areLaidOutForTheirPage(page: PageCase) throws {
        let lines = AlarmReport(Self.entries(Sample.alarms)).lines(page.page)
        try Golden.expect(lines, "alarms-\(page.name)")
        if let width = page.width, !page.isColored { #expect(lines.allSatisfy { $0.displayWidth <= width }) }
        #expect(AlarmReport([]).lines(page.page).isEmpty)
    }

    @Test(arguments: PageCase.all) func status_showsWhatIsWrongFirst(page: PageCase) throws {
        let report = StatusReport(
            status: Sample.status, resources: Sample.resources.filter { $0.kind != .blockedUser },
            states: StateTimes(Sample.arrivals, bound: nil), alarms: Self.entries(Sample.alarms))
        try Golden.expect(report.lines(page.page), "status-alarms-\(page.name)")
    }

    @Test(arguments: [PageCase.all[0], PageCase.all[1]]) func mutes_andAlarms_areListedAndShown(page: PageCase) throws {
        let mutes = [
            MuteEntry(
                id: "7", filter: Filter(accounts: ["acme"], phoneNumberIDs: ["107878721936019"]), names: ["quality", "health"],
                until: Sample.moment.advanced(by: .seconds(172_800)), reason: "known, ticket 4711", by: "alice (1000)"),
            MuteEntry(id: "12", filter: Filter(accounts: ["*"]), until: Sample.moment.advanced(by: .seconds(600)), by: "0"),
            MuteEntry(
                id: "13", filter: Filter(ids: ["unexpected/callback"]), until: Sample.moment.advanced(by: .seconds(600)), by: "root (0)"),
        ]
        var lines = MuteTable(mutes: mutes).lines(page.page) + [""]
        lines += ResourceTable(resources: Sample.alarms).lines(page.page) + [""]
        lines += ResourcePage(resource: Sample.alarms[0], lastChange: nil).lines(page.page)
        try Golden.expect(lines, "mutes-\(page.name)")
    }

    @Test func alarms_areSorted_theWorstFirst_andTheMutedLast() {
        let order = AlarmReport(Self.entries(Sample.alarms)).alarms.map(\.resource.id)
        #expect(order == ["blind", "number_down/105954558954427", "budget", "quality/107878721936019"])
        // A mute that is over is none.
        var ended = Sample.alarms[0]
        ended.document["muted"] = ["until": .string(Sample.moment.description)]
        #expect(AlarmEntry(ended, now: Self.now).mute == nil && AlarmEntry(ended, now: Self.now - 1).mute != nil)
    }

    // MARK: Exit status

    fileprivate struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status = "CONNECTED"
        var rating = "GREEN"
        var watch: String?
        var isOfNumber = false
        var toldBy: String?
        var alarms: [Resource] = []
        var mutes: [MuteEntry] = []
        var code: Int32
    }

    private static func mute(_ names: Set<String>?, account: String? = "acme", number: String? = nil, ids: Set<String>? = nil) -> MuteEntry
    {
        MuteEntry(
            id: "1", filter: Filter(accounts: account.map { [$0] }, ids: ids, phoneNumberIDs: number.map { [$0] }), names: names,
            until: Sample.moment.advanced(by: .seconds(60)), by: "0")
    }

    private static let muted: JSONObject = ["until": .string(Sample.moment.advanced(by: .seconds(60)).description), "by": "0"]

    private static let cases: [Case] = [
        Case(testDescription: "all is well", code: 0),
        Case(testDescription: "a rating counts before it is an alarm", rating: "YELLOW", code: 2),
        Case(
            testDescription: "a muted one does not", rating: "YELLOW",
            alarms: [Sample.alarm("quality", .warning, "", number: "1", muted: muted)], code: 0),
        Case(
            testDescription: "one that has broken its mute does", rating: "YELLOW",
            alarms: [Sample.alarm("quality", .warning, "", number: "1")],
            mutes: [mute(["quality"])], code: 2),
        Case(
            testDescription: "the mute of another number's does not matter", rating: "YELLOW",
            alarms: [Sample.alarm("quality", .warning, "", number: "2", muted: muted)], code: 2),
        Case(testDescription: "a mute holds before there is an alarm", rating: "YELLOW", mutes: [mute(["quality"], number: "1")], code: 0),
        Case(testDescription: "a mute of an id as well", rating: "YELLOW", mutes: [mute(nil, ids: ["quality/1"])], code: 0),
        Case(testDescription: "a mute of everything as well", rating: "YELLOW", mutes: [mute(nil, account: nil)], code: 0),
        Case(testDescription: "a mute of another name does not", rating: "YELLOW", mutes: [mute(["health"])], code: 2),
        Case(
            testDescription: "a mute of another account does not", rating: "YELLOW", mutes: [mute(["quality"], account: "brown")], code: 2),
        Case(testDescription: "a mute of another number does not", rating: "YELLOW", mutes: [mute(["quality"], number: "2")], code: 2),
        Case(
            testDescription: "what follows from a muted ban does not count", status: "BANNED", rating: "RED",
            alarms: [Sample.alarm("number_banned", .critical, "", number: "1", muted: muted)], code: 0),
        Case(
            testDescription: "a muted rating hides no ban", status: "BANNED", rating: "RED",
            alarms: [Sample.alarm("quality", .warning, "", number: "1", muted: muted)], code: 3),
        Case(testDescription: "an alarm that no row shows counts", alarms: [Sample.alarm("token_expiring", .critical, "")], code: 3),
        Case(testDescription: "unless it is muted", alarms: [Sample.alarm("token_expiring", .critical, "", muted: muted)], code: 0),
        Case(testDescription: "a watch that is not current counts", watch: "late", code: 2),
        Case(
            testDescription: "unless its alarm is muted", watch: "late", alarms: [Sample.alarm("budget", .warning, "", muted: muted)],
            code: 0),
        Case(
            testDescription: "what a number that is down no longer shows follows from that", status: "BANNED", watch: "forbidden",
            isOfNumber: true, alarms: [Sample.alarm("number_banned/1", .critical, "", number: "1", muted: muted)], code: 0),
        Case(
            testDescription: "but not what another number shows no longer", status: "BANNED", watch: "forbidden",
            alarms: [Sample.alarm("number_banned/1", .critical, "", number: "1", muted: muted)], code: 2),
        Case(
            testDescription: "nor is a number down because that is muted", watch: "forbidden", isOfNumber: true,
            mutes: [mute(["number_down"])], code: 2),
        Case(
            testDescription: "what has two alarms counts while one of them is not muted", watch: "unauthorized",
            alarms: [
                Sample.alarm("token_refused", .critical, "", muted: muted), Sample.alarm("blind", .warning, ""),
            ], code: 3),
        Case(
            testDescription: "a watch that follows a muted one does not count", watch: "unreachable", toldBy: "connection",
            alarms: [
                Sample.alarm("blind", .critical, "", account: "*", thing: "connection", muted: muted),
                Sample.alarm("blind/qr_code", .warning, "", thing: "qr_code", muted: muted),
            ], code: 0),
        Case(
            testDescription: "the mute of another watch's does not matter", watch: "unreachable",
            alarms: [
                Sample.alarm("blind/account", .warning, "", thing: "account"),
                Sample.alarm("blind/qr_code", .warning, "", thing: "qr_code", muted: muted),
            ], code: 2),
    ]

    @Test(arguments: cases) fileprivate func exitStatus_countsWhatIsNotMuted(of case: Case) {
        var status = Sample.status
        status.watches =
            `case`.watch.map { state in
                [
                    WatchStatus(
                        account: "acme", kind: `case`.isOfNumber ? .qrCode : .account, phoneNumberID: `case`.isOfNumber ? "1" : nil,
                        state: OpenEnum(rawValue: state), since: Sample.moment, everyMilliseconds: 1000,
                        toldBy: `case`.toldBy)
                ]
            } ?? []
        let number = Sample.number("1", "+1", "n", status: `case`.status, rating: `case`.rating, limit: "1K", changed: 0)
        let report = StatusReport(
            status: status, resources: [number], alarms: Self.entries(`case`.alarms), mutes: `case`.mutes)
        #expect(report.health.exitCode == `case`.code)
    }

    // MARK: Many accounts

    /// Accounts of so many numbers each, all well.
    private func many(_ accounts: Int, _ numbers: Int) -> (status: Status, resources: [Resource]) {
        var status = Sample.status
        (status.watches, status.budgets) = ([], [])
        var resources: [Resource] = []
        for account in 0..<accounts {
            let name = "account-\(account)"
            status.budgets.append(Budget(account: name, callsLastHour: 1, callsPerHour: 100))
            for kind in [Kind.account, .phoneNumber] {
                status.watches.append(
                    WatchStatus(
                        account: name, kind: kind, state: OpenEnum(.current), since: Sample.moment, everyMilliseconds: 60_000,
                        lastSuccessAt: Sample.moment))
            }
            resources.append(
                Resource(
                    ResourceID(account: name, kind: .account, id: "\(account)"), confirmedAt: Sample.moment, changedAt: Sample.moment,
                    document: ["status": "ACTIVE"]))
            for number in 0..<numbers {
                let id = "\(account * 1000 + number)"
                var resource = Sample.number(id, "+\(id)", "n", status: "CONNECTED", rating: "GREEN", limit: "1K", changed: 0)
                resource.account = name
                (resource.id, resource.phoneNumberID) = (id, id)
                resources.append(resource)
            }
        }
        return (status, resources)
    }

    @Test(arguments: PageCase.all) func status_of200AccountsThatAreWell_isAFewLines(page: PageCase) {
        let (status, resources) = many(200, 20)
        let lines = StatusReport(status: status, resources: resources).lines(page.page).map(\.plain)
        #expect(lines.count <= 12, "\(lines)")
        #expect(lines.last?.contains("200 accounts and 4000 numbers are well") == true, "\(lines)")
        #expect(StatusReport(status: status, resources: resources, showsAll: true).lines(page.page).count > 4200)
        // Twenty are listed.
        let few = many(20, 1)
        #expect(StatusReport(status: few.status, resources: few.resources).lines(page.page).count > 40)
    }

    @Test(arguments: [false, true]) func status_of200Accounts_showsTheBannedOne_onTheFirstScreen(isAlarm: Bool) throws {
        var (status, resources) = many(200, 20)
        let index = try #require(resources.firstIndex { $0.id == "123007" })
        resources[index].document["status"] = "BANNED"
        let alarm = Sample.alarm(
            "number_banned", .critical, "account-123: +123007 (123007) is BANNED", number: "123007", account: "account-123")
        // A thousand watches follow the one that tells.
        for number in 0..<1000 {
            status.watches.append(
                WatchStatus(
                    account: "account-1", kind: .businessProfile, phoneNumberID: "\(number)", state: OpenEnum(.throttled),
                    since: Sample.moment, everyMilliseconds: 1000, toldBy: "account"))
        }
        let report = StatusReport(status: status, resources: resources, alarms: isAlarm ? Self.entries([alarm]) : [])
        let lines = report.lines(PageCase.all[1].page).map(\.plain)
        #expect(lines.count <= 24, "\(lines)")
        #expect(lines.prefix(12).contains { $0.contains("123007") && $0.contains(isAlarm ? "number_banned" : "BANNED") }, "\(lines)")
        #expect(lines.contains { $0.contains("1000 watches follow a wider one") }, "\(lines)")
        #expect(lines.last?.contains("3999 numbers are well") == true, "\(lines)")
        #expect(report.health.exitCode == 3)
    }

    /// What a daemon with very many accounts tells instead of everything leads to the same page.
    @Test(arguments: PageCase.all) func status_ofWhatIsCounted_isThatOfEverything(page: PageCase) throws {
        var (status, resources) = many(200, 20)
        func change(_ id: String, _ body: (inout Resource) -> Void) throws {
            body(&resources[try #require(resources.firstIndex { $0.id == id })])
        }
        try change("123007") { $0.document["status"] = "BANNED" }
        try change("50001") { $0.document["quality_rating"] = "YELLOW" }
        try change("31") { $0.document["status"] = "RESTRICTED" }
        // The latest answer does not show these two, of which one is well.
        for id in ["60003", "123007"] { try change(id) { $0.confirmedAt = Timestamp(milliseconds: $0.confirmedAt.milliseconds - 600_000) } }
        resources.removeAll { $0.account == "account-9" }
        for index in status.watches.indices where ["account-5", "account-6"].contains(status.watches[index].account) {
            let isOfNumbers = status.watches[index].kind.known == .phoneNumber
            if isOfNumbers || status.watches[index].account == "account-6" { status.watches[index].state = OpenEnum(.unauthorized) }
        }
        for number in 0..<30 {
            status.watches.append(
                WatchStatus(
                    account: "account-1", kind: .businessProfile, phoneNumberID: "\(number)",
                    state: OpenEnum(number == 7 ? .throttled : .current), since: Sample.moment, everyMilliseconds: 1000))
        }
        var narrow = status
        narrow.watches.removeAll { $0.state.known == .current && $0.phoneNumberID != nil }
        let bad = resources.filter { Health($0) != .good }
        var well: [[String]: OverviewReply.Well] = [:]
        for resource in resources where Health(resource) == .good {
            let key = [resource.account, resource.kind.rawValue, resource.confirmedAt.description]
            let things = (well[key]?.things ?? 0) + 1
            well[key] = .init(account: resource.account, kind: resource.kind, things: things, confirmedAt: resource.confirmedAt)
        }
        let alarms = Self.entries([
            Sample.alarm(
                "number_banned", .critical, "account-123: +123007 (123007) is BANNED", number: "123007", account: "account-123")
        ])
        let whole = StatusReport(status: status, resources: resources, alarms: alarms)
        let counted = StatusReport(status: narrow, resources: bad, counted: Array(well.values), alarms: alarms)
        #expect(bad.count == 3 && counted.lines(page.page) == whole.lines(page.page))
        #expect(counted.health == whole.health && counted.staleCount == whole.staleCount && whole.staleCount == 43)
        #expect(CheckLine(counted).line == CheckLine(whole).line)
    }

    @Test func plan_ofManyAccounts_isTheirSum_andThoseAboveTheirBudget() {
        var (status, _) = many(30, 1)
        let page = PageCase.all[1].page
        func lines(_ showsAll: Bool) -> [String] { PlanReport(status: status, showsAll: showsAll).lines(page).map(\.plain) }
        // 120 calls an hour each.
        #expect(lines(false).first?.hasPrefix("30 accounts: 3600 of 3000 calls an hour at least, 30 in the last hour") == true)
        #expect(lines(false).last?.contains("0 accounts within budget, 10 more accounts above it; --all lists them") == true)
        for index in status.budgets.indices where index != 17 { status.budgets[index].callsPerHour = 500 }
        let short = lines(false)
        #expect(short.count < 15 && short.contains { $0.hasPrefix("account-17: 120 of 100 calls an hour at least") }, "\(short)")
        #expect(short.contains { $0.hasPrefix("phone_number ") && $0.contains(" 30 ") && $0.contains(" 1800 ") }, "\(short)")
        #expect(short.last?.contains("29 accounts within budget; --all lists them") == true)
        #expect(lines(true).count { $0.hasPrefix("account-") } == 30)
    }

    @Test func timeline_ofManyNumbers_drawsThoseThatWereNotWellOrChanged() throws {
        var (_, resources) = many(6, 20)
        for (id, document) in [
            ("1001", ["quality_rating": "RED"]), ("2002", ["status": "BANNED"]),
        ] as [(String, JSONObject)] {
            let index = try #require(resources.firstIndex { $0.id == id })
            for member in document { resources[index].document[member.name] = member.value }
        }
        let now = Sample.moment.milliseconds
        func change(_ id: String, _ member: String, _ old: String) -> Change {
            Change(
                ResourceID(account: "account-3", kind: .phoneNumber, id: id, phoneNumberID: id), cursor: Cursor("c"), sequence: 1,
                observedAt: Timestamp(milliseconds: now - 3_600_000), operation: .changed, origin: .poll, severity: .notice,
                fields: [JSONPointer([member])], before: [member: .string(old)], after: [member: "GREEN"], summary: "")
        }
        let changes = [
            change("3003", "quality_rating", "YELLOW"), change("3004", "whatsapp_business_manager_messaging_limit", "TIER_250"),
            change("3005", "verified_name", "n"),
        ]
        let timeline = Timeline(from: now - 86_400_000, to: now, resources: resources, changes: changes)
        func lines(_ showsAll: Bool) -> [String] {
            TimelineText(timeline: timeline, page: PageCase.all[1].page, isASCII: true, showsAll: showsAll).lines().map(\.plain)
        }
        let titles = lines(false).filter { $0.contains("+") }
        #expect(
            titles.count == 4 && ["1001", "2002", "3003", "3004"].allSatisfy { id in titles.contains { $0.contains(id) } }, "\(titles)")
        #expect(lines(false).last?.contains("116 numbers stayed as they were, and well; --all draws them") == true)
        #expect(lines(true).count { $0.contains("+") } == 120)
    }

    @Test func status_cutToASeverity_showsNothingElse() {
        let resources = Sample.resources.filter { $0.kind != .blockedUser }
        let report = StatusReport(
            status: Sample.status, resources: resources, alarms: Self.entries(Sample.alarms), least: .critical)
        let lines = report.lines(PageCase.all[1].page).map(\.plain).joined(separator: "\n")
        #expect(lines.contains("DISCONNECTED") && lines.contains("number_down"))
        #expect(!lines.contains("YELLOW") && !lines.contains("budget") && !lines.contains("late"))
    }

    @Test(arguments: [
        ("acne", "acme", true), ("ACME", "acme", true), ("acme-europe-2", "acme-europe-1", true), ("brown", "acme", false),
        ("", "acme", false),
    ])
    func nearestName_isTold_ifOneIsNear(written: String, name: String, isNear: Bool) {
        #expect(Nearest.sentence("none", written, [name, "something else entirely"]) == (isNear ? "none; the nearest is \(name)" : "none"))
        #expect(Nearest.distance(written, name) == Nearest.distance(name, written))
    }
}
