import Changes
import GRDB
import StrictJSON
import Testing
import Webhooks
import WhatsAppBusiness

@testable import Ledger

/// Reports of webhooks in the ledger: each once, however often it comes, and about the thing of ours that it names.
@Suite(.timeLimit(.minutes(2))) struct ReportTests {
    private let folder: Folder
    private let ledger: Ledger

    init() throws {
        folder = try Folder()
        ledger = try Ledger(path: folder.path + "/ledger.sqlite")
    }

    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    private func watch(_ accounts: [String: String] = ["acme": "102", "beta": "103"]) async throws {
        let scope = WatchScope(accounts: accounts, watchesNumber: { _, _ in true }, watchesTarget: { _, _ in true })
        _ = try await ledger.keep(scope, at: at(0))
    }

    private func see(_ numbers: [String: String], of account: String, owner: String) async throws {
        let items = numbers.sorted { $0.key < $1.key }.map {
            Observation.Item(id: $0.key, document: ["id": .string($0.key), "display_phone_number": .string($0.value)])
        }
        let observation = Observation(
            target: PollTarget(account: account, kind: .phoneNumber), owner: owner, items: items, asked: ["id", "display_phone_number"])
        // Removal takes a second poll that agrees.
        for _ in 0..<2 { _ = try await ledger.record(observation, at: at(1)) }
    }

    /// Reports of one body: each an entry with one change of `account_update`, unless another field is named.
    private func reports(_ values: [(id: String, value: JSONValue)], field: String = "account_update", time: Int64 = 7) throws
        -> [WebhookReport]
    {
        let entries = values.map { id, value -> JSONValue in
            ["id": .string(id), "time": .integer(time), "changes": [["field": .string(field), "value": value]]]
        }
        return try WebhookBody(parsing: JSONValue.object(["entry": .array(entries)]).bytes).reports
    }

    private func violation(_ name: String) -> JSONValue {
        ["event": "ACCOUNT_VIOLATION", "violation_info": ["violation_type": .string(name)]]
    }

    private func recorded(after sequence: Int64 = 0) async throws -> [RecordedChange] {
        try await ledger.changes(after: sequence, limit: .max).filter { $0.change.operation == .reported }
    }

    @Test func reports_areRecordedTogether_andTheSnapshotStays() async throws {
        try await watch()
        try await see(["1": "+1 555-078-3881"], of: "acme", owner: "102")
        let before = try await ledger.resources().resources
        let some = try reports([("102", violation("ADULT")), ("103", violation("SPAM")), ("9", violation("ADULT"))])
        let recording = try await ledger.record(reports: some, at: at(5))
        #expect(recording.changes == 2 && recording.known == 0 && recording.foreign == 1)
        #expect(recording.hints.map(\.account) == ["acme", "beta"])
        let changes = try await recorded()
        #expect(changes.map(\.change.resource.account) == ["acme", "beta"] && Set(changes.map(\.transaction)) == [changes[0].sequence])
        #expect(changes[0].change.after == ["field": "account_update", "value": violation("ADULT")])
        #expect(changes[0].change.before == nil && changes[0].change.fields.isEmpty && changes[0].change.origin == .webhook)
        #expect(changes[0].change.resource == ResourceID(account: "acme", kind: .account, id: "102"))
        #expect(changes[0].change.severity == .critical && changes[0].observedAt == at(5))
        #expect(try await ledger.resources().resources == before)
        try await ledger.verify()
    }

    @Test func report_isRecordedOnce_twiceInOneBody_againLater_andAfterARestart() async throws {
        try await watch()
        let one = try reports([("102", violation("ADULT")), ("102", violation("ADULT"))])
        let first = try await ledger.record(reports: one, at: at(1))
        #expect(first.changes == 1 && first.known == 1 && first.hints.count == 1)
        let again = try await ledger.record(reports: one, at: at(2))
        #expect(again.changes == 0 && again.known == 2 && again.hints.isEmpty)
        try ledger.close()
        let reopened = try Ledger(path: folder.path + "/ledger.sqlite")
        let restarted = try await reopened.record(reports: one, at: at(3))
        #expect(restarted.changes == 0 && restarted.known == 2)
        // At another time, it is another report.
        #expect(try await reopened.record(reports: try reports([("102", violation("ADULT"))], time: 8), at: at(4)).changes == 1)
        #expect(try await reopened.changes(after: 0).count { $0.change.operation == .reported } == 2)
        try reopened.close()
    }

    @Test func sameBody_deliveredInParallel_isRecordedOnce() async throws {
        try await watch()
        let some = try reports((0..<20).map { ("102", violation("RULE_\($0)")) })
        let ledger = ledger
        let recordings = try await withThrowingTaskGroup(of: ReportRecording.self) { group in
            for _ in 0..<8 { group.addTask { try await ledger.record(reports: some, at: Timestamp(milliseconds: 1000)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(recordings.map(\.changes).reduce(0, +) == 20 && recordings.map(\.known).reduce(0, +) == 140)
        #expect(recordings.count { $0.changes == 20 } == 1)
        #expect(try await recorded().count == 20)
    }

    @Test func report_isOfTheEntrysAccount_elseOfTheOneItNames_elseOfThoseWithTheNumber() async throws {
        try await watch()
        try await see(["1": "+1 555-078-3881", "2": "+49 151 1"], of: "acme", owner: "102")
        try await see(["3": "+1 (555) 078 3881"], of: "beta", owner: "103")
        func subjects(_ id: String, _ value: JSONValue, _ time: Int64) async throws -> [String] {
            let last = ledger.cursor.sequence
            _ = try await ledger.record(reports: try reports([(id, value)], time: time), at: at(5))
            return try await recorded(after: last).map {
                "\($0.change.resource.account) \($0.change.resource.kind) \($0.change.resource.id)"
            }
        }
        #expect(try await subjects("102", ["waba_info": ["waba_id": "103"]], 1) == ["acme account 102"])
        #expect(try await subjects("9", ["waba_info": ["waba_id": "103"]], 2) == ["beta account 103"])
        #expect(try await subjects("102", ["phone_number": "15550783881"], 3) == ["acme phone_number 1"])
        #expect(try await subjects("103", ["display_phone_number": "15550783881"], 4) == ["beta phone_number 3"])
        #expect(try await subjects("0", ["phone_number": "15550783881"], 5) == ["acme phone_number 1", "beta phone_number 3"])
        #expect(try await subjects("0", ["phone_number": "491511"], 6) == ["acme phone_number 2"])
        #expect(try await subjects("0", ["phone_number_settings": ["phone_number_id": "3"]], 7) == ["beta phone_number 3"])
        // A number that is not ours, and a portfolio alone.
        #expect(try await subjects("102", ["phone_number": "1999"], 8) == ["acme account 102"])
        #expect(try await subjects("0", ["phone_number": "1999"], 9).isEmpty)
        #expect(try await subjects("103", ["message_template_id": 1_689_556_908_129_832], 10) == ["beta message_template 1689556908129832"])
        let words = try await recorded().first { $0.change.resource.id == "1" }?.change.summary
        #expect(words?.contains("phone number +1 555-078-3881 (1)") == true)
        try await ledger.verify()
    }

    /// A number is found by what it is now: as it was added, renamed, moved or removed.
    @Test func numbers_areThoseOfTheSnapshot_alsoAfterItChanged() async throws {
        try await watch()
        var time: Int64 = 0
        func owners(_ digits: String) async throws -> [String] {
            time += 1
            let last = ledger.cursor.sequence
            _ = try await ledger.record(reports: try reports([("0", ["phone_number": .string(digits)])], time: time), at: at(5))
            return try await recorded(after: last).map { "\($0.change.resource.account) \($0.change.resource.id)" }
        }
        #expect(try await owners("111") == [])
        try await see(["1": "+1 11"], of: "acme", owner: "102")
        #expect(try await owners("111") == ["acme 1"])
        try await see(["1": "+1 22", "2": "+1 33"], of: "acme", owner: "102")
        #expect(try await owners("111") == [])
        #expect(try await owners("122") == ["acme 1"])
        #expect(try await owners("133") == ["acme 2"])
        // A number that comes back to what it was is one number still.
        try await see(["1": "+1 11", "2": "+1 33"], of: "acme", owner: "102")
        #expect(try await owners("111") == ["acme 1"])
        try await see(["1": "+1 22", "2": "+1 33"], of: "acme", owner: "102")
        #expect(try await owners("111") == [])
        #expect(try await owners("122") == ["acme 1"])
        try await see(["2": "+1 33"], of: "acme", owner: "102")
        #expect(try await owners("122") == [])
        try await watch(["beta": "103"])
        #expect(try await owners("133") == [])
    }

    @Test func report_ofAnAccountThatIsWatchedLater_isTakenWhenItComesAgain() async throws {
        try await watch(["beta": "103"])
        let one = try reports([("102", violation("ADULT"))])
        #expect(try await ledger.record(reports: one, at: at(1)).foreign == 1)
        try await watch()
        #expect(try await ledger.record(reports: one, at: at(2)).changes == 1)
    }

    @Test func report_isKnownForEightDays_andOldOnesGo() async throws {
        try await watch()
        let one = try reports([("102", violation("ADULT"))])
        _ = try await ledger.record(reports: one, at: at(0))
        let other = try reports([("102", violation("SPAM"))])
        #expect(try await ledger.record(reports: other, at: at(8 * 86_400)).changes == 1)
        #expect(try await ledger.record(reports: one, at: at(8 * 86_400)).known == 1)
        #expect(try await ledger.record(reports: try reports([("102", violation("X"))]), at: at(8 * 86_400 + 1)).changes == 1)
        #expect(try await ledger.record(reports: one, at: at(8 * 86_400 + 2)).changes == 1)
    }

    @Test func knownReports_areNoMoreThanTheyMayBe() async throws {
        try await watch()
        for index in 0..<5 { _ = try await ledger.record(reports: try reports([("102", violation("R\(index)"))]), at: at(1)) }
        let left = try await ledger.write { database in
            try Ledger.forgetReports(before: Timestamp(milliseconds: 1000), atMost: 2, database)
            return try Int64.fetchAll(database, sql: "SELECT number FROM report ORDER BY number")
        }
        #expect(left == [4, 5])
    }

    /// What cannot be written is no report that is known: it is recorded when it comes again.
    @Test func bodyThatCouldNotBeWritten_isWholeWhenItComesAgain() async throws {
        try await watch()
        try await ledger.write {
            try $0.execute(sql: "CREATE TRIGGER no AFTER INSERT ON report WHEN new.number = 3 BEGIN SELECT raise(ABORT, 'no'); END")
        }
        let some = try reports((0..<4).map { ("102", violation("R\($0)")) })
        await #expect(throws: LedgerError.self) { try await ledger.record(reports: some, at: at(1)) }
        #expect(try await recorded().isEmpty)
        let other = try Ledger.reopened(ledger, folder)
        try await other.write { try $0.execute(sql: "DROP TRIGGER no") }
        #expect(try await other.record(reports: some, at: at(1)).changes == 4)
        try other.close()
    }
}

extension Ledger {
    fileprivate static func reopened(_ ledger: Ledger, _ folder: Folder) throws -> Ledger {
        ledger.abandon()
        return try Ledger(path: folder.path + "/ledger.sqlite")
    }
}
