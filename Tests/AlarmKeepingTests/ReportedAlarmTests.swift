import Alarms
import Changes
import Ledger
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

@testable import AlarmKeeping

/// What webhooks report is an alarm until it is over.
@Suite("Alarms that were reported", .timeLimit(.minutes(2)))
struct ReportedAlarmTests {
    private func report(_ value: JSONObject, number: String? = nil, on stage: KeeperStage) async throws {
        let resource =
            number.map { ResourceID(account: "acme", kind: .phoneNumber, id: $0, phoneNumberID: $0) }
            ?? ResourceID(account: "acme", kind: .account, id: "100")
        try await stage.reported(
            DetectedChange(
                resource, .reported, origin: .webhook, severity: .critical,
                after: ["field": "account_update", "value": .object(value)], summary: "acme: reported"))
    }

    private let violation: JSONObject = ["event": "ACCOUNT_VIOLATION", "violation_info": ["violation_type": "ADULT"]]

    private func restriction(until seconds: Int64) -> JSONObject {
        [
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [["restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": .integer(seconds)]],
        ]
    }

    @Test func restriction_isAnAlarm_alsoAfterARestart_untilItHasExpired() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.account(status: "ACTIVE")
        try await stage.pass()
        let end = stage.now.milliseconds / 1000 + 10 * 86_400
        try await report(restriction(until: end), on: stage)
        let began = try await stage.pass(.seconds(60))
        #expect(began.short == ["added acme/account_restricted critical"])
        #expect(began.first?.summary.hasPrefix("acme: the account is restricted by RESTRICTED_BIZ_INITIATED_MESSAGING until ") == true)
        stage.clock.advance(by: .seconds(9 * 86_400))
        stage.restart()
        #expect(try await stage.pass(.seconds(60)).isEmpty)
        stage.clock.advance(by: .seconds(86_400))
        #expect(try await stage.pass(.seconds(120)).short == ["removed acme/account_restricted info"])
    }

    @Test func violation_isAnAlarm_untilAnAnswerShowsTheAccountToBeWell() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.account(status: "ACTIVE")
        try await stage.pass()
        try await report(violation, on: stage)
        #expect(try await stage.pass(.seconds(60)).short == ["added acme/account_restricted critical"])
        try await stage.account(status: "RESTRICTED")
        #expect(try await stage.pass(.seconds(60)).map(\.operation) == [.changed])
        try await stage.account(status: "ACTIVE")
        // An alarm is told three times an hour at most: its end waits for that.
        #expect(try await stage.pass(.seconds(3600)).short == ["removed acme/account_restricted info"])
    }

    @Test func ban_isAnAlarm_untilALaterReportTakesItBack() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.pass()
        func ban(_ state: String) -> JSONObject { ["event": "DISABLED_UPDATE", "ban_info": ["waba_ban_state": .string(state)]] }
        try await report(ban("DISABLE"), on: stage)
        #expect(try await stage.pass(.seconds(60)).short == ["added acme/account_restricted critical"])
        try await report(ban("REINSTATE"), on: stage)
        try await stage.account(status: "ACTIVE")
        #expect(try await stage.pass(.seconds(60)).short == ["removed acme/account_restricted info"])
    }

    @Test func restrictionOfANumber_namesTheNumber() async throws {
        let stage = try await KeeperStage("acme")
        try await stage.numbers(["7": [:]])
        try await stage.pass()
        try await report(["event": "ACCOUNT_RESTRICTION"], number: "7", on: stage)
        let began = try await stage.pass(.seconds(60))
        #expect(began.short == ["added acme/account_restricted critical"])
        #expect(began.first?.summary == "acme: the account is restricted by Meta, of phone number +1 555 7 (7)")
    }
}
