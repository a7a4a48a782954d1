import FakeDaemon
import StrictJSON
import TestTools
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// `check`, as monitoring systems run it.
@Suite(.timeLimit(.minutes(2))) struct CheckTests {
    private static func number(
        _ id: String = "1", status: String = "CONNECTED", rating: String = "GREEN", health: String? = nil
    ) -> Resource {
        var number = Sample.number(id, "+1 555 010\(id)", "n", status: status, rating: rating, limit: "1K", changed: 0)
        number.document["health_status"] = health.map { ["can_send_message": .string($0)] }
        return number
    }

    private static func watch(_ state: WatchState, of kind: Kind = .qrCode, reason: String? = nil, toldBy: String? = nil) -> WatchStatus {
        WatchStatus(
            account: "acme", kind: kind, phoneNumberID: kind == .qrCode ? "1" : nil, state: OpenEnum(state), reason: reason,
            since: Sample.moment, everyMilliseconds: 1000, toldBy: toldBy)
    }

    private static func alarm(_ name: String, _ severity: String, _ summary: String, isMuted: Bool = false) -> AlarmEntry {
        var document: JSONObject = ["name": .string(name), "severity": .string(severity), "summary": .string(summary)]
        if isMuted { document["muted"] = ["until": "2099-01-01T00:00:00Z", "by": "alice (1000)"] }
        return AlarmEntry(
            Resource(
                ResourceID(account: "acme", kind: .alarm, id: name), confirmedAt: Sample.moment, changedAt: Sample.moment,
                document: document), now: 0)
    }

    private func line(
        _ resources: [Resource], _ watches: [WatchStatus] = [], _ alarms: [AlarmEntry] = [], budget: Budget? = nil
    ) -> (text: String, state: CheckLine.State) {
        var status = Sample.status
        // Accounts and numbers are current.
        let current = [Kind.account, .phoneNumber].filter { kind in !watches.contains { $0.kind == OpenEnum(kind) } }.map {
            Self.watch(.current, of: $0)
        }
        (status.watches, status.budgets) = (watches + current, [Budget(account: "acme", callsLastHour: 12, callsPerHour: 100)])
        let line = CheckLine(StatusReport(status: status, resources: resources, alarms: alarms), budget: budget)
        return ("\(line.line)", line.state)
    }

    @Test func oneLine_saysTheWorst_andCountsTheRest() {
        let banned = Self.number("1", status: "BANNED")
        let cases: [(found: (text: String, state: CheckLine.State), text: String, state: CheckLine.State)] = [
            (
                line([Self.number()], [Self.watch(.current)]),
                "WABAWATCH OK: 1 account, 1 number well | critical=0;;0;0 warning=0;0;;0 muted=0;;;0 not_current=0;;;0 accounts=1;;;0 numbers=1;;;0",
                .ok
            ),
            (
                line([banned, Self.number("2", rating: "YELLOW")]),
                "WABAWATCH CRITICAL: acme: +1 555 0101 has status BANNED, and 1 more | critical=1;;0;0 warning=1;0;;0 muted=0;;;0 not_current=0;;;0 accounts=1;;;0 numbers=2;;;0",
                .critical
            ),
            (
                line([Self.number(health: "LIMITED")], budget: Budget(account: "acme", callsLastHour: 12, callsPerHour: 100)),
                "WABAWATCH WARNING: acme: +1 555 0101 has health LIMITED | critical=0;;0;0 warning=1;0;;0 muted=0;;;0 not_current=0;;;0 accounts=1;;;0 numbers=1;;;0 calls_last_hour=12;;;0;100",
                .warning
            ),
            // The alarm says it in words, and counts once.
            (
                line([banned], [], [Self.alarm("number_banned", "critical", "+1 555 0101 is BANNED | at once\nnow")]),
                "WABAWATCH CRITICAL: acme: +1 555 0101 is BANNED / at once now | critical=1;;0;0 warning=0;0;;0 muted=0;;;0 not_current=0;;;0 accounts=1;;;0 numbers=1;;;0",
                .critical
            ),
        ]
        for (found, text, state) in cases {
            #expect(found.text == text)
            #expect(found.state == state)
        }
    }

    @Test func watchThatIsNotCurrent_isAWarning_andSaysWhy() {
        let (text, state) = line([], [Self.watch(.forbidden, reason: "Meta refuses it"), Self.watch(.forbidden, toldBy: "account")])
        #expect(
            text.hasPrefix("WABAWATCH WARNING: acme: qr_code of 1: forbidden, Meta refuses it | critical=0;;0;0 warning=1;0;;0"), "\(text)")
        #expect(state == .warning)
        #expect(line([], [Self.watch(.unauthorized, of: .account)]).state == .critical)
    }

    @Test func whatIsMutedAndNotCurrent_isNotSaidToBeWellNow() {
        let blind = Self.alarm("blind", "warning", "the numbers cannot be seen", isMuted: true)
        let (text, state) = line([Self.number()], [Self.watch(.unreachable, of: .phoneNumber)], [blind])
        #expect(text.hasPrefix("WABAWATCH OK: 1 account, 1 number well when last seen, 1 not current | "), "\(text)")
        #expect(state == .ok)
    }

    @Test func whatIsMuted_isWell_andCounted() {
        let (text, state) = line(
            [Self.number(status: "BANNED")], [], [Self.alarm("number_banned", "critical", "it is BANNED", isMuted: true)])
        #expect(text.hasPrefix("WABAWATCH OK: 1 account, 1 number well | critical=0;;0;0 warning=0;0;;0 muted=1;;;0"), "\(text)")
        #expect(state == .ok)
    }

    @Test func program_endsAsPluginsDo() async throws {
        let log = FakeLog(resources: Sample.resources + Sample.alarms)
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status), at: path) {
                let all = try await BuiltCommand(["check"], socket: path).run()
                #expect(all.code == 2 && all.output.hasPrefix("WABAWATCH CRITICAL: ") && all.errors == "", "\(all)")
                #expect(all.output.split(separator: "\n").count == 1)
                let account = try await BuiltCommand(["check", "acme"], socket: path).run()
                #expect(account.code == 2 && account.output.contains(" calls_last_hour="), "\(account)")
                for (arguments, why) in [
                    (["check", "acne"], "no account is named acne; the nearest is acme"),
                    (["check", "--number", "4711"], "no phone number is watched that reads 4711"),
                ] {
                    let outcome = try await BuiltCommand(arguments, socket: path).run()
                    #expect(outcome == .init(code: 3, output: "WABAWATCH UNKNOWN: \(why)\n", errors: ""), "\(arguments)")
                }
            }
            let absent = try await BuiltCommand(["check"], socket: path).run()
            #expect(absent.code == 3 && absent.output.hasPrefix("WABAWATCH UNKNOWN: ") && absent.errors == "", "\(absent)")
            #expect(absent.output.contains("systemctl start wabawatchd"))
        }
    }
}
