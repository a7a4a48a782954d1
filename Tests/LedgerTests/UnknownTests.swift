import Changes
import FoundationEssentials
import GRDB
@testable import Ledger
import StrictJSON
import Testing
import WhatsAppBusiness

/// What a later release wrote, found after a roll-back: it is kept with its text, what cannot be read costs itself alone, and nothing is set aside.
@Suite(.timeLimit(.minutes(2))) struct UnknownTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private var path: String { folder.path + "/ledger.sqlite" }
    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    private func profile(_ about: String) -> Observation {
        Observation(
            target: PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "1"), owner: "1",
            items: [.init(id: "1", document: ["about": .string(about)])], asked: ["about"])
    }

    /// Changes rows of a ledger as another release would have written them, checksums included.
    private func rewrite(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.write(body)
        try queue.close()
    }

    @Sendable private static func set(_ column: String, to value: DatabaseValue, ofChange sequence: Int64, _ database: Database) throws {
        try database.execute(sql: "UPDATE change SET \(column) = ? WHERE sequence = ?", arguments: [value, sequence])
        let sql = """
            SELECT observed_at, place, id, operation, origin, severity, fields, before, after, summary, transaction_id, actor
            FROM change WHERE sequence = ?
            """
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [sequence]) else { return }
        let digest = RowChecksum(of: Array(row.databaseValues))
        try database.execute(sql: "UPDATE change SET digest = ? WHERE sequence = ?", arguments: [digest.column, sequence])
    }

    @Sendable private static func addPlace(_ kind: String, _ number: String, _ database: Database) throws -> Int64 {
        let id = try Int64.fetchOne(database, sql: "SELECT max(id) + 1 FROM place") ?? 1
        let values = [id.databaseValue, "acme".databaseValue, kind.databaseValue, number.databaseValue]
        try database.execute(
            sql: "INSERT INTO place VALUES (?, ?, ?, ?, ?)",
            arguments: StatementArguments(values + [RowChecksum(of: values).column.databaseValue]))
        return id
    }

    private func open() throws -> Ledger {
        let (ledger, setAside) = try Ledger.open(path: path, at: at(100)) { _ in [] }
        #expect(setAside == nil, "\(setAside?.cause ?? "")")
        return ledger
    }

    @Test(arguments: ["operation", "origin", "severity"], ["renamed", "Changed", "", "odd\u{0}one", "notice2"])
    func change_ofAValueThatIsNotKnown_isKeptWithItsText(column: String, text: String) async throws {
        let ledger = try Ledger(path: path)
        for word in ["a", "b", "c"] { _ = try await ledger.record(profile(word), at: at(1)) }
        try ledger.close()
        try await rewrite { try Self.set(column, to: ColumnCoding.column(text), ofChange: 2, $0) }
        let again = try open()
        let changes = try await again.changes(after: 0)
        #expect(changes.map(\.sequence) == [1, 2, 3])
        let change = try #require(changes.dropFirst().first?.change)
        let texts = ["operation": change.operation.rawText, "origin": change.origin.rawText, "severity": change.severity.rawText]
        #expect(texts[column] == text)
        #expect(change.after == ["about": "b"])
        // It is found by what else is asked for, and by the severity that it counts as.
        for minimum in Severity.allCases {
            var query = HistoryQuery()
            query.minimumSeverity = minimum
            var walk = try await HistoryWalk(over: again, query)
            var found: [Int64] = []
            while let page = try await walk.next() { found += page.map(\.sequence) }
            #expect(found == changes.filter { $0.change.severity.level >= minimum }.map(\.sequence))
        }
        _ = try await again.record(profile("d"), at: at(2))
        try await again.verify()
        try again.close()
    }

    @Test func thingsAndWatches_ofAKindThatIsNotKnown_stayAsTheyAre() async throws {
        let ledger = try Ledger(path: path)
        let selection = WatchScope(accounts: ["acme": "102"], watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await ledger.keep(selection, at: at(1))
        _ = try await ledger.record(profile("a"), at: at(1))
        try await ledger.record(
            [WatchNote(watch: PollTarget(account: "acme", kind: .account).watch, document: ["state": "current"])], at: at(1))
        try ledger.close()
        try await rewrite { database in
            let place = try Self.addPlace("flow", "1", database)
            try database.execute(
                sql: "INSERT INTO resource VALUES (?, '77', '{\"name\":\"sign up\"}', 1000, NULL, 0)", arguments: [place])
            let watches = try Int64.fetchOne(database, sql: "SELECT id FROM place WHERE kind = 'watch' AND phone_number_id = ''")
            try database.execute(
                sql: "INSERT INTO resource VALUES (?, 'flow/1', '{\"state\":\"current\"}', 1000, 1000, 0)", arguments: [watches])
            try database.execute(sql: "INSERT INTO unit VALUES (?, '[\"name\"]', 5000, 12345)", arguments: [place])
            try Self.set("place", to: place.databaseValue, ofChange: 1, database)
        }
        let again = try open()
        let things = try await again.resources().resources
        let flow = try #require(things.first { $0.resource.kind.rawText == "flow" })
        #expect(flow.resource == ResourceID(account: "acme", kind: OpenEnum(rawValue: "flow"), id: "77", phoneNumberID: "1"))
        #expect(flow.document == ["name": "sign up"] && flow.resource.kind.known == nil)
        #expect(try await again.changes(after: 0).first?.change.resource.kind.rawText == "flow")
        #expect(try await again.resources(kinds: [.businessProfile]).resources.count == 1)
        let kept = try await again.keep(selection, at: at(2))
        #expect(kept["acme"]?.watches.map(\.target.kind) == [.account])
        _ = try await again.record(profile("b"), at: at(3))
        try await again.verify()
        #expect(try await again.resources().resources.count == things.count)
        try again.close()
    }

    /// Right by its checksum, and not to be read: the row alone is left out, and told of once.
    @Test(arguments: ["7", "-1", "not json", "[1]", "\"text\"", "{", ""]) func documentThatCannotBeRead_costsItselfAlone(text: String)
        async throws
    {
        let ledger = try Ledger(path: path)
        let target = PollTarget(account: "acme", kind: .messageTemplate)
        func look(_ word: String) -> Observation {
            let items = (1...3).map { Observation.Item(id: "\($0)", document: ["id": .string("\($0)"), "name": .string(word)]) }
            return Observation(target: target, owner: "102", items: items, asked: ["id", "name"])
        }
        for word in ["a", "b"] { _ = try await ledger.record(look(word), at: at(1)) }
        try await ledger.save(budgets: ["acme": ["calls": 1], "other": ["calls": 2]])
        try ledger.close()
        let value = Int64(text).map(\.databaseValue) ?? text.databaseValue
        try await rewrite { database in
            try Self.set("after", to: value, ofChange: 3, database)
            try Self.set("fields", to: text.databaseValue, ofChange: 4, database)
            let old = try Row.fetchOne(database, sql: "SELECT document FROM resource WHERE id = '2'")
            let kept = try Int64.fetchOne(database, sql: "SELECT digest FROM unit") ?? 0
            var digest = RowChecksum(column: kept)
            digest -= RowChecksum(of: "2", old?[0] ?? .null, misses: 0)
            digest += RowChecksum(of: "2", value, misses: 0)
            try database.execute(sql: "UPDATE resource SET document = ? WHERE id = '2'", arguments: [value])
            try database.execute(sql: "UPDATE unit SET digest = ?", arguments: [digest.column])
            try database.execute(sql: "UPDATE budget SET document = ? WHERE account = 'acme'", arguments: [text])
        }
        let again = try open()
        let changes = try await again.changes(after: 0)
        #expect(changes.map(\.sequence) == [1, 2, 3, 4])
        #expect(changes[2].change.after == nil && changes[2].change.before == ["name": "a"])
        #expect(changes[3].change.after == ["name": "b"])
        #expect(try await again.resources().resources.map(\.resource.id) == ["1", "3"])
        #expect(try await again.budgets() == ["other": ["calls": 2]])
        try await again.verify()
        // The next poll that shows the thing makes it whole.
        _ = try await again.record(look("c"), at: at(2))
        #expect(try await again.resources().resources.map(\.document["name"]) == ["c", "c", "c"])
        try await again.verify()
        #expect(try await again.changes(after: 0).count > 4)
        #expect(again.trouble == nil)
        var told = again.unreadableRows.makeAsyncIterator()
        var rows: Set<String> = []
        for _ in 0..<4 { if let row = await told.next() { rows.insert(row) } }
        #expect(rows == ["a document of the change 3", "the fields of the change 4", "acme/message_template/2", "the budget of acme"])
        try again.close()
    }

    @Test func checksumThatIsWrong_isDamage() async throws {
        let ledger = try Ledger(path: path)
        _ = try await ledger.record(profile("a"), at: at(1))
        try ledger.close()
        try await rewrite { try $0.execute(sql: "UPDATE change SET operation = 'renamed'") }
        let again = try open()
        await #expect { try await again.changes(after: 0) } throws: { ($0 as? LedgerError)?.code == .damaged }
        try again.close()
    }
}
