import Changes
import GraphAPI
import Ledger
import Metrics
import StrictJSON
import Synchronization
import TestSupport
import Testing
import Varlink
import WhatsAppBusiness

@testable import Discovery
@testable import Watching

/// What `io.wabawatch.Metrics` tells.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct FiguresTests {
    private struct Accounts: AccountTallying {
        let count: Int
        func tallies() -> [AccountTally] {
            var requests = RequestTally()
            requests.failed(GraphFailure(.transient))
            return (0..<count).map {
                AccountTally(
                    account: "a\($0)", callsLastHour: $0, callsPerHour: 100, requests: requests,
                    lastSuccess: [.phoneNumber: RecordedSamples.time(2), .account: RecordedSamples.time(1)])
            }
        }
    }

    private func gather(_ accounts: Int, wantsMore: Bool = true, perNumber: Bool = true) async throws -> (
        parts: [JSONObject], last: JSONObject
    ) {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        let number = ResourceID(account: "acme", kind: .phoneNumber, id: "106", phoneNumberID: "106")
        try await ledger.record([WatchNote(watch: number, document: [:], change: RecordedSamples.change(1))], at: RecordedSamples.time(0))
        let service = try FiguresService(
            ledger: ledger, watcher: Accounts(count: accounts), settings: { (perNumber, "127.0.0.1:9464") }, subscribers: { 3 },
            webhooks: { [.init(["recorded"], 4)] })
        let sent = Mutex<[Frames]>([])
        let replies = Replies(wantsMore: wantsMore) { frames in sent.withLock { $0.append(frames) } }
        let peer = Peer(processID: 1, userID: 0, groupID: 0)
        let last = try await service.handle(Call(method: MetricsInterface.gather, wantsMore: wantsMore, peer: peer), replies)
        let parts = try sent.withLock { $0 }.flatMap { $0.bytes.split(separator: 0) }.map { message in
            try #require(try JSONValue(parsing: message)["parameters"]?.object)
        }
        try ledger.close()
        return (parts, last)
    }

    @Test func figures_areOfTheDaemonAndItsAccounts() async throws {
        let gathered = try await gather(1, wantsMore: false, perNumber: false)
        let figures = try DaemonFigures(json: gathered.last)
        #expect(!figures.perNumber && figures.listen == "127.0.0.1:9464" && figures.subscribers == 3 && figures.ledgerBytes > 4_096)
        #expect(figures.changes.filter { $0.count > 0 }.map(\.count) == [1] && figures.webhooks == [.init(["recorded"], 4)])
        let account = try #require(figures.accounts.first)
        #expect(account.requests == [.init(["success"], 0), .init(["transient"], 1)])
        #expect(account.lastSuccess.map(\.kind) == ["account", "phone_number"] && account.callsPerHour == 100)
    }

    /// Very many accounts come in parts, the counts of the daemon once.
    @Test func manyAccounts_comeInParts() async throws {
        let gathered = try await gather(2 * FiguresService.accounts + 1)
        let all = try (gathered.parts + [gathered.last]).map { try DaemonFigures(json: $0) }
        #expect(all.map(\.accounts.count) == [FiguresService.accounts, FiguresService.accounts, 1])
        #expect(all.flatMap(\.accounts).map(\.account) == (0...2 * FiguresService.accounts).map { "a\($0)" })
        #expect(all.map(\.changes.isEmpty) == [false, true, true] && all.map(\.webhooks.count) == [1, 0, 0])
        await #expect(throws: VarlinkError.expectedMore) { try await gather(FiguresService.accounts + 1, wantsMore: false) }
    }
}
