import Alarms
import Changes
import Ledger
import TestTools
import Testing
import Watching
import WhatsAppBusiness

@testable import AlarmKeeping

@Suite("Alarms of what cannot be seen, over a restart", .timeLimit(.minutes(2)))
struct RestartTests {
    /// A stage on which the list of numbers and the connection have been told to be blind.
    private func blindStage() async throws -> KeeperStage {
        let stage = try await KeeperStage("acme")
        try await stage.pass()
        stage.trouble(.phoneNumber, .unreachable, every: .seconds(60))
        stage.source.change { standings in
            standings.connection = WatchTrouble(target: .connection, state: .unreachable, since: stage.now, every: .seconds(60))
        }
        #expect(
            try await stage.pass(.seconds(360)).short == ["added */blind/connection critical", "added acme/blind/phone_number critical"])
        return stage
    }

    @Test func watches_thatAreNotReadYet_endNoAlarm() async throws {
        let stage = try await blindStage()
        let standings = await stage.source.standings()
        stage.recover()
        stage.source.change { $0.areWatchesKnown = false }
        stage.restart()
        #expect(try await stage.pass(.seconds(120)).isEmpty)
        stage.source.set(standings)
        #expect(try await stage.pass(.seconds(600)).isEmpty)
        #expect(try await stage.ledger.alarms().count == 2)
        // What has ended meanwhile ends as soon as that is known.
        stage.recover()
        stage.source.change { $0.areWatchesKnown = false }
        stage.restart()
        #expect(try await stage.pass(.seconds(60)).isEmpty)
        stage.source.change { $0.areWatchesKnown = true }
        #expect(try await stage.pass(.seconds(10)).count == 2)
    }

    @Test func watch_thatIsInTroubleInOtherWordsSinceJustNow_staysAnAlarm() async throws {
        let stage = try await blindStage()
        // The ledger keeps when a watch changed last, be it in its words alone.
        stage.source.change { standings in
            standings.connection?.since = stage.now
            standings.accounts[0].troubles[0].since = stage.now
            standings.accounts[0].troubles[0].reason = "in other words"
        }
        stage.restart()
        #expect(try await stage.pass(.seconds(240)).isEmpty)
        stage.recover()
        #expect(try await stage.pass(.seconds(60)).count == 2)
    }
}
