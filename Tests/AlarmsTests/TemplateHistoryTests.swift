import Alarms
import Testing
import WhatsAppBusiness

@Suite struct TemplateHistoryTests {
    private let now = Timestamp(milliseconds: 1_790_000_000_000)
    private typealias State = (status: String?, category: String?)

    private func conditions(_ history: TemplateHistory, after time: Duration = .zero) -> [AlarmCondition] {
        var facts = AccountFacts(account: "acme", wabaID: "1")
        facts.templates = history
        return AlarmRules.assess(facts, at: now.advanced(by: time)).conditions
    }

    private func history(_ changes: (before: State, after: State)...) -> TemplateHistory {
        var history = TemplateHistory()
        for change in changes { history.on("3", name: "hello", before: change.before, after: change.after, at: now) }
        return history
    }

    @Test(arguments: ["REJECTED", "PAUSED", "DISABLED", "ARCHIVED", "paused"]) func template_thatWasApproved_andMayNotBeSent_isTold(
        status: String
    ) {
        let found = conditions(history((("APPROVED", nil), (status, nil))))
        #expect(found.map(\.id) == [AlarmID(.template)])
        #expect(found.first?.templates == ["hello"])
        #expect(found.first?.text == "message template hello is \(status.uppercased())")
    }

    @Test func template_thatNeverWasApproved_orIsPending_isNot() {
        #expect(conditions(history((("PENDING", nil), ("REJECTED", nil)))).isEmpty)
        #expect(conditions(history((("APPROVED", nil), ("IN_APPEAL", nil)))).isEmpty)
    }

    @Test func template_thatIsPausedAndThenDisabled_isToldStill() {
        #expect(
            conditions(history((("APPROVED", nil), ("PAUSED", nil)), (("PAUSED", nil), ("DISABLED", nil)))).first?.text.hasSuffix(
                "DISABLED") == true)
    }

    @Test func template_thatIsApprovedAgain_orDeleted_orOld_leaves() {
        var history = history((("APPROVED", nil), ("PAUSED", nil)))
        #expect(!conditions(history, after: .seconds(7 * 86_400 - 1)).isEmpty)
        #expect(conditions(history, after: .seconds(7 * 86_400)).isEmpty)
        history.on("3", name: "hello", before: ("PAUSED", nil), after: ("APPROVED", nil), at: now)
        #expect(conditions(history).isEmpty)
        history.on("3", name: "hello", before: ("APPROVED", nil), after: ("PAUSED", nil), at: now)
        history.delete("3")
        #expect(conditions(history).isEmpty)
    }

    @Test func template_thatMetaMovesToADearerCategory_isTold_untilItIsMovedBack() {
        var history = history(((nil, "UTILITY"), (nil, "MARKETING")))
        #expect(conditions(history).first?.text == "message template hello moved from UTILITY to MARKETING")
        history.on("3", name: "hello", before: (nil, "MARKETING"), after: (nil, "UTILITY"), at: now)
        #expect(conditions(history).isEmpty)
        #expect(conditions(self.history(((nil, "MARKETING"), (nil, "UTILITY")))).isEmpty)
    }

    @Test func templates_areOneAlarm_withTheCountAndThreeNames_andAllOfThemInTheDocument() {
        var history = TemplateHistory()
        for index in 0..<5 {
            history.on("\(index)", name: "t\(index)", before: ("APPROVED", nil), after: ("PAUSED", nil), at: now)
        }
        let found = conditions(history)
        #expect(found.map(\.text) == ["5 message templates may not be sent or cost more: t0, t1, t2 …"])
        #expect(found.first?.templates?.count == 5)
    }

    @Test func names_comeLater_andWhatIsNotThereWasDeleted() {
        var history = history((("APPROVED", nil), ("PAUSED", nil)))
        history.on("4", name: "4", before: ("APPROVED", nil), after: ("PAUSED", nil), at: now)
        history.name(["3": "good_bye"])
        #expect(conditions(history).first?.templates == ["good_bye"])
    }

    @Test func history_isBounded_andForgets() {
        var history = TemplateHistory()
        for index in 0..<6500 {
            history.on(
                "\(index)", name: "t", before: ("APPROVED", nil), after: ("PAUSED", nil), at: now.advanced(by: .milliseconds(index)))
        }
        #expect(history.losses.count == 6000)
        #expect(history.losses["0"] == nil)
        history.forget(at: now.advanced(by: .seconds(8 * 86_400)))
        #expect(history.losses.isEmpty)
    }
}
