import Alarms
import Testing
import WhatsAppBusiness

@Suite struct StateScaleTests {
    @Test(arguments: [
        (StateScale.accountStatus, "ACTIVE", Severity.info), (.accountStatus, "BANNED", .critical), (.accountStatus, "flagged", .warning),
        (.accountReview, "REJECTED", .warning), (.accountReview, "APPROVED", .info), (.accountReview, "PENDING", .notice),
        (.accountStatus, "SUSPENDED", .critical), (.accountStatus, "OFFBOARDED", .critical), (.accountStatus, "PENDING", .notice),
        (.accountReview, "RESTRICTED", .critical), (.businessVerification, "REVOKED", .warning), (.businessVerification, "verified", .info),
        (.numberStatus, "CONNECTED", .info), (.numberStatus, "RATE_LIMITED", .warning), (.numberStatus, "Disconnected", .critical),
        (.numberStatus, "MIGRATED", .critical), (.numberStatus, "OFFLINE", .critical), (.numberStatus, "SUSPENDED", .critical),
        (.numberStatus, "UNVERIFIED", .warning), (.numberStatus, "PENDING", .notice), (.templateStatus, "ARCHIVED", .warning),
        (.nameStatus, "DECLINED", .warning), (.nameStatus, "expired", .warning), (.nameStatus, "AVAILABLE_WITHOUT_REVIEW", .notice),
        (.quality, "GREEN", .info), (.quality, "YELLOW", .warning), (.quality, "RED", .warning), (.quality, "UNKNOWN", .notice),
        (.templateStatus, "PAUSED", .warning), (.messaging, "LIMITED", .warning), (.messaging, "BLOCKED", .critical),
        (.messaging, "AVAILABLE", .info),
    ])
    func state_isAsUrgentAsTheTableSays(scale: StateScale, state: String, severity: Severity) {
        #expect(scale.severity(of: state) == severity)
    }

    @Test(arguments: [nil, "", "A_WORD_OF_NEXT_YEAR", " BANNED", "BANNED\u{0}"])
    func state_thatNobodyKnows_isANotice(state: String?) {
        for scale in [StateScale.accountStatus, .numberStatus, .quality, .messaging, .templateStatus, .nameStatus] {
            #expect(scale.severity(of: state) == .notice)
        }
    }

    @Test func watch_isTroubleInEveryStateButTwo_andARefusedTokenIsTheWorst() {
        for state in WatchState.allCases {
            let expected: Severity = state == .starting || state == .current ? .info : state == .unauthorized ? .critical : .warning
            #expect(state.severity == expected)
        }
    }
}
