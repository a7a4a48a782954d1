import Changes
import Foundation
import GRDB
@testable import Ledger
import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

/// An entry of the block list that gains or loses one of its two ids is the same entry, whatever happened in between.
@Suite(.timeLimit(.minutes(5))) struct OtherIDTests {
    private let folder: Folder
    private let target = PollTarget(account: "acme", kind: .blockedUser, phoneNumberID: "7")

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/ledger.sqlite" }

    /// A user by number and id: `A`, `U`, `A+U`.
    private func look(_ users: [String]) -> Observation {
        var list = IDList()
        for user in users {
            let ids = user.split(separator: "+").map(String.init)
            _ = list.append(ids[0], also: ids.count > 1 ? ids[1] : nil)
        }
        var ids = IDSet()
        _ = ids.insert(list)
        return Observation(target: target, owner: "7", ids: ids)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var looks: [[String]]
        /// What is told after the first poll, and what is kept in the end.
        var told: [String] = []
        var kept: [String]
    }

    static let cases: [Case] = [
        Case(testDescription: "the number goes", looks: [["1+US.1"], ["US.1"], ["US.1"], ["US.1"]], kept: ["1"]),
        Case(testDescription: "the id goes", looks: [["1+US.1"], ["1"], ["1"]], kept: ["1"]),
        Case(testDescription: "an id comes, then the number goes", looks: [["1"], ["1+US.1"], ["US.1"], ["US.1"]], kept: ["1"]),
        Case(testDescription: "a number comes", looks: [["US.1"], ["1+US.1"], ["1+US.1"], ["1"], ["1"]], kept: ["US.1"]),
        Case(
            testDescription: "the number changes", looks: [["1+US.1"], ["2+US.1"], ["2"], ["2"], ["2+US.2"], ["US.2"], ["US.2"]],
            kept: ["1"]),
        Case(
            testDescription: "among others, in another order",
            looks: [["1+US.1", "2", "US.3"], ["US.3", "US.1", "2"], ["2", "3+US.3", "1+US.1"]],
            kept: ["1", "2", "US.3"]),
        Case(
            testDescription: "one of two is unblocked", looks: [["1+US.1", "2+US.2"], ["US.2"], ["US.2"], ["US.2"]], told: ["removed 1"],
            kept: ["2"]),
        Case(
            testDescription: "missed once", looks: [["1+US.1", "2"], ["2"], ["US.1", "2"], ["2"], ["1", "2"]], kept: ["1", "2"]),
        Case(
            testDescription: "unblocked, and blocked again", looks: [["1+US.1", "2"], ["2"], ["2"], ["US.1", "2"]],
            told: ["removed 1", "added US.1"], kept: ["2", "US.1"]),
        Case(
            testDescription: "another one with that number", looks: [["1+US.1"], ["1", "2+US.1"], ["1", "2"]], told: ["added 2"],
            kept: ["1", "2"]),
        Case(
            testDescription: "both stand for themselves, then the first goes", looks: [["1+US.1"], ["1", "US.1"], ["US.1"], ["US.1"]],
            told: ["added US.1", "removed 1"], kept: ["US.1"]),
        Case(
            testDescription: "two with one id", looks: [["US.1", "3"], ["1+US.1", "2+US.1", "3"]], told: ["added 2"],
            kept: ["2", "3", "US.1"]),
    ]

    @Test(arguments: cases, [false, true]) func entry_thatGainsOrLosesAnID_isTheSame(look: Case, restarts: Bool) async throws {
        var ledger = try Ledger(path: path)
        var told: [String] = []
        for (index, users) in look.looks.enumerated() {
            let before = ledger.cursor.sequence
            _ = try await ledger.record(self.look(users), at: Timestamp(milliseconds: Int64(index + 1) * 1000))
            if index > 0 {
                told += try await ledger.changes(after: before).map { "\($0.change.operation) \($0.change.resource.id)" }
            }
            guard restarts else { continue }
            try ledger.close()
            ledger = try Ledger(path: path)
            try await ledger.verify()
        }
        #expect(told == look.told)
        let kept = try await ledger.resources().resources
        #expect(kept.map(\.resource.id).sorted() == look.kept.sorted())
        for thing in kept {
            #expect(thing.document == [thing.resource.id.hasPrefix("US") ? "user_id" : "wa_id": .string(thing.resource.id)])
        }
        try ledger.close()
    }

    /// The ledger of the release before knows one id of each; the first poll that shows both shows whose they are.
    @Test func ledgerOfTheReleaseBefore_learnsOtherIDs() async throws {
        let fixture = try #require(Bundle.module.path(forResource: "forms-2", ofType: "sqlite", inDirectory: "Released"))
        try FileManager.default.copyItem(atPath: fixture, toPath: path)
        let ledger = try Ledger(path: path)
        let before = ledger.cursor.sequence
        let target = PollTarget(account: "forms", kind: .blockedUser, phoneNumberID: ReleasedForms.number)
        func record(_ pairs: [(String, String?)]) async throws {
            var list = IDList()
            for (id, other) in pairs { _ = list.append(id, also: other) }
            var ids = IDSet()
            _ = ids.insert(list)
            _ = try await ledger.record(
                Observation(target: target, owner: ReleasedForms.number, ids: ids), at: Timestamp(milliseconds: 9000))
        }
        try await record([("16505551234", "US.1"), ("4915100000", "US.13491208655302741918")])
        for _ in 0..<3 { try await record([("US.1", nil), ("4915100000", nil)]) }
        #expect(ledger.cursor.sequence == before)
        try ledger.close()
    }

    /// However often ids change, a thing has at most two beside its own; what is removed leaves none behind.
    @Test func otherIDs_areBounded_andGoWithTheirThing() async throws {
        let ledger = try Ledger(path: path)
        for round in 0..<40 {
            // The one changes, then the other.
            let users = ["\(100 + round / 2)+US.\((round + 1) / 2)", "9000"]
            _ = try await ledger.record(look(users), at: Timestamp(milliseconds: Int64(round) * 1000))
        }
        #expect(ledger.cursor.sequence == 1)
        func count() throws -> Int {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM other_id") ?? -1 }
        }
        #expect(1...2 ~= (try count()))
        for _ in 0..<2 { _ = try await ledger.record(look(["9000"]), at: Timestamp(milliseconds: 90_000)) }
        #expect(try await ledger.resources().resources.map(\.resource.id) == ["9000"])
        #expect(try count() == 0)
        try ledger.close()
    }

    /// Tens of thousands, whichever of their ids come and go, against a reference that knows who is who.
    @Test func randomLists_areToldAsTheirPeople() async throws {
        let ledger = try Ledger(path: path)
        var random = SeededGenerator(state: 8)
        var people: Set<Int> = Set(0..<20_000)
        // In between, everybody is seen with both ids, so that it can be known who is who.
        func users(_ form: (Int) -> Int) -> [String] {
            people.sorted().map { person in [0: "\(1000 + person)", 1: "US.\(person)"][form(person)] ?? "\(1000 + person)+US.\(person)" }
        }
        _ = try await ledger.record(look(users { _ in 2 }), at: Timestamp(milliseconds: 0))
        for round in 1..<8 {
            let before = ledger.cursor.sequence
            let gone = Set((0..<5).compactMap { _ in people.randomElement(using: &random) })
            people.subtract(gone)
            people.formUnion((0..<7).map { 30_000 + round * 10 + $0 })
            for turn in 0..<3 {
                let seed = Int.random(in: 0..<9, using: &random)
                let time = Timestamp(milliseconds: Int64(round * 10 + turn) * 1000)
                let shown = turn == 0 ? users { $0 >= 30_000 ? 2 : ($0 + seed) % 3 } : users { ($0 * 7 + seed) % 3 }
                _ = try await ledger.record(look(shown), at: time)
            }
            let told = try await ledger.changes(after: before)
            #expect(told.count { $0.change.operation == .removed } == gone.count, "\(round)")
            #expect(told.count { $0.change.operation == .added } == 7, "\(round)")
            #expect(told.allSatisfy { [.added, .removed].contains($0.change.operation) })
        }
        #expect(try await ledger.resources().resources.count == people.count)
        try await ledger.verify()
        try ledger.close()
    }
}
