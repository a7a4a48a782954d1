import Alarms
import Changes
import Glibc
import Ledger
import StrictJSON
import Synchronization
import TestSupport
import Testing
import Varlink
import WabaWatchClient
import WabaWatchInterface
import Watching
import WhatsAppBusiness

@testable import InterfaceRecords
@testable import WabaWatchService

/// Mutes on the socket: who, until when, how many, and who hears of them.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct MutingTests {
    private struct One: WatchReporting {
        func watches(account: String) -> Bool { account == "acme" }
        func report() -> (watches: [WatchReport], budgets: [BudgetReport]) { ([], []) }
    }

    /// What whoever keeps the alarms was told.
    private final class Heard: Sendable {
        let events = Mutex<[MuteEvent]>([])
        let now = Mutex(LiveService.time(0))
    }

    private func with(_ heard: Heard, _ body: @escaping @Sendable (LiveService, WabaWatch) async throws -> Void) async throws {
        try await LiveService.with(
            controlRight: ControlRight(userID: geteuid()),
            muting: { ledger in
                Muting(ledger: ledger, wallClock: { heard.now.withLock(\.self) }, userName: { "alice (\($0))" }) { event in
                    heard.events.withLock { $0.append(event) }
                }
            }, watcher: One()
        ) { live in try await body(live, WabaWatch(socket: live.socket)) }
    }

    private let day = LiveService.time(86_400)

    @Test func mute_isKept_listedAndEnded_andWhoeverKeepsTheAlarmsHears() async throws {
        let heard = Heard()
        try await with(heard) { live, client in
            let filter = Filter(accounts: ["acme", "*"], ids: ["health/7"], phoneNumberIDs: ["1"])
            let mute = try await client.mute(filter, names: ["quality", "health"], until: day, reason: "known, ticket 4711")
            let by = "alice (\(geteuid()))"
            #expect(
                mute
                    == MuteEntry(
                        id: "1", filter: filter, names: ["quality", "health"], until: day, reason: "known, ticket 4711", by: by))
            #expect(try await client.mutes() == [mute])
            let stored = try await live.ledger.mutes()
            #expect(stored.map(\.id) == ["1"] && stored.map(\.since) == [LiveService.time(0)])
            #expect(heard.events.withLock(\.self) == stored.map { .added($0) })
            try await client.unmute("1")
            #expect(try await client.mutes() == [])
            #expect(heard.events.withLock(\.self) == stored.flatMap { [.added($0), .removed($0, actor: by)] })
            await #expect { try await client.unmute("1") } throws: { ($0 as? ClientError)?.code == .service(.noSuchMute(id: "1")) }
            #expect(heard.events.withLock(\.count) == 2)
        }
    }

    @Test func mute_endsByItself() async throws {
        let heard = Heard()
        try await with(heard) { _, client in
            let mute = try await client.mute(Filter(), until: day)
            heard.now.withLock { $0 = LiveService.time(86_399) }
            #expect(try await client.mutes() == [mute])
            heard.now.withLock { $0 = day }
            #expect(try await client.mutes() == [])
            await #expect { try await client.unmute(mute.id) } throws: {
                ($0 as? ClientError)?.code == .service(.noSuchMute(id: mute.id))
            }
            #expect(heard.events.withLock(\.count) == 1)
        }
    }

    @Test func mute_thatCannotBe_isRefusedByName_andNothingIsKept() async throws {
        let heard = Heard()
        try await with(heard) { live, client in
            func refusal(_ filter: Filter = Filter(), _ names: Set<String>? = nil, _ until: Timestamp) async -> ClientError.Code? {
                do {
                    _ = try await client.mute(filter, names: names, until: until)
                    return nil
                } catch { return (error as? ClientError)?.code }
            }
            #expect(await refusal(Filter(), ["qualitty"], day) == .invalidParameter("names"))
            #expect(await refusal(Filter(), nil, LiveService.time(0)) == .invalidParameter("until"))
            #expect(
                await refusal(Filter(), nil, LiveService.time(0).advanced(by: Muting.longest + .seconds(1))) == .invalidParameter("until"))
            #expect(await refusal(Filter(kinds: [.alarm]), nil, day) == .invalidParameter("filter.kinds"))
            #expect(await refusal(Filter(accounts: ["brown"]), nil, day) == .service(.noSuchAccount(account: "brown")))
            let kept = try await live.ledger.mutes()
            #expect(kept == [] && heard.events.withLock(\.isEmpty))
            #expect(await refusal(Filter(), nil, LiveService.time(0).advanced(by: Muting.longest)) == nil)
        }
    }

    @Test func mutes_areBounded() async throws {
        let heard = Heard()
        try await with(heard) { live, client in
            for _ in 0..<Ledger.mostMutes {
                _ = try await live.ledger.add(mute: AlarmMute(since: day, until: day, by: "0"), at: .init(milliseconds: 0))
            }
            await #expect { try await client.mute(Filter(), until: day) } throws: {
                ($0 as? ClientError)?.code == .invalidParameter("filter")
            }
            #expect(try await client.mutes().count == Ledger.mostMutes)
        }
    }

    @Test func userName_isThatOfTheHost_andANumberWithoutOne() async {
        #expect(await UserName.of(0) == "root (0)")
        #expect(await UserName.of(3_999_999_999) == "3999999999")
        #expect(await UserName.of(65_534) == "65534", "nobody is not the user of that name")
    }

    /// What concerns all accounts is got by its account, which is no unknown one.
    @Test func alarmOfAllAccounts_isListedAndGot() async throws {
        try await with(Heard()) { live, client in
            let key = AlarmKey(account: "*", id: "blind")
            let record = AlarmRecord(
                key: key, document: ["name": "blind", "severity": "critical"],
                change: DetectedChange(key.resource, .added, severity: .critical, after: ["name": "blind"], summary: "blind"))
            try await live.ledger.record(alarms: [record], origin: .poll, at: LiveService.time(1))
            #expect(try await client.get(.alarm, "blind", account: "*").document == record.document)
            var listed: [Resource] = []
            for try await resource in client.list(Filter(accounts: ["acme"], kinds: [.alarm])) { listed.append(resource) }
            #expect(listed.map(\.account) == ["*"])
            var told: [Change] = []
            for try await change in client.history(HistoryParameters(filter: Filter(accounts: ["acme"], kinds: [.alarm]))) {
                told.append(change)
            }
            #expect(told.map(\.id) == ["blind"])
        }
    }
}
