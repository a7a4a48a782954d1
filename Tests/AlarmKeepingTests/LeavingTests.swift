import Alarms
import Changes
import Ledger
import StrictJSON
import TestTools
import Testing
import Watching
import WhatsAppBusiness

@testable import AlarmKeeping

@Suite("Alarms of numbers that leave", .timeLimit(.minutes(2)))
struct LeavingTests {
    /// A stage on which number 7 is rated RED for long enough, and then leaves.
    private func stageWithoutSeven() async throws -> KeeperStage {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": ["quality_rating": "RED"], "8": [:]])
        #expect(try await stage.pass(.seconds(300)).short == ["added acme/quality/7 warning"])
        try await stage.numbers(["8": [:]])
        try await stage.numbers(["8": [:]])
        return stage
    }

    @Test func number_thatLeaves_endsItsAlarms_inTheSameTransaction_andOnce() async throws {
        let stage = try await stageWithoutSeven()
        let told = try await stage.told()
        #expect(told.short == ["removed acme/quality/7 info"])
        #expect(told.first?.summary == "acme: ended: the quality rating of +1 555 7 (7) is RED")
        #expect(told.first?.before?["name"] == "quality")
        #expect(try await stage.ledger.alarms().isEmpty)
        #expect(try await stage.pass(.seconds(7200)).isEmpty)
    }

    @Test func number_thatIsBackBeforeItsAlarmHadSettledToEnd_isAnAlarmAgain() async throws {
        let stage = try await stageWithoutSeven()
        #expect(try await stage.pass(.seconds(30)).short == ["removed acme/quality/7 info"])
        try await stage.numbers(["7": ["quality_rating": "RED"], "8": [:]])
        #expect(try await stage.pass(.seconds(300)).short == ["added acme/quality/7 warning"])
        #expect(try await stage.ledger.alarms().map(\.key.id) == ["quality/7"])
    }

    @Test func number_thatLeavesAndIsBackBetweenTwoTurns_isAnAlarmAgain() async throws {
        let stage = try await stageWithoutSeven()
        try await stage.numbers(["7": ["quality_rating": "RED"], "8": [:]])
        #expect(try await stage.pass(.seconds(300)).short == ["removed acme/quality/7 info", "added acme/quality/7 warning"])
    }

    @Test func alarm_thatWasUnderWayWhileItsNumberLeft_endsAsWell() async throws {
        let stage = try await stageWithoutSeven()
        let removed = try #require(try await stage.told().first)
        let key = AlarmKey(account: "acme", id: "quality/7", phoneNumberID: "7")
        var change = removed
        (change.operation, change.after, change.before) = (OpenEnum(ChangeOperation.added), removed.before, nil)
        try await stage.ledger.record(
            alarms: [AlarmRecord(key: key, document: removed.before, change: change)], origin: .poll, at: stage.now)
        #expect(try await stage.pass(.seconds(60)).short == ["added acme/quality/7 info", "removed acme/quality/7 info"])
        #expect(try await stage.ledger.alarms().isEmpty)
    }

    @Test func number_thatIsTakenOutOfTheConfiguration_endsItsAlarms_byThatCommand() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": ["status": "BANNED"], "8": [:]])
        #expect(try await stage.pass().short == ["added acme/number_banned/7 critical"])
        _ = try await stage.ledger.keep(
            WatchScope(accounts: ["acme": "100"], watchesNumber: { id, _ in id != "7" }, watchesTarget: { _, _ in true }), at: stage.now)
        let told = try await stage.pass(.seconds(60))
        #expect(told.short == ["removed acme/number_banned/7 info"])
        #expect(told.first?.origin == .command)
    }
}
