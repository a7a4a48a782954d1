import Changes
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Ledger

/// When targets changed, for how often they do.
@Suite struct ChangeTimesTests {
    private let list = PollTarget(account: "acme", kind: .phoneNumber)
    private func profile(_ number: String) -> PollTarget { PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: number) }
    private func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_795_000_000_000 + seconds * 1000) }

    /// Two numbers, of which the first poll is the baseline; then both change at once, and one's profile from the third poll on.
    private func begun(_ path: String) async throws -> Ledger {
        let ledger = try Ledger(path: path)
        let scope = WatchScope(accounts: ["acme": "102"], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await ledger.keep(scope, at: time(0))
        for (second, rating) in [(1, "GREEN"), (2, "RED")] {
            let items = ["1", "2"].map { Observation.Item(id: $0, document: ["id": .string($0), "quality_rating": .string(rating)]) }
            _ = try await ledger.record(
                Observation(target: list, owner: "102", items: items, asked: ["id", "quality_rating"]), at: time(Int64(second)))
        }
        for second in 3...40 {
            let item = Observation.Item(id: "1", document: ["about": .string("about \(second / 2)")])
            _ = try await ledger.record(
                Observation(target: profile("1"), owner: "1", items: [item], asked: ["about"]), at: time(Int64(second)))
        }
        return ledger
    }

    private func all(_ ledger: Ledger, since: Int64 = -100, atMost most: Int = 1000) async throws -> (times: [ChangeTime], begin: Timestamp)
    {
        var walk = ChangeTimes(of: ledger, since: time(since), now: time(100), atMost: most)
        var times: [ChangeTime] = []
        while let some = try await walk.next() { times += some }
        return (times, walk.begin)
    }

    @Test func times_areThoseOfPollsThatFoundChanges() async throws {
        let folder = try Folder()
        let ledger = try await begun(folder.path + "/ledger.sqlite")
        let watch = profile("1").watch
        let change = DetectedChange(watch, .changed, severity: .info, fields: [], summary: "the profile is current")
        try await ledger.record([WatchNote(watch: watch, document: ["state": "current"], change: change)], at: time(50))
        let (times, begin) = try await all(ledger)
        #expect(begin == time(1))
        let profiles = times.filter { $0.target == profile("1") }
        #expect(profiles.filter(\.isBaseline).map(\.at) == [time(3)])
        #expect(profiles.filter { !$0.isBaseline }.map(\.at).sorted() == (2...20).map { time($0 * 2) })
        let lists = times.filter { $0.target == list }
        #expect(Set(lists.filter { !$0.isBaseline }.map(\.at)) == [time(2)], "what changed at two numbers was one poll")
        #expect(times.count == profiles.count + lists.count, "the watches themselves are nothing that is polled")
        try ledger.close()
    }

    @Test func times_endWithTheOldest_andWithTheMost() async throws {
        let folder = try Folder()
        let ledger = try await begun(folder.path + "/ledger.sqlite")
        let (recent, begin) = try await all(ledger, since: 30)
        #expect(recent.map(\.at).min() == time(30) && recent.count == 6)
        #expect(begin == time(30), "all since then was read")
        let (few, oldest) = try await all(ledger, atMost: 4)
        #expect(few.map(\.at).sorted() == [34, 36, 38, 40].map { time($0) })
        #expect(oldest == time(34))
        try ledger.close()
    }

    @Test func times_ofAnEmptyLedger_beginNow() async throws {
        let folder = try Folder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        let (times, begin) = try await all(ledger)
        #expect(times == [] && begin == time(100))
        try ledger.close()
    }
}
