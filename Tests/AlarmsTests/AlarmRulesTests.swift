import Alarms
import StrictJSON
import Testing
import WhatsAppBusiness

@Suite struct AlarmRulesTests {
    private let now = Timestamp(milliseconds: 1_790_000_000_000)

    /// An account of which all is known and well, with numbers 7 and 8.
    private func facts(_ numbers: [String: JSONObject] = [:]) -> AccountFacts {
        var facts = AccountFacts(account: "acme", wabaID: "1")
        facts.take(account: ["id": "1", "status": "ACTIVE", "account_review_status": "APPROVED"])
        facts.numbers = ["7": number("7"), "8": number("8")]
        for (id, document) in numbers { facts.numbers?[id] = number(id, document) }
        facts.watches = []
        facts.token = AccountFacts.TokenFacts()
        facts.version = APIVersion(parsing: "v25.0")
        facts.apps = []
        return facts
    }

    private func number(_ id: String, _ changes: JSONObject = [:]) -> NumberFacts {
        var document: JSONObject = [
            "id": .string(id), "display_phone_number": .string("+1 555 \(id)"), "status": "CONNECTED", "quality_rating": "GREEN",
            "platform_type": "CLOUD_API", "name_status": "APPROVED",
        ]
        for member in changes { document[member.name] = member.value }
        var facts = NumberFacts(document)
        facts.times.fit(facts, knownSince: now.advanced(by: .seconds(-7 * 86_400)))
        return facts
    }

    private func wrong(_ facts: AccountFacts, at moment: Timestamp? = nil) -> [String: Severity] {
        Dictionary(AlarmRules.assess(facts, at: moment ?? now).conditions.map { ($0.id.description, $0.severity) }) { first, _ in first }
    }

    private func health(_ type: String, _ id: String, _ state: String, codes: [Int] = []) -> JSONObject {
        [
            "health_status": [
                "can_send_message": .string(state),
                "entities": [
                    [
                        "entity_type": .string(type), "id": .string(id), "can_send_message": .string(state),
                        "errors": .array(codes.map { ["error_code": .integer($0)] }),
                    ], ["entity_type": "PHONE_NUMBER", "id": "9", "can_send_message": "AVAILABLE"],
                ],
            ]
        ]
    }

    @Test func account_thatIsWell_hasNothingWrong_andNothingUndecided() {
        #expect(AlarmRules.assess(facts(), at: now).conditions.isEmpty)
        #expect(AlarmRules.assess(facts(), at: now).undecided.isEmpty)
    }

    @Test func account_ofWhichNothingIsKnown_isUndecided_inEverything() {
        let assessment = AlarmRules.assess(AccountFacts(account: "acme", wabaID: "1"), at: now)
        #expect(assessment.conditions.isEmpty)
        #expect(assessment.undecided == Set(AlarmName.allCases).subtracting([.template, .ledger]))
    }

    // MARK: Numbers

    @Test(arguments: [
        ("BANNED", "number_banned/7", Severity.critical), ("DELETED", "number_banned/7", .critical),
        ("restricted", "number_banned/7", .critical),
        ("DISCONNECTED", "number_down/7", .critical), ("OFFLINE", "number_down/7", .critical), ("MIGRATED", "number_down/7", .critical),
        ("FLAGGED", "number_limited/7", .warning), ("RATE_LIMITED", "number_limited/7", .warning),
    ])
    func number_inABadState_isOneAlarm(status: String, id: String, severity: Severity) {
        #expect(wrong(facts(["7": ["status": .string(status)]])) == [id: severity])
    }

    @Test(arguments: StateScaleNumbers.all) func number_inAStateThatIsUrgent_isAnAlarm(status: String) {
        #expect(!wrong(facts(["7": ["status": .string(status)]])).isEmpty)
    }

    @Test(arguments: [("BANNED", "number_banned/7"), ("DISCONNECTED", "number_down/7")])
    func number_thatIsUseless_hasThatAlarmAlone(status: String, id: String) {
        var document = health("PHONE_NUMBER", "7", "BLOCKED")
        document["status"] = .string(status)
        document["quality_rating"] = "RED"
        document["is_pin_enabled"] = false
        var facts = facts(["7": document])
        facts.expectations.twoStepPIN = true
        facts.numbers?["8"]?.isPINEnabled = true
        facts.watches = [
            WatchFacts(
                id: "qr_code/7", kind: .qrCode, phoneNumberID: "7", state: .forbidden, every: .seconds(60), notCurrentFor: .seconds(86_400))
        ]
        #expect(wrong(facts) == [id: .critical])
    }

    @Test func number_thatLeftItsPlatform_isDown_andOneThatNeverWasOnItIsNot() {
        var facts = facts(["7": ["platform_type": "NOT_APPLICABLE"], "8": ["platform_type": "NOT_APPLICABLE"]])
        facts.numbers?["7"]?.times.on(
            before: ["platform_type": "CLOUD_API"], after: ["platform_type": "NOT_APPLICABLE"], at: now.advanced(by: .seconds(-60)))
        #expect(wrong(facts) == ["number_down/7": .critical])
    }

    @Test func number_pending_isOneAfterADay_andANameInReviewAfterThree() {
        var facts = facts(["7": ["status": "PENDING"], "8": ["new_name_status": "PENDING_REVIEW"]])
        facts.numbers?["7"]?.times.pendingSince = now
        facts.numbers?["8"]?.times.reviewSince = now
        #expect(AlarmRules.assess(facts, at: now).holdsFor == .seconds(86_400))
        #expect(wrong(facts, at: now.advanced(by: .seconds(86_399))).isEmpty)
        #expect(wrong(facts, at: now.advanced(by: .seconds(86_400))) == ["number_pending/7": .warning])
        #expect(wrong(facts, at: now.advanced(by: .seconds(3 * 86_400))) == ["number_pending/7": .warning, "number_pending/8": .warning])
    }

    @Test func number_thatWasPendingInAllThatIsKnown_isPendingForLonger() {
        #expect(wrong(facts(["7": ["status": "PENDING"]])) == ["number_pending/7": .warning])
    }

    @Test func times_followChanges() {
        var times = NumberTimes()
        times.on(before: ["status": "CONNECTED"], after: ["status": "PENDING"], at: now)
        #expect(times.pendingSince == now)
        times.on(before: ["quality_rating": "RED"], after: ["quality_rating": "GREEN"], at: now.advanced(by: .seconds(1)))
        #expect(times.pendingSince == now)
        times.on(before: ["status": "PENDING"], after: ["status": "CONNECTED"], at: now.advanced(by: .seconds(2)))
        #expect(times.pendingSince == nil)
    }

    @Test func number_thatIsNamedAndNotThere_isGone_onceTheNumbersWereSeen() {
        var facts = facts()
        facts.namedNumbers = ["7", "9"]
        #expect(wrong(facts) == ["number_gone/9": .critical])
        facts.numbers = nil
        #expect(wrong(facts).isEmpty)
    }

    @Test func quality_isCriticalOnlyWhereSomethingElseSaysSoToo() {
        #expect(wrong(facts(["7": ["quality_rating": "YELLOW"]])) == ["quality/7": .warning])
        #expect(wrong(facts(["7": ["quality_rating": "RED"]])) == ["quality/7": .warning])
        #expect(
            wrong(facts(["7": ["quality_rating": "RED", "status": "FLAGGED"]])) == [
                "quality/7": .critical, "number_limited/7": .warning,
            ])
        var limited = health("PHONE_NUMBER", "7", "LIMITED")
        limited["quality_rating"] = "RED"
        #expect(wrong(facts(["7": limited])) == ["quality/7": .critical, "health/7": .warning])
    }

    @Test func name_thatWasDeclined_isAWarning() {
        #expect(wrong(facts(["7": ["name_status": "DECLINED"]])) == ["name_declined/7": .warning])
        #expect(wrong(facts(["7": ["name_status": "AVAILABLE_WITHOUT_REVIEW"]])).isEmpty)
    }

    // MARK: Health

    @Test func business_thatLimitsTwentyOneNumbers_isOneAlarm_asUrgentAsTheWorst() {
        var facts = facts()
        for id in 100..<121 {
            facts.numbers?["\(id)"] = number("\(id)", health("BUSINESS", "506", id == 110 ? "BLOCKED" : "LIMITED", codes: [141_006]))
        }
        facts.take(account: ["status": "ACTIVE", "health_status": health("BUSINESS", "506", "LIMITED")["health_status"] ?? .null])
        let conditions = AlarmRules.assess(facts, at: now).conditions
        #expect(conditions.map(\.id) == [AlarmID(.health, part: "506")])
        #expect(conditions.first?.severity == .critical)
        #expect(conditions.first?.text == "messages through the business 506 are BLOCKED (141006)")
    }

    @Test func health_ofTheNumberItself_isItsOwn() {
        #expect(wrong(facts(["7": health("PHONE_NUMBER", "7", "BLOCKED")])) == ["health/7": .critical])
        #expect(AlarmRules.assess(facts(["7": health("PHONE_NUMBER", "7", "BLOCKED")]), at: now).conditions.first?.id.phoneNumberID == "7")
    }

    @Test func health_withoutAnythingThatItIsOf_isTheNumbers() {
        #expect(wrong(facts(["7": ["health_status": ["can_send_message": "LIMITED"]]])) == ["health/7": .warning])
    }

    @Test func health_ofATemplate_isNoReason() { #expect(wrong(facts(["7": health("MESSAGE_TEMPLATE", "3", "BLOCKED")])).isEmpty) }

    @Test func health_ofAnAccountThatIsRestricted_followsFromThat() {
        var facts = facts(["7": health("WABA", "1", "BLOCKED")])
        #expect(wrong(facts) == ["health/1": .critical])
        facts.status = "RESTRICTED"
        #expect(wrong(facts) == ["account_restricted": .critical])
    }

    // MARK: Account, token, version

    @Test(arguments: [("DISABLED", "APPROVED"), ("ACTIVE", "REJECTED"), ("RESTRICTED", "REJECTED")])
    func account_thatMayNotBeUsed_isOneAlarm(status: String, review: String) {
        var facts = facts()
        facts.take(account: ["status": .string(status), "account_review_status": .string(review)])
        #expect(wrong(facts) == ["account_restricted": .critical])
    }

    @Test func token_thatEndsSoon_isAWarning_andThenCritical() {
        var facts = facts()
        facts.token?.expiresAt = now.advanced(by: .seconds(20 * 86_400))
        #expect(AlarmRules.assess(facts, at: now).holdsFor == .seconds(6 * 86_400))
        #expect(wrong(facts).isEmpty)
        #expect(wrong(facts, at: now.advanced(by: .seconds(6 * 86_400))) == ["token_expiring": .warning])
        facts.token?.dataAccessExpiresAt = now.advanced(by: .seconds(2 * 86_400))
        #expect(wrong(facts) == ["token_expiring": .critical])
        facts.watches = [
            WatchFacts(id: "account", kind: .account, state: .unauthorized, every: .seconds(300), notCurrentFor: .seconds(9999))
        ]
        #expect(wrong(facts) == ["token_refused": .critical])
    }

    @Test func token_withoutAScope_isAWarning() {
        var facts = facts()
        facts.token?.missingScopes = ["whatsapp_business_management"]
        #expect(wrong(facts) == ["token_scope": .warning])
    }

    @Test func version_thatEndsWithin90Days_isAWarning() {
        var facts = facts()
        facts.version = APIVersion(parsing: "v21.0")
        let end = Timestamp(milliseconds: 1_800_489_600_000)
        #expect(wrong(facts, at: end.advanced(by: .seconds(-90 * 86_400 - 1))).isEmpty)
        #expect(wrong(facts, at: end.advanced(by: .seconds(-90 * 86_400))) == ["version_ending": .warning])
        facts.version = APIVersion(parsing: "v19.0")
        #expect(wrong(facts) == ["version_ending": .warning])
        facts.version = APIVersion(parsing: "v27.0")
        #expect(wrong(facts).isEmpty)
        facts.upgraded = APIVersion(parsing: "v28.0")
        #expect(wrong(facts) == ["version_ending": .warning])
    }

    // MARK: Expectations

    private func webhooks(_ members: JSONObject) -> JSONObject { ["webhook_configuration": .object(members)] }

    @Test func callback_ofTheMostSpecificScope_isWhatIsExpected() {
        var facts = facts([
            "7": webhooks(["application": "https://a", "phone_number": "https://n"]), "8": webhooks(["application": "https://a"]),
        ])
        facts.expectations.callback = "https://a"
        #expect(wrong(facts) == ["unexpected/callback/7": .warning])
        facts.expectations.callback = "https://n"
        #expect(wrong(facts) == ["unexpected/callback": .warning])
    }

    @Test func callback_thatIsMissing_isUnexpected_whereOthersShowTheirs() {
        var facts = facts(["7": webhooks(["application": "https://a"])])
        facts.expectations.callback = "https://a"
        #expect(wrong(facts) == ["unexpected/callback": .warning])
        facts.numbers = ["8": number("8")]
        #expect(wrong(facts).isEmpty)
    }

    @Test func apps_pinAndCatalogue_areComparedWhereTheyAreKnown() {
        var facts = facts(["7": ["is_pin_enabled": false], "8": ["is_pin_enabled": true]])
        facts.expectations = Expectations(apps: ["670"], twoStepPIN: true, isCatalogueVisible: true)
        facts.apps = ["670", "671"]
        facts.numbers?["8"]?.take(commerce: [:])
        #expect(
            wrong(facts) == [
                "unexpected/apps": .warning, "unexpected/two_step_pin/7": .warning, "unexpected/catalogue_visible/8": .warning,
            ])
        facts.apps = nil
        facts.numbers?["8"]?.take(commerce: ["is_catalog_visible": true])
        facts.expectations.twoStepPIN = nil
        #expect(wrong(facts).isEmpty)
    }

    // MARK: Watches

    private func watch(
        _ id: String, _ kind: Kind, _ state: WatchState, number: String? = nil, every: Duration = .seconds(60), for time: Duration?,
        byAnother: Bool = false, toldBy: String? = nil
    ) -> WatchFacts {
        WatchFacts(
            id: id, kind: kind, phoneNumberID: number, state: state, reason: "(#200) Forbidden", every: every, notCurrentFor: time,
            sinceSuccess: time, isToldByAnother: byAnother || toldBy != nil, toldBy: toldBy)
    }

    @Test func watch_thatIsNotCurrentForFiveIntervals_isBlind_anHourAtMost() {
        var facts = facts()
        facts.watches = [watch("phone_number", .phoneNumber, .unreachable, for: .seconds(299))]
        #expect(AlarmRules.assess(facts, at: now).holdsFor == .seconds(1))
        #expect(wrong(facts).isEmpty)
        facts.watches = [watch("phone_number", .phoneNumber, .unreachable, for: .seconds(300))]
        #expect(wrong(facts) == ["blind/phone_number": .critical])
        facts.watches = [watch("qr_code/7", .qrCode, .forbidden, number: "7", every: .seconds(86_400), for: .seconds(3600))]
        #expect(wrong(facts) == ["blind/qr_code/7": .warning])
        facts.watches = [watch("qr_code/7", .qrCode, .drifted, number: "7", for: .seconds(86_400))]
        #expect(wrong(facts).isEmpty)
    }

    @Test func watches_thatFollowAWiderOne_sayNothing() {
        var facts = facts()
        facts.watches = [
            watch("account", .account, .unreachable, for: .seconds(4000)),
            watch("phone_number", .phoneNumber, .unreachable, for: .seconds(4000), byAnother: true),
            watch("qr_code/7", .qrCode, .unreachable, number: "7", for: .seconds(4000), byAnother: true),
        ]
        #expect(wrong(facts) == ["blind/account": .critical])
    }

    /// Three numbers' lists fail alike, and that of a banned number tells of them: its own is told of the ban, and the first of the others is an alarm.
    @Test func watchesThatFollowOneOfABrokenNumber_areNotHidden() {
        var facts = facts()
        facts.watches = [
            watch("qr_code/7", .qrCode, .forbidden, number: "7", for: .seconds(4000)),
            watch("qr_code/8", .qrCode, .forbidden, number: "8", for: .seconds(4000), toldBy: "qr_code/7"),
            watch("qr_code/9", .qrCode, .forbidden, number: "9", for: .seconds(4000), toldBy: "qr_code/7"),
        ]
        let other = facts.numbers?["8"]
        facts.numbers?["9"] = other
        #expect(wrong(facts) == ["blind/qr_code/7": .warning])
        facts.numbers?["7"]?.status = "BANNED"
        #expect(wrong(facts) == ["number_banned/7": .critical, "blind/qr_code/8": .warning])
        facts.numbers?["7"] = nil
        #expect(wrong(facts) == ["blind/qr_code/8": .warning])
        // Where the whole account is in trouble, that is told.
        facts.watches?.append(watch("account", .account, .throttled, for: .seconds(60)))
        #expect(wrong(facts).isEmpty)
    }

    @Test func token_thatIsRefused_isOneAlarm_howeverManyWatchesItStops() {
        var facts = facts()
        facts.watches = [
            watch("account", .account, .unauthorized, for: .seconds(4000)),
            watch("qr_code/7", .qrCode, .unauthorized, number: "7", for: .seconds(4000)),
        ]
        #expect(wrong(facts) == ["token_refused": .critical])
        facts.watches?.removeFirst()
        #expect(wrong(facts) == ["blind/qr_code/7": .warning])
    }

    @Test func watches_thatAreLateForWantOfCalls_areOneAlarm() {
        var facts = facts()
        facts.watches = ["7", "8"].map { watch("business_profile/" + $0, .businessProfile, .late, number: $0, for: .seconds(240)) }
        #expect(wrong(facts) == ["budget": .warning])
        facts.watches = [
            watch("account", .account, .late, for: .seconds(10)),
            watch("business_profile/7", .businessProfile, .late, number: "7", for: .seconds(240), byAnother: true),
        ]
        #expect(wrong(facts) == ["budget": .warning])
        facts.watches = ["7", "8"].map { watch("business_profile/" + $0, .businessProfile, .late, number: $0, for: .seconds(239)) }
        #expect(wrong(facts).isEmpty)
        facts.watches = [
            watch("account", .account, .throttled, for: .seconds(4000)),
            watch("qr_code/7", .qrCode, .late, number: "7", for: .seconds(4000)),
        ]
        #expect(wrong(facts) == ["blind/account": .critical])
    }

    // MARK: What concerns all

    @Test func connection_andLedger_areOfAllAccounts() {
        var facts = ServiceFacts()
        #expect(AlarmRules.assess(facts).undecided == [.blind])
        facts.connection = WatchFacts(
            id: "connection", kind: nil, state: .unreachable, reason: "no route", every: .seconds(60), notCurrentFor: .seconds(300))
        facts.isLedgerNew = true
        let conditions = AlarmRules.assess(facts).conditions
        #expect(conditions.map(\.id.description) == ["blind/connection", "ledger"])
        #expect(conditions.map(\.severity) == [.critical, .critical])
        #expect(conditions.map(\.text).first == "Meta cannot be reached: no route")
        facts.ledgerTrouble = "the disk is full"
        #expect(AlarmRules.assess(facts).conditions.last?.text == "the ledger cannot be written: the disk is full")
    }
}

/// The states of numbers that are urgent by the table of states.
enum StateScaleNumbers {
    static let all = PhoneNumberStatus.allCases.map(\.rawValue).filter { StateScale.numberStatus.severity(of: $0) >= .warning }
}
