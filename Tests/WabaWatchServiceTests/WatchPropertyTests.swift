import Changes
import Ledger
import StrictJSON
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

@testable import Subscriptions
@testable import WabaWatchService

@Suite(.inTurn, .timeLimit(.minutes(2))) struct WatchPropertyTests {
    static let filters: [Filter?] = [
        nil, nil, Filter(kinds: [.phoneNumber]), Filter(minimumSeverity: .warning), Filter(accounts: ["acme"]),
        Filter(phoneNumberIDs: ["11", "12"]), Filter(operations: [.added]), Filter(fields: [JSONPointer(["about"])]),
        Filter(ids: ["1003"]), Filter(kinds: []),
    ]

    /// Real sockets, a real ledger; readers that leave and come back, some so late that what they want is no longer in memory.
    @Test(arguments: [1, 2, 3] as [UInt64]) func readers_ofARandomHistory_seeAllNineProperties(seed: UInt64) async throws {
        let history = RandomHistory(seed: seed, commits: 100)
        let limits = RecentChanges.Limits(bytes: 60_000, changes: 200, pageBytes: 8_000, pageChanges: 16)
        try await LiveService.with(
            recent: limits,
            pause: { _, ledger in
                // A heartbeat is due with every commit, and behind the last one all the time.
                let sequence = ledger.cursor.sequence
                if sequence < history.last { await ledger.waitForChange(after: sequence) }
                try Task.checkCancellation()
                await Task.yield()
            }
        ) { live in
            let logs = try await withThrowingTaskGroup(of: WatchLog.self) { group in
                for (number, filter) in Self.filters.enumerated() {
                    group.addTask {
                        try await Self.follow(live, filter, to: history.last, seed: seed &* 1000 &+ UInt64(number))
                    }
                }
                for commit in history.commits { try await live.ledger.record(RandomHistory.notes(commit), at: LiveService.time(0)) }
                // One who comes last and wants everything.
                group.addTask { try await Self.follow(live, nil, to: history.last, seed: 0, from: 0) }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(live.ledger.cursor.sequence == history.last)
            for log in logs { #expect(log.broken(by: history) == [], "seed \(seed), filter \(String(describing: log.filter))") }
        }
    }

    /// Reads to the end of the history, with a new connection whenever chance wants one.
    private static func follow(
        _ live: LiveService, _ filter: Filter?, to last: Int64, seed: UInt64, from start: Int64? = nil
    ) async throws -> WatchLog {
        var random = SeededGenerator(state: seed)
        var log = WatchLog(filter: filter)
        var position = start
        while position ?? -1 < last {
            let wantsSnapshot = position == nil || Int.random(in: 0..<6, using: &random) == 0 && start == nil
            if !wantsSnapshot { log.events.append(.resumed(position ?? 0)) }
            var subscription = try await live.subscribe(
                SubscribeParameters(
                    filter: filter, after: wantsSnapshot ? nil : position.map(live.cursor), snapshot: wantsSnapshot, heartbeatSeconds: 1))
            var left = Int.random(in: 1...200, using: &random)
            var resources: [Resource] = []
            while left > 0, position ?? -1 < last, let reply = try await subscription.next() {
                left -= 1
                switch reply {
                case .resource(let resource):
                    resources.append(resource)
                    left += 1
                case .ready(let cursor):
                    if wantsSnapshot { log.events.append(.snapshot(resources)) }
                    position = live.sequence(cursor)
                    log.events.append(.ready(position ?? -1))
                case .change(let change):
                    log.events.append(.change(change))
                    position = Int64(change.sequence)
                    #expect(live.sequence(change.cursor) == position)
                case .heartbeat(let cursor):
                    position = live.sequence(cursor)
                    log.events.append(.heartbeat(position ?? -1))
                }
            }
        }
        return log
    }

    /// The judge sees each property broken, and only then.
    @Test(arguments: [nil] + WatchProperty.allCases) func judge_ofALogThatBreaksAProperty_seesIt(property: WatchProperty?) throws {
        let history = RandomHistory(seed: 9, commits: 40)
        let filter = Filter(kinds: [.phoneNumber, .businessProfile])
        var log = WatchLog(filter: filter)
        let middle = history.last / 2
        func changes(after: Int64, through: Int64) -> [WatchLog.Event] {
            history.expected(filter, after: after, through: through).map { .change(Self.change(history, $0)) }
        }
        let boundary = try #require(history.states.keys.filter { $0 < middle }.max())
        let state = try #require(history.states[boundary]).filter { filter.matches($0.key) }.map {
            Resource($0.key, confirmedAt: LiveService.time(0), changedAt: LiveService.time(0), document: $0.value)
        }
        log.events = [.snapshot(state), .ready(boundary)] + changes(after: boundary, through: middle) + [.resumed(middle), .ready(middle)]
        let second = log.events.count
        log.events += changes(after: middle, through: history.last - 1) + [.heartbeat(history.last - 1)]
        log.events += changes(after: history.last - 1, through: history.last) + [.heartbeat(history.last)]
        switch property {
        case nil: break
        case .ordered: log.events.swapAt(second + 2, second + 3)
        case .unique: log.events.insert(log.events[second + 2], at: second + 3)
        case .reliable: log.events.remove(at: second + 2)
        case .atomic: log.events[0] = .snapshot(Array(state.dropLast()))
        case .resumable: log.events.remove(at: second)
        case .bookmarkable: log.events.insert(.heartbeat(history.last - 1), at: second + 4)
        case .previousValue, .isCreate:
            guard case .change(var change) = log.events[second + 5] else { break }
            if property == .previousValue { change.before?["status"] = "another" } else { change.operation = .added }
            log.events[second + 5] = .change(change)
        case .filtered:
            let unwanted = try #require(
                (middle + 1...history.last).first { history.expected(filter, after: $0 - 1, through: $0).isEmpty })
            let place = log.events[second...].firstIndex {
                if case .change(let next) = $0 { Int64(next.sequence) > unwanted } else { false }
            }
            log.events.insert(.change(Self.change(history, unwanted)), at: try #require(place))
        }
        let broken = log.broken(by: history)
        if let property { #expect(broken.contains(property)) } else { #expect(broken == []) }
    }

    private static func change(_ history: RandomHistory, _ sequence: Int64) -> Change {
        let change = history.changes[Int(sequence) - 1]
        return Change(
            change.resource, cursor: Cursor("\(sequence)"), sequence: Int(sequence), observedAt: LiveService.time(0),
            operation: change.operation, origin: change.origin, severity: change.severity, fields: change.fields, before: change.before,
            after: change.after, summary: change.summary)
    }
}

extension LiveService {
    /// The sequence of a cursor of this ledger.
    func sequence(_ cursor: Cursor) -> Int64? {
        let parts = cursor.text.split(separator: ":")
        return parts.first.map(String.init) == ledger.id ? parts.last.flatMap { Int64($0) } : nil
    }
}
