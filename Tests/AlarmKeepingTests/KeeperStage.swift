import Changes
import GRDB
import Logging
import StrictJSON
import Synchronization
import TestSupport
import TestTools
import Watching
import WhatsAppBusiness

@testable import AlarmKeeping
@testable import Ledger

/// A keeper over a ledger on disk, under a clock that stands still, with standings that a test sets.
final class KeeperStage: Sendable {
    /// Says how accounts stand.
    final class Source: StandingSource {
        private let standings = Mutex(Standings(accounts: []))
        /// What happens just before it is asked next.
        let meanwhile = Mutex<(@Sendable () async throws -> Void)?>(nil)

        func set(_ standings: Standings) { self.standings.withLock { $0 = standings } }
        func change(_ body: (inout Standings) -> Void) { standings.withLock { body(&$0) } }
        func standings() async -> Standings {
            let meanwhile = meanwhile.withLock { body in
                defer { body = nil }
                return body
            }
            try? await meanwhile?()
            return standings.withLock { $0 }
        }
    }

    private let folder: TemporaryFolder
    let ledger: Ledger
    let clock: FakeClock
    let source = Source()
    let keeper: Mutex<AlarmKeeper>
    private let read = Mutex<Int64>(0)

    /// - Parameter accounts: the accounts that are watched.
    init(_ accounts: String...) async throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        clock = FakeClock(sleepsAtOnce: .milliseconds(100))
        keeper = Mutex(Self.keeper(ledger, source, clock))
        let ids = Dictionary(accounts.enumerated().map { ($1, "\(100 + $0)") }) { first, _ in first }
        _ = try await ledger.keep(
            WatchScope(accounts: ids, watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true }), at: now)
        source.set(
            Standings(
                accounts: accounts.map { name in
                    AccountStanding(name: name, wabaID: ids[name] ?? "", version: "v25.0", seen: [.account, .phoneNumber, .subscribedApp])
                }))
    }

    private static func keeper(_ ledger: Ledger, _ source: Source, _ clock: FakeClock) -> AlarmKeeper {
        AlarmKeeper(
            ledger: ledger, source: source, now: { Moment(nanoseconds: clock.nanoseconds) },
            wallClock: { Timestamp(milliseconds: clock.wallClock) }, pause: { try await clock.sleep(until: clock.now.advanced(by: $0)) },
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    var now: Timestamp { Timestamp(milliseconds: clock.wallClock) }

    /// The ledger cannot be written to from now on, or can again.
    func refuse(_ refuses: Bool) async throws {
        try await ledger.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = \(refuses)") }
        if !refuses { try await ledger.probe() }
    }

    /// The process ends and another begins.
    func restart() { keeper.withLock { $0 = Self.keeper(ledger, source, clock) } }

    /// A poll shows these numbers of an account, each as it usually is but for these members.
    func numbers(_ numbers: [String: JSONObject], of account: String = "acme") async throws {
        let items = numbers.map { id, changes in
            var document: JSONObject = [
                "id": .string(id), "display_phone_number": .string("+1 555 \(id)"), "status": "CONNECTED", "quality_rating": "GREEN",
                "platform_type": "CLOUD_API",
            ]
            for member in changes { document[member.name] = member.value }
            return Observation.Item(id: id, document: document)
        }
        try await record(PollTarget(account: account, kind: .phoneNumber), items)
    }

    /// A poll shows the account with that status.
    func account(status: String, of account: String = "acme") async throws {
        try await record(PollTarget(account: account, kind: .account), [Observation.Item(id: "100", document: ["status": .string(status)])])
    }

    /// A change is recorded that no poll found.
    func reported(_ change: DetectedChange) async throws {
        try await ledger.write { [ledger, now] database in
            var writer = ledger.writer(database, at: now)
            try writer.append(change)
        }
    }

    /// A poll shows these templates with their status.
    func templates(_ templates: [String: String]) async throws {
        try await record(
            PollTarget(account: "acme", kind: .messageTemplate),
            templates.map { id, status in
                Observation.Item(
                    id: id, document: ["id": .string(id), "name": .string("hello_\(id)"), "language": "en", "status": .string(status)])
            })
    }

    /// A poll shows these apps.
    func apps(_ ids: String...) async throws {
        try await record(
            PollTarget(account: "acme", kind: .subscribedApp),
            ids.map { Observation.Item(id: $0, document: ["whatsapp_business_api_data": ["id": .string($0)]]) })
    }

    private func record(_ target: PollTarget, _ items: [Observation.Item]) async throws {
        let asked = Set(items.flatMap { $0.document.names })
        _ = try await ledger.record(
            Observation(target: target, owner: "100", items: items.sorted { $0.id < $1.id }, asked: asked), at: now)
    }

    /// Time passes, with a turn of the keeper whenever it wants one, and one at the end. Returns what was told of alarms.
    @discardableResult func pass(_ time: Duration = .zero) async throws -> [DetectedChange] {
        let end = clock.now.advanced(by: time)
        let keeper = keeper.withLock { $0 }
        while true {
            let wait = try await keeper.turn()
            let next = clock.now.advanced(by: max(wait, .milliseconds(1)))
            if next > end { break }
            clock.advance(to: next)
        }
        clock.advance(to: end)
        try await keeper.turn()
        return try await told()
    }

    /// What was told of alarms since the last time.
    func told() async throws -> [DetectedChange] {
        let after = read.withLock { $0 }
        let changes = try await ledger.changes(after: after, limit: 100_000)
        read.withLock { $0 = changes.last?.sequence ?? after }
        return changes.map(\.change).filter { $0.resource.kind == .alarm }
    }

    /// A watch over a target of an account is in trouble from now on.
    func trouble(
        _ kind: Kind, _ state: WatchState, number: String? = nil, of account: String = "acme", every: Duration = .seconds(60),
        byAnother: Bool = false
    ) {
        let trouble = WatchTrouble(
            target: PollTarget(account: account, kind: kind, phoneNumberID: number), state: state, reason: "(#200) Forbidden", since: now,
            lastSuccess: now, every: every, isToldByAnother: byAnother)
        source.change { standings in
            for index in standings.accounts.indices where standings.accounts[index].name == account {
                standings.accounts[index].troubles.append(trouble)
            }
        }
    }

    /// No watch is in trouble any more.
    func recover() {
        source.change { standings in
            standings.connection = nil
            for index in standings.accounts.indices { standings.accounts[index].troubles = [] }
        }
    }
}

extension [DetectedChange] {
    /// What was told, shortly.
    var short: [String] { map { "\($0.operation.rawText) \($0.resource.account)/\($0.resource.id) \($0.severity.rawText)" } }
}
