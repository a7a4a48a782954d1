import Changes
import GRDB
import StrictJSON
import Synchronization
import Testing
import WhatsAppBusiness

@testable import Ledger

/// What another configuration takes out of the ledger.
@Suite struct SelectionTests {
    private func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    private func selection(_ accounts: [String: String], without number: String = "") -> WatchScope {
        WatchScope(accounts: accounts, watchesNumber: { id, _ in id != number }, watchesTarget: { target, _ in target.kind != .qrCode })
    }

    /// Two accounts with two numbers each, and watches over their QR codes and profiles.
    private func fill(_ ledger: Ledger) async throws {
        _ = try await ledger.keep(selection(["acme": "102", "brown": "103"]), at: at(0))
        for account in ["acme", "brown"] {
            let items = ["1", "2"].map { Observation.Item(id: $0, document: ["id": .string($0)]) }
            _ = try await ledger.record(
                Observation(target: PollTarget(account: account, kind: .phoneNumber), owner: "102", items: items, asked: ["id"]), at: at(1))
            let targets = ["1", "2"].flatMap { number in
                [Kind.qrCode, .businessProfile].map { PollTarget(account: account, kind: $0, phoneNumberID: number) }
            }
            try await ledger.record(targets.map { WatchNote(watch: $0.watch, document: ["state": "current"]) }, at: at(1))
        }
    }

    private func kept(_ ledger: Ledger) async throws -> [String] {
        try await ledger.resources().resources.map { "\($0.resource.account) \($0.resource.kind.rawValue) \($0.resource.id)" }.sorted()
    }

    @Test func selection_takesOutWhatIsNotInIt_andReturnsWhatIsLeft() async throws {
        let folder = try Folder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        try await fill(ledger)
        let before = ledger.cursor.sequence
        for account in ["acme", "brown"] {
            ledger.confirm(PollTarget(account: account, kind: .businessProfile, phoneNumberID: "1"), at: at(2))
        }
        let left = try await ledger.keep(selection(["acme": "102", "clark": "104"], without: "2"), at: at(2))
        let all = ["acme phone_number 1", "acme watch business_profile/1"]
        #expect(try await kept(ledger) == all)
        #expect(left.mapValues(\.numbers) == ["acme": ["1"]])
        let target = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "1")
        let watch = PersistedWatches.Watch(
            target: target, document: ["state": "current"], told: ["state": "current"], changedAt: at(1), confirmedAt: at(2))
        #expect(left["acme"]?.watches == [watch])
        #expect(try await ledger.accounts() == ["acme": "102", "clark": "104"])
        let told = try await ledger.changes(after: before)
        #expect(told.map(\.change.resource.kind) == [.account, .phoneNumber])
        #expect(told.map(\.change.resource.account) == ["brown", "acme"])
        #expect(Set(ledger.confirmed.withLock(\.unsaved).keys.map(\.account)) == ["acme"])
        try await ledger.verify()
        // The same once more is nothing.
        _ = try await ledger.keep(selection(["acme": "102", "clark": "104"], without: "2"), at: at(3))
        #expect(ledger.cursor.sequence == before + 2)
        try ledger.close()
    }

    /// A wider watch told of the trouble, and this one never did, whatever the clock said meanwhile.
    @Test(arguments: [-31_536_000, -3600, 0, 3600, 31_536_000] as [Int64]) func watchThatWasMovedSilently_isNotTakenForTold(ahead: Int64)
        async throws
    {
        let folder = try Folder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        try await fill(ledger)
        let target = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "1")
        let document: JSONObject = ["state": "forbidden", "reason": "Meta has restricted the account"]
        try await ledger.record([WatchNote(watch: target.watch, document: document)], at: at(1 + ahead))
        let kept = try await ledger.keep(selection(["acme": "102", "brown": "103"]), at: at(2))
        let watch = try #require(kept["acme"]?.watches.first { $0.target == target })
        #expect(watch.document == document)
        #expect(watch.told == nil)
        try ledger.close()
    }

    /// The last of its writes fails: none of them is there.
    @Test(arguments: ["INSERT ON account", "DELETE ON resource"]) func selection_thatFailsInTheMidst_changesNothing(when: String)
        async throws
    {
        let folder = try Folder()
        let ledger = try Ledger(path: folder.path + "/ledger.sqlite")
        try await fill(ledger)
        let (before, cursor, confirmed) = (try await kept(ledger), ledger.cursor, ledger.confirmed.withLock(\.unsaved))
        let condition = when.hasPrefix("DELETE") ? "WHEN old.id LIKE 'qr_code/%'" : ""
        try await ledger.pool.write {
            try $0.execute(sql: "CREATE TRIGGER trap BEFORE \(when) \(condition) BEGIN SELECT RAISE(FAIL, 'no'); END")
        }
        await #expect(throws: LedgerError.self) {
            try await ledger.keep(selection(["acme": "102", "clark": "104"], without: "2"), at: at(2))
        }
        #expect(try await kept(ledger) == before)
        #expect(ledger.cursor == cursor && ledger.confirmed.withLock(\.unsaved) == confirmed)
        #expect(try await ledger.accounts() == ["acme": "102", "brown": "103"])
        try ledger.close()
    }
}
