import Changes

import StrictJSON
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@testable import InterfaceRecords
@testable import Ledger
@testable import WabaWatchService
@testable import Watching

/// What is told of very many accounts: nothing that is wrong is missing, and nothing that is well is told one by one.
@Suite("Overview", .inTurn, .timeLimit(.minutes(2)))
struct OverviewTests {
    /// A watcher whose report is made up.
    private struct MadeUp: WatchReporting {
        var watches: [WatchReport]
        var budgets: [BudgetReport]
        func watches(account: String) -> Bool { true }
        func report() -> (watches: [WatchReport], budgets: [BudgetReport]) { (watches, budgets) }
    }

    private static func watch(_ target: PollTarget, _ failure: Watch.State?) -> WatchReport {
        var watch = Watch(over: target, since: LiveService.time(0))
        _ = watch.on(.complete, at: LiveService.time(1))
        if let failure { _ = watch.on(.failed(failure, reason: "why"), at: LiveService.time(2)) }
        if failure != nil { _ = watch.on(.failed(failure ?? .late, reason: "why"), at: LiveService.time(3)) }
        return WatchReport(target: target, watch: watch, every: .seconds(900), nextAt: LiveService.time(900), progress: nil)
    }

    /// So many accounts of so many numbers; of each account the watch over one number's profile fails.
    private static func fleet(_ accounts: Int, _ numbers: Int) -> MadeUp {
        let names = (0..<accounts).map { "account-\(1000 + $0)" }
        let watches = names.flatMap { name in
            [
                watch(PollTarget(account: name, kind: .account), nil), watch(PollTarget(account: name, kind: .messageTemplate), nil),
                watch(PollTarget(account: name, kind: .phoneNumber), nil),
            ]
                + (0..<numbers).map { number in
                    watch(PollTarget(account: name, kind: .businessProfile, phoneNumberID: "\(number)"), number == 3 ? .forbidden : nil)
                }
        }
        .sorted {
            ($0.target.account, $0.target.kind, $0.target.phoneNumberID ?? "") < (
                $1.target.account, $1.target.kind, $1.target.phoneNumberID ?? ""
            )
        }
        let budgets = names.map {
            BudgetReport(
                account: $0, callsLastHour: 7, callsPerHour: 100, usagePercent: nil, blockedUntil: nil, saved: 0, token: nil,
                plan: CallPlan([], budget: 100))
        }
        return MadeUp(watches: watches, budgets: budgets)
    }

    /// Every state of Meta's lists, one that nobody knows, and none, by turns.
    private static let documents: [JSONObject] = [
        ["status": "CONNECTED", "quality_rating": "GREEN"], ["status": "connected", "quality_rating": "yellow"], ["status": "BANNED"],
        ["status": "CONNECTED", "quality_rating": "RED"], ["status": "ODD"], [:], ["quality_rating": "UNKNOWN"], ["status": "FLAGGED"],
        ["status": "CONNECTED", "health_status": ["can_send_message": "BLOCKED"]],
        ["status": "CONNECTED", "health_status": ["can_send_message": "LIMITED"]], ["status": .null, "quality_rating": 7],
    ]

    private static let asked: Set = ["status", "quality_rating", "health_status"]

    private static func fill(_ ledger: Ledger, _ watcher: MadeUp, numbers: Int) async throws {
        for (index, budget) in watcher.budgets.enumerated() {
            let (account, time) = (budget.account, LiveService.time(Int64(index)))
            let status: JSONObject = index % 5 == 4 ? ["status": "RESTRICTED"] : ["status": "ACTIVE"]
            let owner = Observation.Item(id: "9\(index)", document: status)
            _ = try await ledger.record(
                Observation(target: PollTarget(account: account, kind: .account), owner: "9\(index)", items: [owner], asked: asked),
                at: time)
            let items = (0..<numbers).map { number in
                Observation.Item(
                    id: "\(index * 1000 + number)", document: documents[(index + number) % documents.count])
            }
            .sorted { $0.id < $1.id }
            _ = try await ledger.record(
                Observation(target: PollTarget(account: account, kind: .phoneNumber), owner: "9\(index)", items: items, asked: asked),
                at: time)
        }
    }

    @Test func overview_tellsAllThatIsWrong_andCountsTheRest() async throws {
        let watcher = Self.fleet(60, 22)
        try await LiveService.with(watcher: watcher) { live in
            try await Self.fill(live.ledger, watcher, numbers: 22)
            let client = WabaWatch(socket: live.socket)
            let overview = try #require(try await client.overview())
            var all: [Resource] = []
            for try await resource in client.list(Filter(kinds: [.account, .phoneNumber])) { all.append(resource) }
            let bad: Set = ["yellow", "RED", "BANNED", "FLAGGED", "BLOCKED", "LIMITED", "RESTRICTED"]
            let expected = all.filter { resource in
                let document = resource.document
                let canSend = document["health_status"]?["can_send_message"]?.string
                return [document["status"]?.string, document["quality_rating"]?.string, canSend].contains { bad.contains($0 ?? "") }
            }
            #expect(expected.count > 300 && overview.resources == expected)
            for kind in [Kind.account, .phoneNumber] {
                let (told, counted) = (overview.resources.count { $0.kind.known == kind }, overview.well.filter { $0.kind.known == kind })
                #expect(counted.reduce(told) { $0 + $1.things } == all.count { $0.kind.known == kind })
                for well in counted {
                    let alike = all.filter {
                        $0.kind == well.kind && $0.account == well.account && $0.confirmedAt == well.confirmedAt && !expected.contains($0)
                    }
                    #expect(alike.count == well.things, "\(well)")
                }
            }
            let whole = try await client.getStatus()
            #expect(overview.status.budgets == whole.budgets && overview.status.cursor == whole.cursor)
            let kept = whole.watches.filter {
                $0.state.known != .current || ($0.phoneNumberID == nil && [.account, .phoneNumber].contains($0.kind.known))
            }
            #expect(overview.status.watches == kept && kept.count == 60 * 3)
        }
    }

    /// A watch is late while nothing can be recorded, and then all are.
    @Test func overview_whileNothingCanBeRecorded_tellsEveryWatch() async throws {
        let watcher = Self.fleet(3, 5)
        try await LiveService.with(watcher: watcher) { live in
            live.ledger.health.failed(LedgerError(.full, path: live.ledger.path, cause: "no room"))
            let overview = try #require(try await WabaWatch(socket: live.socket).overview())
            #expect(
                overview.status.watches.count == watcher.watches.count && overview.status.watches.allSatisfy { $0.state.known == .late })
        }
    }

    @Test func overview_comesInParts_thatAMessageHolds_andNotWithoutMore() async throws {
        let watcher = Self.fleet(1_200, 4)
        try await LiveService.with(watcher: watcher) { live in
            try await Self.fill(live.ledger, watcher, numbers: 1)
            let client = try await VarlinkClient.connect(path: live.socket)
            var parts: [OverviewReply] = []
            for try await reply in client.stream(OverviewInterface.get, [:]) { parts.append(try OverviewReply(json: reply)) }
            #expect(parts.count >= 4 && parts.allSatisfy { $0.recordCount <= 1_100 })
            #expect(parts.flatMap { $0.status?.budgets ?? [] }.count == 1_200)
            await #expect(throws: VarlinkError.expectedMore) { _ = try await client.call(OverviewInterface.get, [:]) }
            await client.close()
        }
    }

    @Test func overview_ofADaemonThatDoesNotTellIt_isNone_andOfOneThatIsNotThere_anError() async throws {
        let server = try VarlinkServer(
            identity: ServiceIdentity(vendor: "test", product: "older", version: "0", url: ""), interfaces: [], limits: ServerLimits())
        let (listening, begun) = AsyncStream<Void>.makeStream()
        let folder = try TemporaryFolder()
        let path = folder.path + "/socket"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { begun.finish() }
                try await server.run(on: .path(path, mode: 0o600)) { begun.finish() }
            }
            for await _ in listening {}
            #expect(try await WabaWatch(socket: path).overview() == nil)
            server.shutdown()
            try await group.waitForAll()
        }
        await #expect(throws: ClientError.self) { _ = try await WabaWatch(socket: folder.path + "/none").overview() }
    }
}
