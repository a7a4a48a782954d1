import Changes
import FoundationEssentials
import Ledger
import StrictJSON
import Synchronization
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import InterfaceRecords
@testable import WabaWatchService
@testable import Watching

private let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"]

/// Where very many are watched, one message does not hold how they stand.
@Suite("Status in parts", .inTurn, .timeLimit(.minutes(2)))
struct StatusPartsTests {
    /// So many accounts with so many numbers each, all of whose kinds by number are watched.
    private static func report(accounts: Int, numbers: Int, reason: String? = nil) -> StatusReport {
        let kinds = [Kind.phoneNumberSettings, .businessProfile, .commerceSettings, .blockedUser, .qrCode].sorted()
        let names = (0..<accounts).map { String("account-\(1_000_000 + $0)") }
        let watches = names.flatMap { name in
            kinds.flatMap { kind in
                (0..<numbers).map { number in
                    let target = PollTarget(account: name, kind: kind, phoneNumberID: "\(107_878_721_936_000 + number)")
                    var watch = Watch(over: target, since: LiveService.time(0))
                    if let reason { _ = watch.on(.failed(.forbidden, reason: reason), at: LiveService.time(1)) }
                    return WatchReport(target: target, watch: watch, every: .seconds(900), nextAt: LiveService.time(900), progress: nil)
                }
            }
        }
        return StatusReport(watches: watches, budgets: names.map(budget))
    }

    private static func budget(_ account: String) -> BudgetReport {
        BudgetReport(
            account: account, callsLastHour: 7, callsPerHour: 100, usagePercent: 41, blockedUntil: nil, saved: 3,
            token: TokenReport(checkedAt: LiveService.time(5), scopes: ["whatsapp_business_management"]),
            plan: CallPlan([], budget: 100))
    }

    /// A watcher whose report is made up, and may become another one.
    private final class MadeUp: WatchReporting {
        private let present: Mutex<(StatusReport, Int)>
        init(_ report: StatusReport) { present = Mutex((report, 0)) }
        var count: Int { present.withLock(\.1) }
        func becomes(_ report: StatusReport) { present.withLock { $0.0 = report } }
        func watches(account: String) -> Bool { true }
        func report() -> (watches: [WatchReport], budgets: [BudgetReport]) {
            present.withLock {
                $0.1 += 1
                return ($0.0.watches, $0.0.budgets)
            }
        }
    }

    private static func name(_ watch: WatchStatus) -> String { "\(watch.account)/\(watch.kind)/\(watch.phoneNumberID ?? "")" }
    private static func name(_ report: WatchReport) -> String { name(WatchStatus(report, trouble: nil)) }

    /// What a report's parts are, one after the other.
    private static func parts(of report: StatusReport) -> [StatusReport.Part] {
        var parts: [StatusReport.Part] = []
        var place: StatusReport.Place? = .beginning
        while let here = place {
            parts.append(report.part(after: here, trouble: nil))
            place = parts.last?.next
        }
        return parts
    }

    @Test func status_ofVeryManyWatches_isHeardByTheClient_inMessagesOfBoundedSize() async throws {
        let report = Self.report(accounts: 1_000, numbers: 30)
        try #require(report.watches.count == 150_000)
        try await LiveService.with(checksReplies: false, watcher: MadeUp(report)) { live in
            let status = try await WabaWatch(socket: live.socket).getStatus()
            // So many are not to be printed.
            let isWhole = zip(status.watches, report.watches).allSatisfy {
                $0.phoneNumberID == $1.target.phoneNumberID && $0.kind == $1.target.kind
            }
            #expect(isWhole && status.watches.count == report.watches.count)
            #expect(status.budgets.map(\.account) == report.budgets.map(\.account))
            #expect(status.version == "0" && status.cursor == Cursor(live.ledger.cursor))
            #expect(!live.service.reports.isKept)

            // A client that takes no message over 512 KiB hears the first of them as well; all have the same bound.
            var limits = ClientLimits()
            limits.messageBytes = 512 << 10
            let client = try await VarlinkClient.connect(path: live.socket, limits: limits)
            await #expect(throws: VarlinkError.expectedMore, "nothing of this size is even begun") {
                try await client.call(GetStatusParameters.qualifiedMethod)
            }
            var heard = 0
            for try await reply in client.stream(GetStatusParameters.qualifiedMethod) {
                heard += reply["status"]?["watches"]?.array?.count ?? 0
                if heard >= 5_000 { break }
            }
            #expect(heard == 5_000)
        }
    }

    /// Whether Meta can be reached is told by the watch over that, and of each watch in trouble, which wider one tells of it.
    @Test(arguments: [false, true]) func status_tellsOfTheConnection_andWhoTellsOfATrouble(isUnreachable: Bool) async throws {
        var connection = Watch(over: .connection, since: LiveService.time(0))
        _ = connection.on(.complete, at: LiveService.time(1))
        if isUnreachable {
            for second in Int64(2)..<5 { _ = connection.on(.failed(.unreachable, reason: "no route"), at: LiveService.time(second)) }
            try #require(connection.state == .unreachable)
        }
        func report(_ target: PollTarget, _ watch: Watch) -> WatchReport {
            WatchReport(target: target, watch: watch, every: .seconds(60), nextAt: nil, progress: nil)
        }
        let target = PollTarget(account: "acme", kind: .phoneNumber)
        var follower = report(target, Watch(over: target, since: LiveService.time(0)))
        if isUnreachable { follower.toldBy = "connection" }
        let watches = [report(.connection, connection), follower]
        try await LiveService.with(watcher: MadeUp(StatusReport(watches: watches, budgets: [Self.budget("acme")]))) { live in
            for status in [
                try await WabaWatch(socket: live.socket).getStatus(),
                try GetStatusReply(json: try await WabaWatch(socket: live.socket).call(GetStatusParameters.qualifiedMethod, [:])).status,
            ] {
                #expect(status.connection?.state == (isUnreachable ? "unreachable" : "reachable"))
                #expect(status.connection?.reason == (isUnreachable ? "no route" : nil))
                #expect(status.watches.map(\.toldBy) == [nil, isUnreachable ? "connection" : nil] && status.watches.first?.account == "*")
            }
        }
    }

    @Test func parts_haveABoundedNumberOfRecords_andOfBytes_whateverTheTexts() {
        let reasons: [(String?, numbers: Int)] = [
            (nil, 700), ("why", 300), (String(repeating: "\u{1}", count: 40_000), 4), (String(repeating: "x", count: 1 << 20), 1),
        ]
        for (reason, numbers) in reasons {
            let report = Self.report(accounts: 1, numbers: numbers, reason: reason)
            let parts = Self.parts(of: report)
            #expect(parts.flatMap { $0.watches.map(Self.name) } == report.watches.map(Self.name))
            #expect(parts.flatMap(\.budgets) == report.budgets.map(WabaWatchInterface.Budget.init))
            for part in parts {
                #expect(part.watches.count + part.budgets.count <= 1_000)
                let bytes =
                    part.watches.reduce(0) { $0 + $1.size } + part.budgets.reduce(0) { $0 + $1.size }
                    + part.tokens.reduce(0) { $0 + $1.size }
                #expect(bytes <= 1 << 20 || part.watches.count + part.budgets.count == 1)
                #expect(part.watches.allSatisfy { $0.size <= $0.largestSize && $0.size >= WatchStatus.smallestSize })
                #expect(part.budgets.allSatisfy { $0.size <= $0.largestSize })
                #expect(part.tokens.allSatisfy { $0.size <= $0.largestSize })
            }
        }
    }

    @Test func budgets_ofVeryManyAccounts_areEachInOnePart() {
        let names = (0..<5_500).map { String("account-\(1_000_000 + $0)") }
        let parts = Self.parts(of: StatusReport(watches: [], budgets: names.map(Self.budget)))
        #expect(parts.count == 6)
        #expect(parts.flatMap { $0.budgets.map(\.account) } == names)
    }

    @Test func status_ofNothing_isOneEmptyPart() {
        #expect(Self.parts(of: StatusReport(watches: [], budgets: [])) == [StatusReport.Part()])
    }

    /// Who is slow goes on in a newer report: what is in both is told once, wherever others come and go.
    @Test func caller_whoGoesOnInALaterReport_hearsOnceOfWhatIsInBoth() {
        let report = Self.report(accounts: 4, numbers: 150)
        let later = StatusReport(
            watches: Self.report(accounts: 5, numbers: 200).watches.enumerated().filter { $0.offset % 7 != 3 }.map(\.element),
            budgets: Self.report(accounts: 5, numbers: 1).budgets.enumerated().filter { $0.offset != 1 }.map(\.element))
        for turn in 0..<4 {
            var told: [String] = []
            var place: StatusReport.Place? = .beginning
            var parts = 0
            while let here = place {
                let part = (parts < turn ? report : later).part(after: here, trouble: nil)
                told += part.watches.map(Self.name) + part.budgets.map(\.account)
                place = part.next
                parts += 1
            }
            #expect(Set(told).count == told.count)
            let always = Set(report.watches.map(Self.name) + report.budgets.map(\.account))
                .intersection(later.watches.map(Self.name) + later.budgets.map(\.account))
            #expect(always.isSubset(of: told), "after \(turn) parts")
        }
    }

    /// Promise 8: what callers asked for and do not read is kept once, not once for each.
    @Test func report_isKeptOnceForAllCallers_andOnlyWhileOneIsThere() async {
        let watcher = MadeUp(Self.report(accounts: 1, numbers: 300))
        let shared = SharedReport(of: watcher)
        await shared.enter()
        let first = shared.part(after: .beginning, trouble: nil)
        watcher.becomes(Self.report(accounts: 2, numbers: 300))
        #expect(shared.part(after: .beginning, trouble: nil) == first, "a report is not taken for every part")
        await shared.enter()
        #expect(watcher.count == 2, "a new caller hears how it stands now")
        var all = first.watches.map(Self.name)
        var place = first.next
        while let here = place {
            let part = shared.part(after: here, trouble: nil)
            all += part.watches.map(Self.name)
            place = part.next
        }
        #expect(all.count == 3_000 && Set(all).count == 3_000, "and so does the one who was there, from where it is on")
        shared.leave()
        #expect(shared.isKept)
        shared.leave()
        #expect(!shared.isKept)
    }

    @Test func callers_whoDoNotRead_orGo_leaveNothingBehind() async throws {
        let watcher = MadeUp(Self.report(accounts: 10, numbers: 200))
        try await LiveService.with(checksReplies: false, watcher: watcher) { live in
            let client = try await VarlinkClient.connect(path: live.socket)
            for _ in 0..<2 {
                var replies: ReplyStream.AsyncIterator? = client.stream(GetStatusParameters.qualifiedMethod).makeAsyncIterator()
                #expect(try await replies?.next()?["status"]?["watches"]?.array?.count == 1_000)
                #expect(live.service.reports.isKept)
                replies = nil
                // The next one hears everything; the one before has gone when nothing is kept any more.
                #expect(try await WabaWatch(socket: live.socket).getStatus().watches.count == 10_000)
            }
            try await eventually("the report is put away") { !live.service.reports.isKept }
        }
    }

    @Test func plainCall_isAnsweredWhereOneMessageHoldsIt_andOtherwiseNeedsMore() async throws {
        let report = Self.report(accounts: 3, numbers: 20)
        let bytes = Self.parts(of: report).reduce(0) {
            $0 + $1.watches.reduce(0) { $0 + $1.size } + $1.budgets.reduce(0) { $0 + $1.size } + $1.tokens.reduce(0) { $0 + $1.size }
        }
        for room in [1 << 20, bytes, bytes - 1, 1_000] {
            try await LiveService.with(watcher: MadeUp(report), largestStatus: room) { live in
                let client = try await VarlinkClient.connect(path: live.socket)
                if room >= bytes {
                    let status = try GetStatusReply(json: try await client.call(GetStatusParameters.qualifiedMethod)).status
                    #expect(status.watches.map(Self.name) == report.watches.map(Self.name) && status.budgets.count == 3)
                } else {
                    await #expect(throws: VarlinkError.expectedMore) { try await client.call(GetStatusParameters.qualifiedMethod) }
                }
                #expect(try await WabaWatch(socket: live.socket).getStatus().watches.count == 300)
            }
        }
    }

    @Test(.enabled(if: python != nil, "WABAWATCH_PYTHON names no interpreter with varlink installed"))
    func pythonsVarlink_withMore_getsEveryPart() async throws {
        try await LiveService.with(watcher: MadeUp(Self.report(accounts: 5, numbers: 130))) { live in
            let log = live.folder + "/parts"
            let script = """
                import json, sys, varlink
                with varlink.Client(address="unix:" + sys.argv[1]).open("io.wabawatch") as service:
                    parts = [len(reply["status"]["watches"]) for reply in service.GetStatus(_more=True)]
                print(json.dumps(parts))
                """
            let client = try Program.spawn([python ?? "python3", "-c", script, live.socket], environment: [:], log: log)
            #expect(await client.wait() == 0)
            #expect(try String(contentsOfFile: log, encoding: .utf8) == "[1000, 1000, 1000, 250]\n")
        }
    }
}
