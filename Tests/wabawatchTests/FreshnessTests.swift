import FakeDaemon
import Printing
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// What is not current never looks current.
@Suite(.timeLimit(.minutes(1))) struct FreshnessTests {
    private static func at(_ seconds: Int) -> Timestamp { Sample.moment.advanced(by: .seconds(-seconds)) }
    private static let profile = Resource(
        ResourceID(account: "acme", kind: .businessProfile, id: "106540352242922", phoneNumberID: "106540352242922"),
        confirmedAt: at(300), changedAt: at(9000), document: ["about": "Hi"])
    private static let things = Sample.resources.filter { $0.kind != .blockedUser } + [profile]

    /// The sample's daemon, in which a watch stands otherwise.
    static func status(_ kind: Kind, _ state: String, account: String = "acme", number: String? = nil) -> Status {
        var status = Sample.status
        status.watches = [
            (.phoneNumber, nil, 20), (.account, nil, 60), (.businessProfile, "106540352242922" as String?, 300),
        ].map { kind, number, seconds in
            WatchStatus(
                account: "acme", kind: kind, phoneNumberID: number, state: OpenEnum(.current), since: at(7300), everyMilliseconds: 900_000,
                lastSuccessAt: at(seconds))
        }
        let watch = WatchStatus(
            account: account, kind: kind, phoneNumberID: number, state: OpenEnum(rawValue: state), reason: "no", since: at(1900),
            everyMilliseconds: 60_000, lastSuccessAt: at(1960), failures: 9)
        if let index = status.watches.firstIndex(where: { $0.account == account && $0.kind == kind && $0.phoneNumberID == number }) {
            status.watches[index] = watch
        } else {
            status.watches.append(watch)
        }
        return status
    }

    @Test func thing_isCurrent_whileItsWatchIs() {
        let freshness = Freshness(Self.status(.account, "current", number: "none of these"))
        for thing in Self.things { #expect(freshness.staleness(of: thing) == nil, "\(thing)") }
        // Watches are what the daemon itself knows; of an unknown kind it is not known whether anything watches it.
        for kind in ["watch", "alarm_of_tomorrow"] {
            var thing = Self.profile
            thing.kind = OpenEnum(rawValue: kind)
            #expect(freshness.staleness(of: thing) == nil)
        }
        #expect(Freshness().staleness(of: Self.profile) == nil)
    }

    @Test(arguments: WatchState.allCases.filter { $0 != .current }.map(\.rawValue) + ["asleep"])
    func thing_isNotCurrent_whileItsWatchIsNot(state: String) {
        let freshness = Freshness(Self.status(.phoneNumber, state))
        for number in Self.things where number.kind == .phoneNumber {
            let known = WatchState(rawValue: state)
            let words = known == .unauthorized ? "token rejected: replace it, then reload" : "phone_number: \(known?.words ?? state)"
            #expect(freshness.staleness(of: number) == .init(asOf: number.confirmedAt, reason: words))
        }
        #expect(freshness.staleness(of: Self.things[0]) == nil, "the account is seen by another watch")
        let own = Freshness(Self.status(.businessProfile, state, number: "106540352242922"))
        #expect(own.staleness(of: Self.profile)?.asOf == Self.at(300))
        #expect(own.staleness(of: Self.things[1]) == nil)
    }

    /// What is refused to the account, or for its list of numbers, holds for what depends on them, before their own watches know.
    @Test(arguments: ["unauthorized", "forbidden", "not_found"]) func thing_isNotCurrent_whileAWiderWatchIsRefused(state: String) {
        let words = WatchState(rawValue: state)?.words ?? state
        func reason(_ place: String) -> String {
            state == "unauthorized" ? "token rejected: replace it, then reload" : "\(place): \(words)"
        }
        let account = Freshness(Self.status(.account, state))
        for thing in Self.things { #expect(account.staleness(of: thing)?.reason == reason("account"), "\(thing)") }
        let numbers = Freshness(Self.status(.phoneNumber, state))
        #expect(numbers.staleness(of: Self.profile)?.reason == reason("phone_number"))
        #expect(Freshness(Self.status(.account, "unreachable")).staleness(of: Self.things[1]) == nil, "its own watch says what it sees")
    }

    @Test func nothing_isCurrent_whileMetaCannotBeReached() {
        let freshness = Freshness(Self.status(.account, "unreachable", account: "*"))
        for thing in Self.things { #expect(freshness.staleness(of: thing)?.reason == "all accounts: Meta unreachable") }
    }

    @Test func thing_thatNothingWatches_orThatLatestAnswersLack_isNotCurrent() {
        var status = Self.status(.account, "current", number: "none of these")
        var number = Self.things[1]
        number.confirmedAt = Self.at(20 + 900 + 61)
        #expect(Freshness(status).staleness(of: number)?.reason == "the latest answer does not show it")
        number.confirmedAt = Self.at(20 + 900 + 60)
        #expect(Freshness(status).staleness(of: number) == nil)
        status.watches.removeAll { $0.kind == .phoneNumber }
        #expect(Freshness(status).staleness(of: number)?.reason == "nothing watches it")
    }

    /// A daemon that was away shows what another process saw, until it has polled.
    @Test func thing_ofBeforeALongAbsence_isNotCurrent() {
        var status = Self.status(.account, "current", number: "none of these")
        status.watches[0].everyMilliseconds = 60_000
        status.watches[0].lastSuccessAt = Self.at(301)
        status.startedAt = Self.at(0)
        #expect(Freshness(status).staleness(of: Self.things[1])?.reason == "the daemon has just begun, and has not seen it yet" as String?)
        status.startedAt = Self.at(1)
        #expect(Freshness(status).staleness(of: Self.things[1]) == nil)
    }

    private func painted(_ lines: [PrintableText], _ words: String) throws -> String {
        try #require(lines.map(\.rendered).first { $0.contains(words) })
    }

    private static let colours = ["\u{1B}[0;1;32m", "\u{1B}[0;1;33m", "\u{1B}[0;1;31m"]

    @Test(arguments: ["unauthorized", "forbidden"]) func status_ofARefusedAccount_showsItsNumbersGrey_withTheTimeTheyAreOf(state: String)
        throws
    {
        let page = try #require(PageCase.all.first { $0.isColored && $0.width == 200 }).page
        let status = Self.status(.account, state)
        let lines = StatusReport(status: status, resources: Self.things).lines(page)
        for (words, time) in [
            ("+1 555-078-3881", "03:59"), ("+1 555-093-4873", "03:59"), ("+49 1511 2345678", "03:59"), ("Acme Hardware", "03:59"),
        ] {
            let row = try painted(lines, words)
            for colour in Self.colours { #expect(!row.contains(colour), "\(row)") }
            #expect(row.contains("\u{1B}[0;90m\(time)\u{1B}"), "\(row)")
        }
        let head = try #require(lines.first?.rendered)
        #expect(head.contains("4 not current") && !head.contains("all well"))
        // The watch itself is as urgent as before, and so is what was critical when it was last seen.
        #expect(StatusReport(status: status, resources: Self.things).health == .critical)
    }

    @Test func status_ofWhatIsStaleAlone_isNotAllWell() throws {
        let page = try #require(PageCase.all.first { $0.isColored }).page
        var status = Self.status(.account, "current", number: "none of these")
        let number = Self.things[2]
        #expect(StatusReport(status: status, resources: [number]).lines(page)[0].rendered.contains("all well"))
        status.watches.removeAll { $0.kind == .phoneNumber }
        let head = StatusReport(status: status, resources: [number]).lines(page)[0].rendered
        #expect(!head.contains("all well") && head.contains("1 not current") && !head.contains(Self.colours[0]), "\(head)")
    }

    @Test(arguments: PageCase.all) func status_ofATroubledList_isLaidOutForItsPage(page: PageCase) throws {
        let status = Self.status(.phoneNumber, "unreachable")
        let states = StateTimes(Sample.arrivals, bound: nil)
        let lines = StatusReport(status: status, resources: Self.things, states: states).lines(page.page)
        try Golden.expect(lines, "status-stale-\(page.name)")
        if let width = page.width, !page.isColored { #expect(lines.allSatisfy { $0.displayWidth <= width }) }
    }

    @Test(arguments: PageCase.all) func listAndShow_ofWhatIsNotCurrent_areGreyAndSayAsOfWhen(page: PageCase) throws {
        let freshness = Freshness(Self.status(.phoneNumber, "forbidden"))
        let table = ResourceTable(resources: Self.things, freshness: freshness).lines(page.page)
        try Golden.expect(table, "list-stale-\(page.name)")
        if let width = page.width, !page.isColored { #expect(table.allSatisfy { $0.displayWidth <= width }) }
        let number = Self.things[1]
        let shown = ResourcePage(resource: number, lastChange: nil, staleness: freshness.staleness(of: number)).lines(page.page)
        try Golden.expect(shown, "show-stale-\(page.name)")
        let line = ResourceTable.line(Self.things[3], page.page, freshness).rendered
        #expect(line.contains("(as of Nov 21 03:59:40)"))
        for text in shown.map(\.rendered) + [line] { for colour in Self.colours { #expect(!text.contains(colour)) } }
    }

    @Test func commands_askTheDaemon() async throws {
        let log = FakeLog(resources: Self.things)
        await log.record(1, Sample.fall)
        let number = "106540352242922"
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Self.status(.account, "forbidden")), at: path) {
                for arguments in [["status"], ["list"], ["list", "-o", "full"], ["show", "phone_number", number], ["timeline"]] {
                    let outcome = try await BuiltCommand(arguments, socket: path).run()
                    let words = ["list": "AS OF", "status": "AS OF", "show": "As of: ", "timeline": "(as of "][arguments[0]]
                    let wanted = arguments.contains("full") ? "As of: " : words ?? "?"
                    #expect(outcome.output.contains(wanted), "\(arguments): \(outcome.output)\(outcome.errors)")
                }
                // For programs there is the interface's own.
                let json = try await BuiltCommand(["list", "-o", "json"], socket: path).run()
                #expect(!json.output.contains("as of") && json.output.split(separator: "\n").count == Self.things.count)
                let first = try await BuiltCommand(
                    [], socket: path, through: ["/bin/sh", "-c", "\(BuiltCommand.path) monitor --snapshot | head -n 1"]
                ).run()
                #expect(first.output.contains("(as of "), "\(first)")
            }
        }
    }
}
