import StrictJSON
import Testing
import WhatsAppBusiness

@testable import Webhooks

/// How urgent reports are, and their words.
@Suite struct StatementTests {
    private func statement(_ field: WebhookField, _ value: JSONValue) -> ReportStatement { field.row.says("account 7", value) }

    @Test func everyEventOfAnAccount_hasASentenceOfItsOwn() {
        let sentences = AccountUpdateEvent.allCases.map { statement(.accountUpdate, ["event": .string($0.rawValue)]).text }
        #expect(Set(sentences).count == AccountUpdateEvent.allCases.count)
        #expect(zip(sentences, AccountUpdateEvent.allCases).allSatisfy { !$0.contains($1.rawValue) && $0.contains("account 7") })
        #expect(statement(.accountUpdate, ["event": "BRAND_NEW"]) == ReportStatement(.warning, "account 7: BRAND_NEW"))
        #expect(statement(.accountUpdate, 7) == ReportStatement(.warning, "account 7: nothing"))
    }

    @Test func restrictions_areToldWithTheirEnds() {
        let value: JSONValue = [
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [
                ["restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1_641_330_498],
                ["restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": "1641330498"],
                ["restriction_type": "RESTRICTED_BRAND_NEW", "remediation": "Wait.\nThen try again."],
            ],
        ]
        let until = "until 2022-01-04 21:08 UTC"
        let text = "messages that the business begins \(until), adding phone numbers \(until), RESTRICTED_BRAND_NEW: Wait. Then try again"
        #expect(statement(.accountUpdate, value) == ReportStatement(.critical, "account 7 is restricted: \(text)"))
        let many = JSONValue.array((0..<9).map { ["restriction_type": .string("R\($0)"), "expiration": .integer(Int64.max)] })
        #expect(
            statement(.accountUpdate, ["event": "ACCOUNT_RESTRICTION", "restriction_info": many]).text
                == "account 7 is restricted: R0, R1, R2, R3, R4, and 4 more")
    }

    @Test(arguments: [
        ("DISABLE", Severity.critical, "account 7 is disabled since 2025-04-17"),
        ("SCHEDULE_FOR_DISABLE", .critical, "account 7 will be disabled on 2025-04-17"),
        ("REINSTATE", .info, "account 7 is reinstated, disabled on 2025-04-17"),
        ("LATER", .critical, "ban of account 7 is LATER, 2025-04-17"),
    ]) func ban_isToldWithItsDay(state: String, severity: Severity, text: String) {
        func value(_ date: JSONValue) -> JSONValue {
            ["event": "DISABLED_UPDATE", "ban_info": ["waba_ban_state": .string(state), "waba_ban_date": date]]
        }
        #expect(statement(.accountUpdate, value("April 17, 2025")) == ReportStatement(severity, text))
        #expect(statement(.accountUpdate, value("soon")).text == text.replacing("2025-04-17", with: "soon"))
    }

    private static let urgencies: [(field: WebhookField, value: JSONValue, severity: Severity)] = [
        (.accountReviewUpdate, ["decision": "REJECTED"], .warning),
        (.accountReviewUpdate, ["decision": "APPROVED"], .info), (.accountReviewUpdate, ["decision": "PENDING"], .notice),
        (.accountAlerts, ["alert_info": ["alert_severity": "CRITICAL", "alert_status": "ACTIVE"]], .critical),
        (.accountAlerts, ["alert_info": ["alert_severity": "CRITICAL", "alert_status": "NONE"]], .info),
        (.accountAlerts, ["alert_info": ["alert_severity": "WARNING"]], .warning),
        (.phoneNumberNameUpdate, ["decision": "REJECTED"], .warning), (.phoneNumberNameUpdate, ["decision": "APPROVED"], .info),
        (.phoneNumberQualityUpdate, ["event": "DOWNGRADE"], .warning), (.phoneNumberQualityUpdate, ["event": "UPGRADE"], .info),
        (.security, ["event": "PIN_CHANGED"], .warning), (.messageTemplateStatusUpdate, ["event": "PAUSED"], .warning),
        (.messageTemplateStatusUpdate, ["event": "APPROVED"], .info), (.messageTemplateStatusUpdate, ["event": "PENDING"], .notice),
        (.messageTemplateQualityUpdate, ["previous_quality_score": "GREEN", "new_quality_score": "RED"], .warning),
        (.messageTemplateQualityUpdate, ["previous_quality_score": "RED", "new_quality_score": "YELLOW"], .info),
        (.templateCategoryUpdate, ["previous_category": "UTILITY", "new_category": "MARKETING"], .warning),
        (.templateCategoryUpdate, ["previous_category": "MARKETING", "new_category": "UTILITY"], .notice),
        (.templateCategoryUpdate, ["new_category": "UTILITY", "correct_category": "MARKETING"], .warning),
        (.accountUpdate, ["event": "PARTNER_REMOVED"], .warning),
        (.accountUpdate, ["event": "PARTNER_REMOVED", "disconnection_info": ["reason": "PRIMARY_INACTIVITY"]], .critical),
    ]

    @Test func report_isAsUrgentAsWhatItSays() {
        for (field, value, severity) in Self.urgencies {
            #expect(statement(field, value).severity == severity, "\(field): \(value)")
        }
    }

    /// A text from outside is one line, and no longer than it may be.
    @Test func textsFromOutside_areShownAndCut() {
        let long = String(repeating: "x", count: 5000)
        for field in WebhookField.allCases {
            var value = JSONObject()
            for name in ["event", "decision", "requester", "username", "status", "message_template_name", "new_category", "solution_id"] {
                value[name] = .string("a\u{1B}[31m\n" + long)
            }
            let text = statement(field, .object(value)).text
            #expect(text.count < 1000 && !text.unicodeScalars.contains { $0.value < 0x20 }, "\(field): \(text)")
        }
    }
}
