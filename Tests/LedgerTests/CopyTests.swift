import Changes
@testable import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

/// What one host's ledger hands to another's: with it the next poll there is a comparison, and whoever reads there can follow.
@Suite struct CopyTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private static let numbers = PollTarget(account: "acme", kind: .phoneNumber)
    private static let blocked = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "1")

    private func open(_ name: String) async throws -> Ledger {
        let ledger = try Ledger(path: folder.path + "/\(name).sqlite")
        let scope = WatchScope(accounts: ["acme": "102"], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await ledger.keep(scope, at: at(0))
        return ledger
    }

    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    private func look(_ ratings: [String: String]) -> Observation {
        let items = ratings.sorted { $0.key < $1.key }.map {
            Observation.Item(id: $0.key, document: ["id": .string($0.key), "quality_rating": .string($0.value)])
        }
        return Observation(target: Self.numbers, owner: "102", items: items, asked: ["id", "quality_rating"])
    }

    private func look(_ users: Range<Int>) -> Observation {
        var ids = IDSet()
        for user in users { _ = ids.insert("\(user)") }
        return Observation(target: Self.blocked, owner: "1", ids: ids)
    }

    private func note(_ state: String) -> WatchNote {
        WatchNote(watch: Self.blocked.watch, document: ["state": .string(state)])
    }

    /// Everything that one ledger has of the account goes to the other.
    private func hand(_ from: Ledger, _ to: Ledger, at second: Int64) async throws {
        let (targets, last) = try await from.copied(account: "acme")
        #expect(last == from.cursor.sequence && targets.first?.kind == .phoneNumber)
        for target in targets {
            let copy = try #require(try await from.copy(of: target))
            #expect(try await to.adopt(copy, at: at(second)))
        }
        try await to.adopt(try await from.standings(of: "acme"), of: "acme", at: at(second))
    }

    private func things(_ ledger: Ledger) async throws -> [String] {
        try await ledger.resources().resources.map { "\($0.resource) \(JSONValue.object($0.document))" }.sorted()
    }

    @Test func nextPoll_isAComparison_whereAllWasTakenOver() async throws {
        let (one, other) = (try await open("one"), try await open("other"))
        _ = try await one.record(look(["1": "GREEN", "2": "RED"]), at: at(1))
        _ = try await one.record(look(0..<50), at: at(2))
        try await one.record([note("forbidden")], at: at(3))
        try await hand(one, other, at: 4)
        #expect(try await things(one) == things(other))
        let before = other.cursor.sequence
        #expect(try await other.record(look(["1": "GREEN", "2": "RED"]), at: at(5)).changes == 0)
        #expect(try await other.record(look(0..<50), at: at(5)).changes == 0)
        #expect(try await other.record(look(["1": "YELLOW", "2": "RED"]), at: at(6)).changes == 1)
        #expect(try await other.changes(after: before).map(\.change.operation) == [.changed])
        #expect(try await other.watches(of: "acme").numbers == ["1", "2"])
        #expect(try await other.watches(of: "acme").watches.map(\.document) == [["state": "forbidden"]])
    }

    @Test func whatDiffers_isTold_soThatTheChangesLeadThere_andNothingOfItIsUrgent() async throws {
        let (one, other) = (try await open("one"), try await open("other"))
        for ledger in [one, other] {
            _ = try await ledger.record(look(["1": "GREEN", "2": "RED"]), at: at(1))
            _ = try await ledger.record(look(0..<50), at: at(1))
        }
        _ = try await one.record(look(["1": "RED", "3": "GREEN"]), at: at(2))
        _ = try await one.record(look(["1": "RED", "3": "GREEN"]), at: at(2))
        _ = try await one.record(look(1..<51), at: at(2))
        _ = try await one.record(look(1..<51), at: at(2))
        var documents = Dictionary(uniqueKeysWithValues: try await other.resources().resources.map { ($0.resource, $0.document) })
        let before = other.cursor.sequence
        try await hand(one, other, at: 3)
        let changes = try await other.changes(after: before).map(\.change)
        #expect(changes.allSatisfy { $0.severity == .info && $0.origin == .command })
        for change in changes { documents[change.resource] = change.applied(to: documents[change.resource]) }
        let now = Dictionary(uniqueKeysWithValues: try await other.resources().resources.map { ($0.resource, $0.document) })
        #expect(documents == now)
        #expect(try await things(one) == things(other))
        // What is the same is taken over without a word.
        let last = other.cursor
        try await hand(one, other, at: 4)
        #expect(other.cursor == last)
    }

    @Test func changeBehindTheCopy_isApplied_andOneOfAnUnknownTargetIsNot() async throws {
        let (one, other) = (try await open("one"), try await open("other"))
        _ = try await one.record(look(["1": "GREEN"]), at: at(1))
        _ = try await one.record(look(0..<3), at: at(1))
        try await hand(one, other, at: 2)
        let copied = one.cursor.sequence
        _ = try await one.record(look(["1": "RED", "2": "GREEN"]), at: at(3))
        _ = try await one.record(look(0..<4), at: at(3))
        let profile = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "1")
        _ = try await one.record(
            Observation(target: profile, owner: "1", items: [Observation.Item(id: "1", document: ["about": "Hi"])], asked: ["about"]),
            at: at(4))
        for recorded in try await one.changes(after: copied) { try await other.adopt(recorded.change, at: at(5)) }
        let known = try await things(one).filter { !$0.contains("business_profile") }
        #expect(try await things(other) == known)
        #expect(try await other.record(look(["1": "RED", "2": "GREEN"]), at: at(6)).changes == 0)
        #expect(try await other.record(look(0..<4), at: at(6)).changes == 0)
        // Its digests are those of what it holds.
        try one.close()
        try other.close()
        #expect(throws: Never.self) { try Ledger(path: folder.path + "/other.sqlite").close() }
    }

    @Test func ledger_takesNothingOfAnAccountThatItDoesNotKnow() async throws {
        let other = try await open("other")
        let copy = TargetCopy(
            target: PollTarget(account: "globex", kind: .phoneNumber), snapshot: Snapshot(asked: ["id"]), confirmedAt: at(1))
        #expect(try await !other.adopt(copy, at: at(2)))
        #expect(other.cursor.sequence == 0)
    }
}
