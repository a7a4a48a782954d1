import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Alarms

/// What was reported of an account, until it is over.
@Suite struct ReportedTroublesTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func update(_ value: JSONObject) -> JSONObject { ["field": "account_update", "value": .object(value)] }

    private func restriction(_ types: (String, Int64?)...) -> JSONObject {
        let parts = types.map { type, end -> JSONValue in
            var part: JSONObject = ["restriction_type": .string(type)]
            if let end { part["expiration"] = .integer(end) }
            return .object(part)
        }
        return update(["event": "ACCOUNT_RESTRICTION", "restriction_info": .array(parts)])
    }

    private func ban(_ state: String) -> JSONObject {
        update(["event": "DISABLED_UPDATE", "ban_info": ["waba_ban_state": .string(state), "waba_ban_date": "April 17, 2025"]])
    }

    private func told(_ troubles: ReportedTroubles, after seconds: Int64 = 0) -> [String] {
        troubles.current(at: now.advanced(by: .seconds(seconds))).map { "\($0.number ?? "-") \($0.trouble.what)" }
    }

    @Test func restriction_lastsUntilItsEnd_orALaterReport() {
        var troubles = ReportedTroubles()
        troubles.take(restriction(("A", 1_800_000_060), ("B", 1_802_000_000), ("C", nil)), number: nil, at: now)
        #expect(told(troubles) == ["- restricted by A", "- restricted by B", "- restricted by C"])
        #expect(told(troubles, after: 60) == ["- restricted by B", "- restricted by C"])
        #expect(told(troubles, after: 7 * 86_400) == ["- restricted by B"])
        #expect(told(troubles, after: 2_000_000) == [])
        troubles.take(restriction(("D", nil)), number: nil, at: now)
        #expect(told(troubles) == ["- restricted by D"])
        // An end that is no time is none.
        troubles.take(restriction(("E", .max)), number: nil, at: now)
        #expect(told(troubles, after: 60) == ["- restricted by E"] && told(troubles, after: 7 * 86_400) == [])
    }

    @Test func banAndViolation_lastUntilTheyAreTakenBack() {
        var troubles = ReportedTroubles()
        troubles.take(ban("SCHEDULE_FOR_DISABLE"), number: nil, at: now)
        #expect(told(troubles) == ["- to be disabled (2025-04-17)"])
        troubles.take(ban("DISABLE"), number: nil, at: now)
        troubles.take(update(["event": "ACCOUNT_VIOLATION", "violation_info": ["violation_type": "ADULT"]]), number: nil, at: now)
        #expect(told(troubles) == ["- disabled (2025-04-17)", "- in violation of Meta's rules against ADULT"])
        troubles.take(ban("REINSTATE"), number: nil, at: now)
        #expect(told(troubles) == ["- in violation of Meta's rules against ADULT"])
        troubles.take(["field": "account_review_update", "value": ["decision": "REJECTED"]], number: nil, at: now)
        #expect(told(troubles).count == 1)
        troubles.take(["field": "account_review_update", "value": ["decision": "APPROVED"]], number: nil, at: now)
        #expect(troubles == ReportedTroubles())
    }

    private static let answers: [(after: JSONObject, ends: Bool)] = [
        (["status": "ACTIVE"], true), (["account_review_status": "approved"], true),
        (["health_status": ["can_send_message": "AVAILABLE"]], true), (["status": "RESTRICTED"], false), (["name": "ACTIVE"], false),
        (["health_status": ["can_send_message": "LIMITED"]], false),
    ]

    @Test func answer_thatShowsItWell_endsWhatWasReportedOfIt() {
        for (after, ends) in Self.answers {
            var troubles = ReportedTroubles()
            troubles.take(ban("DISABLE"), number: nil, at: now)
            troubles.take(restriction(("A", nil)), number: "7", at: now)
            troubles.answered(after, number: nil)
            #expect(told(troubles).contains("7 restricted by A"))
            #expect(told(troubles).count == (ends ? 1 : 2), "\(JSONValue.object(after))")
            troubles.answered(["status": "CONNECTED"], number: "7")
            #expect(told(troubles).count == (ends ? 0 : 1))
        }
    }

    @Test func otherReports_andWhatCannotBeRead_areNoTrouble() {
        var troubles = ReportedTroubles()
        for document: JSONObject? in [
            nil, [:], ["field": "account_update"], update(["event": "PARTNER_ADDED"]), update(["event": 7]), update(ban("REINSTATE")),
            ["field": "security", "value": ["event": "PIN_CHANGED"]], ["field": "account_update", "value": [1]],
        ] { troubles.take(document, number: nil, at: now) }
        #expect(troubles == ReportedTroubles())
        for number in 0..<200 { troubles.take(restriction(("A", nil)), number: "\(number)", at: now) }
        #expect(told(troubles).count == 100)
    }

    @Test func reported_isAnAlarmOfTheAccount_beforeAndBesideWhatAPollShows() {
        var facts = AccountFacts(account: "acme", wabaID: "1")
        #expect(AlarmRules.assess(facts, at: now).undecided.contains(.accountRestricted))
        facts.reported.take(restriction(("A", 1_800_000_060)), number: nil, at: now)
        let assessment = AlarmRules.assess(facts, at: now)
        let condition = assessment.conditions.first { $0.id == AlarmID(.accountRestricted) }
        #expect(condition?.severity == .critical && condition?.text == "the account is restricted by A until 2027-01-15T08:01:00.000Z")
        #expect(!assessment.undecided.contains(.accountRestricted) && assessment.holdsFor == .seconds(60))
        facts.take(account: ["status": "RESTRICTED"])
        #expect(AlarmRules.assess(facts, at: now).conditions.first?.text.hasPrefix("the account is RESTRICTED, restricted by A") == true)
        facts.take(account: ["status": "ACTIVE"])
        #expect(!AlarmRules.assess(facts, at: now.advanced(by: .seconds(60))).conditions.contains { $0.id == AlarmID(.accountRestricted) })
    }
}
