import Alarms
import Changes
import GRDB
import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Ledger

/// Alarms in the ledger: things like others, kept and told in one transaction.
@Suite(.timeLimit(.minutes(2))) struct AlarmTests {
    private let folder: Folder
    private let ledger: Ledger

    init() throws {
        folder = try Folder()
        ledger = try Ledger(path: folder.path + "/ledger.sqlite")
    }

    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    private func scope(_ accounts: [String: String], without number: String = "") -> WatchScope {
        WatchScope(accounts: accounts, watchesNumber: { id, _ in id != number }, watchesTarget: { _, _ in true })
    }

    private func document(_ severity: String) -> JSONObject { ["name": "quality", "severity": .string(severity)] }

    private func record(
        _ account: String, _ id: String, number: String? = nil, _ operation: ChangeOperation, _ document: JSONObject?,
        severity: Severity = .warning
    ) -> AlarmRecord {
        let key = AlarmKey(account: account, id: id, phoneNumberID: number)
        return AlarmRecord(
            key: key, document: document,
            change: DetectedChange(key.resource, operation, severity: severity, after: document, summary: "\(account): \(id)"))
    }

    private func kept(_ query: ResourceQuery = ResourceQuery(kinds: [.alarm])) async throws -> [String] {
        var walk = try await ResourceWalk(over: ledger, query)
        var found: [String] = []
        while let page = try await walk.next() { found += page.map { "\($0.resource.account) \($0.resource.id)" } }
        return found.sorted()
    }

    @Test func alarms_areKeptAndTold_inOneTransaction_andEnd() async throws {
        _ = try await ledger.keep(scope(["acme": "102"]), at: at(0))
        let begin = [
            record("acme", "quality", number: "1", .added, document("warning")), record("*", "blind", .added, document("critical")),
        ]
        try await ledger.record(alarms: begin, origin: .poll, at: at(1))
        let told = try await ledger.changes(after: 0)
        #expect(told.map(\.change) == begin.map(\.change))
        #expect(Set(told.map(\.transaction)) == [1])
        let stored = try await ledger.resources().resources
        #expect(stored.map(\.resource.kind) == [.alarm, .alarm])
        #expect(stored.allSatisfy { $0.changedAt == at(1) && $0.confirmedAt == at(1) })
        let alarms = try await ledger.alarms()
        #expect(Set(alarms.map(\.key)) == Set(begin.map(\.key)))
        #expect(alarms.first { $0.key.account == "acme" }?.document == document("warning"))
        // Muted: told of whoever did it.
        var muted = record("acme", "quality", number: "1", .changed, document("muted"), severity: .info)
        try await ledger.record(alarms: [muted], origin: .command, actor: "alice (1000)", at: at(2))
        muted.change.origin = .command
        muted.change.actor = "alice (1000)"
        #expect(try await ledger.changes(after: 2).map(\.change) == [muted.change])
        let end = [record("acme", "quality", number: "1", .removed, nil, severity: .info)]
        try await ledger.record(alarms: end, origin: .poll, at: at(3))
        #expect(try await kept() == ["* blind"])
        #expect(ledger.cursor.sequence == 4)
        // What is recorded once more, because nobody knew whether it was, is not told twice.
        try await ledger.record(alarms: end + [begin[1]], origin: .poll, at: at(4))
        #expect(ledger.cursor.sequence == 4)
        try await ledger.verify()
    }

    @Test func alarm_isFoundByEveryFilterOfAccounts_whereItConcernsAll() async throws {
        _ = try await ledger.keep(scope(["acme": "102", "brown": "103"]), at: at(0))
        let alarms = [
            record("acme", "quality", number: "1", .added, document("a")), record("brown", "token_refused", .added, document("b")),
            record("*", "blind", .added, document("c")),
        ]
        try await ledger.record(alarms: alarms, origin: .poll, at: at(1))
        #expect(try await kept(ResourceQuery(accounts: ["acme"])) == ["* blind", "acme quality"])
        #expect(try await kept(ResourceQuery(accounts: ["*"])) == ["* blind"])
        #expect(try await kept(ResourceQuery(accounts: ["acme"], phoneNumberIDs: ["1"])) == ["acme quality"])
        var query = HistoryQuery()
        (query.accounts, query.kinds) = (["brown"], [.alarm])
        var walk = try await HistoryWalk(over: ledger, query)
        var found: [String] = []
        while let page = try await walk.next() { found += page.map(\.change.resource.id) }
        #expect(found == ["token_refused", "blind"])
    }

    @Test func alarms_goWithTheirAccount_withoutAWord_andWithTheirNumber_whichIsTold() async throws {
        _ = try await ledger.keep(scope(["acme": "102", "brown": "103"]), at: at(0))
        let numbers = ["1", "2"].map { Observation.Item(id: $0, document: ["id": .string($0)]) }
        _ = try await ledger.record(
            Observation(target: PollTarget(account: "acme", kind: .phoneNumber), owner: "102", items: numbers, asked: ["id"]), at: at(1))
        let alarms = [
            record("acme", "quality", number: "1", .added, document("a")), record("acme", "quality", number: "2", .added, document("a")),
            record("acme", "number_gone", number: "3", .added, document("a")), record("brown", "budget", .added, document("b")),
            record("*", "blind", .added, document("c")),
        ]
        try await ledger.record(alarms: alarms, origin: .poll, at: at(1))
        let before = ledger.cursor.sequence
        _ = try await ledger.keep(scope(["acme": "102"], without: "2"), at: at(2))
        #expect(try await kept() == ["* blind", "acme number_gone", "acme quality"])
        #expect(Set(try await ledger.alarms().map(\.key.phoneNumberID)) == [nil, "1", "3"])
        let told = try await ledger.changes(after: before).map(\.change)
        #expect(told.map(\.resource.kind) == [.account, .alarm, .phoneNumber])
        #expect(told[1].resource.phoneNumberID == "2" && told[1].operation == .removed && told[1].origin == .command)
        // What comes too late for an account that is gone is left out.
        try await ledger.record(
            alarms: [record("brown", "budget", .added, document("b")), record("brown", "quality", .removed, nil)], origin: .poll, at: at(3))
        #expect(ledger.cursor.sequence == before + 3)
        try await ledger.verify()
    }

    @Test func alarms_surviveARestart() async throws {
        _ = try await ledger.keep(scope(["acme": "102"]), at: at(0))
        try await ledger.record(alarms: [record("acme", "quality", number: "1", .added, document("a"))], origin: .poll, at: at(1))
        try ledger.close()
        let again = try Ledger(path: ledger.path)
        _ = try await again.keep(scope(["acme": "102"]), at: at(2))
        let alarms = try await again.alarms()
        #expect(alarms.map(\.key) == [AlarmKey(account: "acme", id: "quality", phoneNumberID: "1")])
        #expect(alarms.map(\.document) == [document("a")])
        #expect(again.cursor.sequence == 1)
        try again.close()
    }

    // MARK: Mutes

    private func mute(until second: Int64, _ reason: String? = nil) -> AlarmMute {
        AlarmMute(
            accounts: ["acme"], ids: ["health/7"], phoneNumberIDs: ["1"], names: ["quality", "health"], since: at(1), until: at(second),
            reason: reason, by: "alice (1000)")
    }

    @Test func mutes_surviveARestart_andNoIDComesTwice() async throws {
        let first = try #require(try await ledger.add(mute: mute(until: 100, "known \"é\" \u{0}"), at: at(1)))
        var plain = AlarmMute(since: at(2), until: at(100), by: "0")
        let second = try #require(try await ledger.add(mute: plain, at: at(2)))
        plain.id = second.id
        try ledger.close()
        let again = try Ledger(path: ledger.path)
        #expect(try await again.mutes() == [first, plain])
        #expect(first.reason == "known \"é\" \u{0}" && first.names == ["quality", "health"] && first.until == at(100))
        #expect(try await again.removeMute(id: second.id) == plain)
        #expect(try await again.removeMute(id: second.id) == nil)
        for id in ["", "x", "-1", "01", "1 ", "99"] { #expect(try await again.removeMute(id: id) == nil) }
        let third = try #require(try await again.add(mute: plain, at: at(3)))
        #expect(third.id != second.id && third.id != first.id)
        #expect(try await again.mutes().map(\.id) == [first.id, third.id])
        try again.close()
    }

    @Test func mutes_areBounded_andThoseThatAreOverMakeRoom() async throws {
        for index in 0..<Ledger.mostMutes {
            #expect(try await ledger.add(mute: mute(until: index < 3 ? 50 : 100), at: at(1)) != nil)
        }
        #expect(try await ledger.add(mute: mute(until: 100), at: at(49)) == nil)
        #expect(try await ledger.mutes().count == Ledger.mostMutes)
        #expect(try await ledger.add(mute: mute(until: 100), at: at(50)) != nil)
        #expect(try await ledger.mutes().count == Ledger.mostMutes - 2)
    }

    /// What a later release wrote of a mute narrows it, perhaps: this one then mutes nothing.
    @Test func mute_thatCannotBeRead_costsItselfAlone() async throws {
        let kept = try #require(try await ledger.add(mute: mute(until: 100), at: at(1)))
        try ledger.close()
        let queue = try DatabaseQueue(path: ledger.path)
        try await queue.write { database in
            for document in [#"{"since":1,"until":2,"by":"x","severities":["info"]}"#, "no JSON", #"{"until":2}"#, "[]"] {
                try database.execute(sql: "INSERT INTO mute (until, document) VALUES (100, ?)", arguments: [document])
            }
        }
        try queue.close()
        let again = try Ledger(path: ledger.path)
        #expect(try await again.mutes() == [kept])
        try again.close()
    }
}
