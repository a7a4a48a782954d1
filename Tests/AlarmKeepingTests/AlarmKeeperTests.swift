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

@Suite("Alarms that are kept", .timeLimit(.minutes(2)))
struct AlarmKeeperTests {
    @Test func number_thatIsBanned_isOneAlarm_andItsEndIsTold() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:], "8": [:]])
        #expect(try await stage.pass(.seconds(600)).isEmpty)
        try await stage.numbers(["7": ["status": "BANNED", "quality_rating": "RED"], "8": [:]])
        let began = try await stage.pass(.seconds(600))
        #expect(began.short == ["added acme/number_banned/7 critical"])
        #expect(began.first?.resource.phoneNumberID == "7")
        #expect(began.first?.summary == "acme: phone number +1 555 7 (7) is BANNED")
        let alarms = try await stage.ledger.alarms()
        #expect(alarms.map(\.key.id) == ["number_banned/7"])
        #expect(alarms.first?.document == began.first?.after)
        try await stage.numbers(["7": [:], "8": [:]])
        #expect(try await stage.pass(.seconds(600)).short == ["removed acme/number_banned/7 info"])
        #expect(try await stage.ledger.alarms().isEmpty)
    }

    @Test func list_thatIsSeenForTheFirstTimeWhileStandingsAreAsked_isNoEmptyOne() async throws {
        let stage = try await KeeperStage("acme")
        stage.source.change { $0.accounts[0].namedNumbers = ["7"] }
        stage.source.change { $0.accounts[0].seen = [] }
        #expect(try await stage.pass(.seconds(30)).isEmpty)
        stage.source.meanwhile.withLock { body in
            body = {
                try await stage.numbers(["7": [:]])
                stage.source.change { $0.accounts[0].seen = [.account, .phoneNumber] }
            }
        }
        #expect(try await stage.pass(.seconds(120)).isEmpty)
        try await stage.numbers(["8": [:]])
        try await stage.numbers(["8": [:]])
        #expect(try await stage.pass(.seconds(120)).short == ["added acme/number_gone/7 critical"])
    }

    @Test func restart_tellsNothingAgain_andWhatEndedMeanwhileEnds() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": ["status": "BANNED"], "8": ["status": "BANNED"]])
        #expect(try await stage.pass().count == 2)
        stage.restart()
        #expect(try await stage.pass(.seconds(300)).isEmpty)
        try await stage.numbers(["7": [:], "8": ["status": "BANNED"]])
        stage.clock.advance(by: .seconds(900))
        stage.restart()
        #expect(try await stage.pass(.seconds(300)).short == ["removed acme/number_banned/7 info"])
    }

    @Test func number_thatWasOnThePlatform_isDown_alsoAfterARestart() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:]])
        try await stage.pass()
        try await stage.numbers(["7": ["platform_type": "NOT_APPLICABLE"]])
        stage.restart()
        #expect(try await stage.pass(.seconds(120)).short == ["added acme/number_down/7 critical"])
        // Older than all changes that are read: the alarm itself says what the number was.
        stage.clock.advance(by: .seconds(8 * 86_400))
        stage.restart()
        #expect(try await stage.pass(.seconds(300)).isEmpty)
    }

    @Test func business_thatLimits21Numbers_isOneAlarm() async throws {
        let stage = try await KeeperStage("acme")
        let limited: JSONObject = [
            "health_status": [
                "can_send_message": "LIMITED", "entities": [["entity_type": "BUSINESS", "id": "506", "can_send_message": "LIMITED"]],
            ]
        ]
        try await stage.numbers(Dictionary(uniqueKeysWithValues: (10..<31).map { ("\($0)", limited) }))
        #expect(try await stage.pass(.seconds(600)).short == ["added acme/health/506 warning"])
    }

    // MARK: What cannot be seen

    @Test func uplink_thatFailsForAThousandAccounts_isOneAlarm_andOneEnd() async throws {
        let names = (0..<1000).map { "account\($0)" }
        let stage = try await KeeperStage("acme")
        let now = stage.now
        func trouble(_ target: PollTarget, byAnother: Bool) -> WatchTrouble {
            WatchTrouble(
                target: target, state: .unreachable, reason: "no route to host", since: now, lastSuccess: now, every: .seconds(60),
                isToldByAnother: byAnother)
        }
        stage.source.set(
            Standings(
                accounts: names.map { name in
                    AccountStanding(
                        name: name, wabaID: name, version: "v25.0",
                        troubles: [Kind.account, .phoneNumber, .messageTemplate].map {
                            trouble(PollTarget(account: name, kind: $0), byAnother: true)
                        })
                }, connection: trouble(PollTarget(account: "*", kind: .watch), byAnother: false)))
        let began = try await stage.pass(.seconds(3600))
        #expect(began.count == 1)
        #expect(began.first?.resource.account == "*")
        #expect(began.first?.severity == .critical)
        #expect(began.first?.summary == "Meta cannot be reached: no route to host")
        stage.recover()
        #expect(try await stage.pass(.seconds(3600)).map(\.operation) == [.removed])
    }

    @Test func edge_thatIsForbidden_isBlindAfterFiveIntervals_andEndsWhenItIsSeen() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:]])
        try await stage.pass()
        stage.trouble(.businessProfile, .forbidden, number: "7", every: .seconds(60))
        #expect(try await stage.pass(.seconds(299)).isEmpty)
        #expect(try await stage.pass(.seconds(61)).short == ["added acme/blind/business_profile/7 warning"])
        stage.recover()
        #expect(try await stage.pass(.seconds(60)).short == ["removed acme/blind/business_profile/7 info"])
    }

    @Test func trouble_thatIsOverJustBeforeItWouldBeTold_isNot() async throws {
        let stage = try await KeeperStage("acme")
        // Not at a time at which watches are looked at anyway.
        try await stage.pass(.seconds(30))
        stage.trouble(.phoneNumber, .unreachable, every: .seconds(60))
        try await stage.pass(.seconds(290))
        stage.recover()
        #expect(try await stage.pass(.seconds(600)).isEmpty)
    }

    @Test func wallClock_thatJumps_makesNobodyBlind() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.pass(.seconds(60))
        stage.trouble(.phoneNumber, .unreachable, every: .seconds(60))
        stage.clock.setWallClock(ahead: .seconds(86_400))
        #expect(try await stage.pass(.seconds(230)).isEmpty)
        #expect(try await stage.pass(.seconds(120)).short == ["added acme/blind/phone_number critical"])
    }

    @Test(arguments: [false, true]) func watch_thatDiffersForLong_isBlindOnlyAfterItCannotBeSeenForSoLong(isRestarted: Bool) async throws {
        let stage = try await KeeperStage("acme")
        stage.trouble(.phoneNumber, .drifted, every: .seconds(60))
        try await stage.pass(.seconds(7200))
        // It was seen all the time.
        stage.source.change { $0.accounts[0].troubles[0].lastSuccess = stage.now }
        if isRestarted { stage.restart() }
        try await stage.pass(.seconds(60))
        stage.source.change { $0.accounts[0].troubles[0].state = .unreachable }
        #expect(try await stage.pass(.seconds(230)).isEmpty)
        #expect(try await stage.pass(.seconds(75)).short == ["added acme/blind/phone_number critical"])
    }

    @Test(arguments: [WatchState.unreachable, .invalidAnswer])
    func tokenThatIsRefused_isSo_whileNoAnswerSaysOtherwise(state: WatchState) async throws {
        let stage = try await KeeperStage("acme")
        stage.trouble(.account, .unauthorized)
        #expect(try await stage.pass(.seconds(60)).short == ["added acme/token_refused critical"])
        stage.source.change { $0.accounts[0].troubles[0].state = state }
        #expect(try await stage.pass(.seconds(120)).isEmpty)
        stage.recover()
        #expect(try await stage.pass(.seconds(60)).short == ["removed acme/token_refused info"])
    }

    @Test func trouble_thatLastsOverARestart_isToldAfterItsWholeTime() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.pass()
        stage.trouble(.phoneNumber, .unreachable, every: .seconds(60))
        try await stage.pass(.seconds(200))
        stage.restart()
        #expect(try await stage.pass(.seconds(99)).isEmpty)
        #expect(try await stage.pass(.seconds(1)).count == 1)
    }

    // MARK: Templates, reauthorisations

    @Test func template_thatIsPaused_isToldByItsName_alsoAfterARestart_andLeavesWhenItIsApprovedAgain() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.templates(["3": "APPROVED", "4": "REJECTED", "5": "APPROVED"])
        #expect(try await stage.pass(.seconds(60)).isEmpty)
        try await stage.templates(["3": "PAUSED", "4": "REJECTED", "5": "APPROVED"])
        let began = try await stage.pass()
        #expect(began.short == ["added acme/template warning"])
        #expect(began.first?.summary == "acme: message template hello_3 en is PAUSED")
        #expect(began.first?.after?["templates"] == ["hello_3 en"])
        stage.clock.advance(by: .seconds(86_400))
        stage.restart()
        #expect(try await stage.pass(.seconds(60)).isEmpty)
        try await stage.templates(["3": "APPROVED", "4": "REJECTED", "5": "DISABLED"])
        #expect(try await stage.pass().first?.after?["templates"] == ["hello_5 en"])
        #expect(try await stage.pass(.seconds(8 * 86_400)).short == ["removed acme/template info"])
    }

    @Test func numbers_thatAreOnNoPlatformAfterAReauthorisation_areNoAlarm_andOneThatStaysSoIs() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:], "8": [:]])
        try await stage.apps("670")
        try await stage.pass()
        try await stage.apps("670", "671")
        try await stage.numbers(["7": ["platform_type": "NOT_APPLICABLE"], "8": ["status": "DISCONNECTED"]])
        #expect(try await stage.pass(.seconds(300)).isEmpty)
        try await stage.numbers(["7": [:], "8": ["status": "DISCONNECTED"]])
        #expect(try await stage.pass(.seconds(299)).isEmpty)
        #expect(try await stage.pass(.seconds(1)).short == ["added acme/number_down/8 critical"])
    }

    @Test func token_thatChanged_isAReauthorisation() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:]])
        try await stage.pass()
        stage.source.change { $0.accounts[0].token = 1 }
        try await stage.pass(.seconds(60))
        try await stage.numbers(["7": ["platform_type": "NOT_APPLICABLE"]])
        #expect(try await stage.pass(.seconds(300)).isEmpty)
    }

    @Test func token_thatEndsOrLacksAScope_isAnAlarm_andAnotherTokenEndsIt() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.pass()
        let end = stage.now.advanced(by: .seconds(15 * 86_400))
        stage.source.change {
            $0.accounts[0].tokenReport = TokenReport(checkedAt: stage.now, expiresAt: end, scopes: ["whatsapp_business_management"])
        }
        #expect(try await stage.pass(.seconds(86_000)).isEmpty)
        #expect(try await stage.pass(.seconds(500)).short == ["added acme/token_expiring warning"])
        #expect(try await stage.pass(.seconds(11 * 86_400)).short == ["changed acme/token_expiring critical"])
        // Where Meta says nothing, what it said last stands.
        stage.source.change { $0.accounts[0].tokenReport = TokenReport() }
        #expect(try await stage.pass(.seconds(600)).isEmpty)
        stage.source.change {
            $0.accounts[0].tokenReport = TokenReport(checkedAt: stage.now, scopes: [], missingScopes: ["whatsapp_business_messaging"])
        }
        #expect(
            try await stage.pass(.seconds(60)).short.sorted() == ["added acme/token_scope warning", "removed acme/token_expiring info"])
    }

    // MARK: Configuration, mutes

    @Test func configuration_thatChanges_takesEffect() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": ["name_status": "DECLINED", "is_pin_enabled": false]])
        #expect(try await stage.pass().short == ["added acme/name_declined/7 warning"])
        stage.source.change {
            $0.accounts[0].alarms.rules = ["name_declined": .never, "unexpected": .settle(.seconds(10))]
            $0.accounts[0].expectations.twoStepPIN = true
            $0.accounts[0].namedNumbers = ["7", "9"]
        }
        let told = try await stage.pass(.seconds(120))
        #expect(
            Set(told.short) == [
                "removed acme/name_declined/7 info", "added acme/unexpected/two_step_pin/7 warning", "added acme/number_gone/9 critical",
            ])
    }

    @Test func account_thatIsWatchedAnew_isTakenIn_andOneThatIsNot_isForgotten() async throws {
        let stage = try await KeeperStage("acme", "other")
        try await stage.numbers(["7": ["status": "BANNED"]], of: "other")
        let other = await stage.source.standings().accounts[1]
        stage.source.change { $0.accounts.removeLast() }
        #expect(try await stage.pass(.seconds(60)).isEmpty)
        stage.source.change { $0.accounts.append(other) }
        #expect(try await stage.pass(.seconds(60)).short == ["added other/number_banned/7 critical"])
        stage.source.change { $0.accounts.removeLast() }
        try await stage.pass(.seconds(60))
        try await stage.numbers(["7": [:]], of: "other")
        #expect(try await stage.pass(.seconds(60)).isEmpty)
    }

    @Test func mute_isTold_byWhoMuted_beforeTheCallReturns_andSurvivesARestart() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": ["status": "BANNED"]])
        try await stage.pass()
        let keeper = stage.keeper.withLock { $0 }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await keeper.run() }
            let mute = AlarmMute(
                accounts: ["acme"], names: ["number_banned"], since: stage.now, until: stage.now.advanced(by: .seconds(7200)),
                reason: "ticket 4711", by: "alice (1000)")
            let kept = try #require(try await stage.ledger.add(mute: mute, at: stage.now))
            await keeper.muted(by: "alice (1000)")
            let told = try await stage.told()
            #expect(told.short == ["changed acme/number_banned/7 info"])
            #expect(told.first?.actor == "alice (1000)")
            #expect(told.first?.origin == .command)
            #expect(told.first?.fields == [JSONPointer(["muted"])])
            _ = try await stage.ledger.removeMute(id: kept.id)
            await keeper.muted(by: "bob (1001)")
            #expect(try await stage.told().map(\.actor) == ["bob (1001)"])
            _ = try await stage.ledger.add(mute: mute, at: stage.now)
            await keeper.muted(by: "alice (1000)")
            group.cancelAll()
        }
        _ = try await stage.told()
        stage.restart()
        #expect(try await stage.pass(.seconds(3600)).isEmpty)
        let end = try await stage.pass(.seconds(3600))
        #expect(end.short == ["changed acme/number_banned/7 info"])
        #expect(end.first?.after?["muted"] == nil)
    }

    @Test func keeper_isWokenByWhatIsRecorded() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.pass()
        let keeper = stage.keeper.withLock { $0 }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await keeper.run() }
            try await stage.numbers(["7": ["status": "BANNED"]])
            try await eventually("the alarm is told") { try await !stage.ledger.alarms().isEmpty }
            group.cancelAll()
        }
        #expect(try await stage.told().short == ["added acme/number_banned/7 critical"])
        await keeper.muted(by: "nobody waits for a keeper that has ended")
    }
}
