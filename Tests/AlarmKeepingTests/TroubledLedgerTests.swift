import Alarms
import Changes
import Ledger
import StrictJSON
import Synchronization
import TestTools
import Testing
import Watching
import WhatsAppBusiness

@testable import AlarmKeeping

/// A ledger that cannot be written: what was to be recorded is recorded later, and that it was so is told.
@Suite("Alarms of a ledger that cannot be written", .timeLimit(.minutes(2)))
struct TroubledLedgerTests {
    @Test func alarm_thatCouldNotBeRecorded_isRecordedByTheNextTurn() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:]])
        try await stage.pass()
        try await stage.numbers(["7": ["status": "BANNED"]])
        try await stage.refuse(true)
        let keeper = stage.keeper.withLock { $0 }
        await #expect(throws: LedgerError.self) { try await keeper.turn() }
        try await stage.refuse(false)
        try await keeper.turn()
        #expect(try await stage.told().short.contains("added acme/number_banned/7 critical"))
    }

    @Test func ledger_thatCannotBeWritten_losesNoAlarm_andNoMute() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:], "8": ["status": "BANNED"]])
        try await stage.pass()
        _ = try await stage.told()
        let mute = AlarmMute(
            accounts: ["acme"], phoneNumberIDs: ["8"], since: stage.now, until: stage.now.advanced(by: .seconds(86_400)), by: "alice (1000)"
        )
        try await stage.numbers(["7": ["status": "BANNED"], "8": ["status": "BANNED"]])
        _ = try await stage.ledger.add(mute: mute, at: stage.now)
        try await stage.refuse(true)
        let keeper = stage.keeper.withLock { $0 }
        async let muted: Void = keeper.muted(by: "alice (1000)")
        var failures = 0
        for _ in 0..<1000 where failures < 3 {
            do { try await keeper.turn() } catch { failures += 1 }
            await Task.yield()
        }
        await muted
        #expect(try await stage.told().isEmpty)
        try await stage.refuse(false)
        let told = try await stage.pass(.seconds(120))
        #expect(
            Set(told.short) == [
                "changed acme/number_banned/8 info", "added acme/number_banned/7 critical", "added */ledger critical",
                "removed */ledger info",
            ])
        #expect(told.count == 4)
        #expect(told.compactMap(\.actor) == ["alice (1000)"])
    }

    /// However short it was, whenever watches were looked at last, and whether or not the keeper tried to write meanwhile.
    @Test(arguments: [1, 59], [true, false]) func ledger_thatCannotBeWrittenForAMoment_isToldAsSoonAsThatCanBeRecorded(
        after seconds: Int64, keeperTries: Bool
    ) async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:]])
        try await stage.pass(.seconds(seconds))
        let keeper = stage.keeper.withLock { $0 }
        try await stage.refuse(true)
        await #expect(throws: LedgerError.self) { try await stage.account(status: "BANNED") }
        await keeper.ledgerTurned(stage.ledger.trouble)
        if keeperTries { await #expect(throws: LedgerError.self) { try await keeper.turn() } }
        try await stage.refuse(false)
        await keeper.ledgerTurned(nil)
        #expect(try await stage.pass(.milliseconds(1)).short == ["added */ledger critical", "removed */ledger info"])
        #expect(try await stage.pass(.seconds(600)).isEmpty)
        // It rests again.
        #expect(try await keeper.turn() > .seconds(1))
    }

    /// The clock stands still: nothing else ends a wait. It may be over before the keeper looks.
    @Test(arguments: [true, false]) func keeper_isWokenByALedgerThatCannotBeWritten_andCanAgain(isRunning: Bool) async throws {
        let stage = try await KeeperStage("acme")
        try await stage.pass()
        let keeper = stage.keeper.withLock { $0 }
        try await stage.refuse(true)
        await #expect(throws: LedgerError.self) { try await stage.account(status: "BANNED") }
        let trouble = try #require(stage.ledger.trouble)
        try await withThrowingDiscardingTaskGroup { group in
            if isRunning { group.addTask { await keeper.run() } }
            await keeper.ledgerTurned(trouble)
            try await stage.refuse(false)
            await keeper.ledgerTurned(nil)
            if !isRunning { group.addTask { await keeper.run() } }
            try await eventually("the alarm is told, and that it is over") {
                try await stage.ledger.changes(after: 0, limit: 100).count { $0.change.resource.id == "ledger" } == 2
            }
            group.cancelAll()
        }
        #expect(try await stage.told().short == ["added */ledger critical", "removed */ledger info"])
    }
}
