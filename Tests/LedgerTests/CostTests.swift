import Changes
import GRDB
@testable import Ledger
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

/// What recording one change costs, counted, so that it does not creep up.
@Suite struct CostTests {
    private let folder: Folder
    private let now = Timestamp(milliseconds: 1_795_241_640_000)

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/ledger.sqlite" }

    private func profile(_ about: String) -> Observation {
        let item = Observation.Item(id: "1", document: ["about": .string(about), "description": "Succulents and cacti"])
        var observation = Observation(
            target: PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "1"), owner: "1", items: [item],
            asked: ["about", "description"])
        observation.needs = .number
        return observation
    }

    /// A ledger with a number and its profile, of which two versions were seen.
    private func begun() async throws -> Ledger {
        let ledger = try Ledger(path: path)
        let selection = WatchScope(accounts: ["acme": "102"], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await ledger.keep(selection, at: now)
        let number = Observation.Item(id: "1", document: ["id": "1", "display_phone_number": "+1 555-100-0000"])
        let list = PollTarget(account: "acme", kind: .phoneNumber)
        _ = try await ledger.record(
            Observation(target: list, owner: "102", items: [number], asked: ["id", "display_phone_number"]), at: now)
        for turn in 0..<2 { _ = try await ledger.record(profile("\(turn)"), at: now) }
        return ledger
    }

    /// The frames in the log.
    private func logged(_ ledger: Ledger) throws -> Int {
        try ledger.pool.writeWithoutTransaction { try Row.fetchOne($0, sql: "PRAGMA wal_checkpoint(PASSIVE)")?.value(1) ?? 0 }
    }

    /// The change and its three indices, where the sequence stands, the thing, and what was asked for it.
    @Test func changeOfOneMember_writesSevenPages() async throws {
        let ledger = try await begun()
        // What is all in the file is overwritten from the log's beginning.
        _ = try logged(ledger)
        #expect(try await ledger.record(profile("another"), at: now).changes == 1)
        #expect(try logged(ledger) == 7)
        try ledger.close()
    }

    /// One that changes something, and one that does not.
    @Test(arguments: [("another", 9), ("1", 4)]) func look_takesFewStatements(about: String, most: Int) async throws {
        let ledger = try await begun()
        let statements = Statements()
        statements.listen(to: ledger)
        _ = try await ledger.record(profile(about), at: now)
        let seen = statements.seen.withLock { $0 }
        #expect(seen.count <= most, "\(seen.joined(separator: "\n"))")
        try ledger.close()
    }

    /// However many accounts there are: the places of one are looked up by the table's key.
    @Test func thingsOfAnAccount_areReadWithoutThoseOfOthers() async throws {
        let ledger = try await begun()
        let plan = try await ledger.read { database in
            let statements = Statements()
            database.trace { event in statements.seen.withLock { $0.append("\(event)") } }
            let places = try Place.matching(["acme"], [.businessProfile], nil, in: database)
            #expect(places.map(\.phoneNumberID) == ["1"])
            #expect(try Place.matching(["clark"], nil, nil, in: database).isEmpty)
            database.trace(nil)
            let select = try #require(statements.seen.withLock { $0.first })
            let arguments = StatementArguments(["*", "acme"])
            return try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + select, arguments: arguments).map { "\($0["detail"] as String)" }
        }
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH place USING INDEX") && $0.contains("(account=?)") } && !plan.isEmpty, "\(plan)")
        try ledger.close()
    }
}

/// The statements of the writing connection.
private final class Statements: Sendable {
    let seen = Mutex<[String]>([])

    func listen(to ledger: Ledger) {
        ledger.pool.writeWithoutTransaction { $0.trace { event in self.seen.withLock { $0.append("\(event)") } } }
    }
}
