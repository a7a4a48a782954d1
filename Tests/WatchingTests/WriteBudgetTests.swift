import Changes
import Testing
import WhatsAppBusiness

@testable import GraphAPI
@testable import Watching

/// What actions may take out of an account's budget, and how long it is known whose doing something was.
@Suite(.timeLimit(.minutes(1))) struct WriteBudgetTests {
    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: 5_000_000_000_000 + seconds * 1_000_000_000) }

    private func take(_ budget: inout CallBudget, _ now: Moment, _ ask: (inout CallBudget) -> CallBudget.Verdict) -> CallBudget.Verdict {
        let verdict = ask(&budget)
        guard verdict == .unreserved else { return verdict }
        budget.accept(budget.offer(now))
        return ask(&budget)
    }

    /// Polls have half of what Meta leaves; an action may have the rest as well, and nothing beyond.
    @Test func action_passesTheShareOfPolls_andNeverMetasLimit() {
        var budget = CallBudget(.share(0.5))
        let now = at(0)
        var polls = 0
        while polls < 1000, take(&budget, now, { $0.take(now) }) == .granted { polls += 1 }
        #expect(polls == 100)
        var actions = 0
        while actions < 1000, take(&budget, now, { $0.takeWrite(now) }) == .granted { actions += 1 }
        #expect(actions == 100)
        #expect(take(&budget, now, { $0.take(now) }) != .granted, "what actions took is counted")
    }

    @Test func action_waits_whereMetaLetsNothingThrough() {
        var budget = CallBudget(.share(0.5))
        budget.note(percent: 100, of: 10, regainAfter: nil, now: at(0))
        #expect(take(&budget, at(1), { $0.takeWrite(at(1)) }) == .wait(until: at(301)))
        budget = CallBudget(.share(0.5))
        budget.note(percent: nil, of: 0, regainAfter: .seconds(600), now: at(0))
        #expect(take(&budget, at(1), { $0.takeWrite(at(1)) }) == .wait(until: at(600)))
        #expect(take(&budget, at(600), { $0.takeWrite(at(600)) }) == .granted)
    }

    @Test func messages_areCountedApart_andStopWhereMetaSays() {
        var quota = SendQuota()
        for _ in 0..<SendQuota.mostPerHour { #expect(quota.take(at(0)) == nil) }
        #expect(quota.take(at(1)) == at(3600) && quota.sendsLastHour(at(1)) == SendQuota.mostPerHour)
        #expect(quota.take(at(3600)) == nil)
        quota = SendQuota()
        quota.note(Usage([Usage.Bucket(id: "1", type: "whatsapp", percent: 100, minutesToRegain: 0)]), throttledFor: nil, now: at(0))
        #expect(quota.take(at(1)) == at(300) && quota.take(at(300)) == nil)
        quota.note(nil, throttledFor: .seconds(900), now: at(300))
        #expect(quota.take(at(301)) == at(1200))
    }

    @Test func cause_isKnownFromBeforeTheActionUntilItsEnd() {
        let target = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "106")
        let other = PollTarget(account: "acme", kind: .businessProfile, phoneNumberID: "107")
        let cause = ActionCause(actor: "alice (1000)", target: target, ids: nil, operations: [.changed])
        var causes = ActiveCauses()
        let ticket = causes.begin([cause])
        #expect(causes.causes(of: target, now: at(100_000)) == [cause] && causes.causes(of: other, now: at(0)).isEmpty)
        causes.end(ticket, until: at(100_060))
        #expect(causes.causes(of: target, now: at(100_059)) == [cause])
        #expect(causes.causes(of: target, now: at(100_060)).isEmpty)
    }
}
