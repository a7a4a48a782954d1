import Changes
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// At what scope trouble is told: decided without a socket or a clock.
@Suite struct TroublesTests {
    private static let patience = Duration.seconds(120)
    private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }
    private func target(_ kind: Kind, _ number: String? = nil, of account: String = "acme") -> PollTarget {
        PollTarget(account: account, kind: kind, phoneNumberID: number)
    }
    private var account: PollTarget { target(.account) }
    private var list: PollTarget { target(.phoneNumber) }

    private func watching(_ names: String...) -> Troubles {
        var troubles = Troubles()
        for name in names { troubles.watch(name) }
        return troubles
    }

    /// A target fails and is believed.
    @discardableResult private func fail(
        _ troubles: inout Troubles, _ target: PollTarget, _ state: WatchState, _ seconds: Int, isReached: Bool = true
    ) -> Troubles.Cause {
        let trouble = Troubles.Trouble(state: state, reason: "why")
        let cause = troubles.failed(target, trouble, isReached: isReached, now: at(seconds), patience: Self.patience)
        troubles.believed(target)
        return cause
    }

    private func succeed(_ troubles: inout Troubles, _ target: PollTarget, _ seconds: Int) {
        troubles.succeeded(target, now: at(seconds), patience: Self.patience)
    }

    private func settle(_ troubles: inout Troubles, _ seconds: Int) -> [Troubles.Step] { troubles.settle("acme", now: at(seconds)) }

    @Test func trouble_waits_untilSomethingElseOfTheAccountWorks() {
        var troubles = watching("acme")
        let profile = target(.businessProfile, "7")
        #expect(fail(&troubles, profile, .forbidden, 0) == .undecided)
        #expect(settle(&troubles, 1).isEmpty)
        #expect(troubles.isWaiting(profile))
        succeed(&troubles, list, 5)
        #expect(settle(&troubles, 5) == [.tell(profile, reason: "why")])
        #expect(fail(&troubles, profile, .forbidden, 9) == .own)
    }

    @Test func trouble_isToldAtItsDeadline_atTheScopeOfWhatHasFailed() {
        var alone = watching("acme")
        let profile = target(.businessProfile, "7")
        fail(&alone, profile, .forbidden, 0)
        #expect(alone.wake == at(120))
        #expect(settle(&alone, 119).isEmpty)
        #expect(settle(&alone, 120) == [.tell(profile, reason: "why")])
        #expect(alone.wake == nil)

        var wide = watching("acme")
        fail(&wide, profile, .forbidden, 0)
        fail(&wide, target(.messageTemplate), .forbidden, 1)
        #expect(settle(&wide, 119).isEmpty && wide.whole(of: "acme") == nil)
        let trouble = Troubles.Trouble(state: .forbidden, reason: "why")
        #expect(settle(&wide, 121) == [.join([profile, target(.messageTemplate)], trouble, by: account)])
        #expect(wide.whole(of: "acme") == trouble)
    }

    @Test func coresThatFailAlike_areTheAccount_atOnce() {
        var troubles = watching("acme")
        fail(&troubles, list, .forbidden, 0)
        fail(&troubles, account, .forbidden, 1)
        #expect(settle(&troubles, 1) == [.join([account, list], Troubles.Trouble(state: .forbidden, reason: "why"), by: account)])
        succeed(&troubles, list, 60)
        #expect(troubles.whole(of: "acme") == nil)
    }

    @Test func nothingReached_isTheConnection_andAnAnswerOfAnySortIsNot() {
        var gone = watching("acme")
        for (second, target) in [list, account].enumerated() { fail(&gone, target, .unreachable, second, isReached: false) }
        #expect(settle(&gone, 1).count == 1 && gone.connection != nil)
        #expect(
            fail(&gone, target(.qrCode, "7"), .unreachable, 9, isReached: false)
                == .wider(gone.connection ?? .init(state: .late, reason: ""), by: .connection))
        succeed(&gone, list, 20)
        #expect(gone.connection == nil)

        var down = watching("acme")
        for (second, target) in [list, account].enumerated() { fail(&down, target, .unreachable, second) }
        #expect(settle(&down, 1).count == 1 && down.connection == nil && down.whole(of: "acme")?.state == .unreachable)
    }

    @Test func severalAccounts_thatNobodyServes_areTheConnection_andOneIsNot() {
        var all = watching("acme", "other")
        for name in ["acme", "other"] { fail(&all, target(.phoneNumber, of: name), .unreachable, 0) }
        #expect(settle(&all, 1).count == 1 || all.connection != nil)
        #expect(all.connection != nil)

        var one = watching("acme", "other")
        for kind in [Kind.phoneNumber, .account] { fail(&one, target(kind), .unreachable, 0) }
        succeed(&one, target(.phoneNumber, of: "other"), 1)
        #expect(settle(&one, 2).count == 1)
        #expect(one.connection == nil && one.whole(of: "acme")?.state == .unreachable)
    }

    /// Every account fails at a time of its own: the first of which both cores fail does not know that the others are to follow.
    @Test(arguments: [false, true]) func accountThatFailsFirst_waitsForWhatTheOthersShow(isReached: Bool) {
        func firstOfTwo() -> Troubles {
            var troubles = watching("acme", "other")
            for kind in [Kind.phoneNumber, .account] { fail(&troubles, target(kind), .unreachable, 0, isReached: isReached) }
            return troubles
        }
        var all = firstOfTwo()
        #expect(settle(&all, 1).isEmpty && all.whole(of: "acme") == nil)
        fail(&all, target(.phoneNumber, of: "other"), .unreachable, 40, isReached: isReached)
        #expect(all.settle("other", now: at(40)).count == 2, "each account's targets join the connection")
        #expect(all.connection != nil && all.whole(of: "acme") == nil)

        var one = firstOfTwo()
        #expect(settle(&one, 1).isEmpty)
        succeed(&one, target(.phoneNumber, of: "other"), 2)
        #expect(settle(&one, 2).count == 1)
        #expect(one.connection == nil && one.whole(of: "acme")?.state == .unreachable)

        // Of an account of which nothing is asked, nothing is known.
        var silent = firstOfTwo()
        #expect(settle(&silent, 119).isEmpty && silent.whole(of: "acme") == nil)
        #expect(settle(&silent, 120).count == 1 && (silent.connection != nil || silent.whole(of: "acme") != nil))
    }

    @Test func throttled_isTheAccountAtOnce() {
        var troubles = watching("acme", "other")
        #expect(fail(&troubles, target(.qrCode, "7"), .throttled, 0) == .wider(.init(state: .throttled, reason: "why"), by: account))
        #expect(troubles.late(list, "used up") == .wider(.init(state: .throttled, reason: "why"), by: account))
        troubles.heard(of: "acme", nil, asked: troubles.event)
        succeed(&troubles, list, 400)
        #expect(troubles.whole(of: "acme") == nil)
    }

    /// What Meta answers otherwise says that it does not throttle any more; what was asked before it did says nothing of that, nor does a server that cannot, or somebody
    /// in between.
    @Test(arguments: [nil, WatchState.forbidden, .notFound, .unauthorized])
    func throttle_endsWithAnyOtherAnswer_toWhatWasAskedSince(state: WatchState?) {
        var troubles = watching("acme", "other")
        let before = troubles.event
        fail(&troubles, target(.qrCode, "7"), .throttled, 0)
        let since = troubles.event
        troubles.heard(of: "acme", state, asked: before)
        troubles.heard(of: "other", state, asked: since)
        for state in [WatchState.unreachable, .invalidAnswer, .throttled] { troubles.heard(of: "acme", state, asked: since) }
        succeed(&troubles, list, 1)
        #expect(troubles.whole(of: "acme")?.state == .throttled)
        troubles.heard(of: "acme", state, asked: since)
        #expect(troubles.whole(of: "acme") == nil)
        // Where it goes on all the same, that is told anew.
        fail(&troubles, target(.qrCode, "7"), .throttled, 900)
        #expect(troubles.whole(of: "acme")?.state == .throttled)
    }

    /// What was under way when the wider trouble ended says nothing; what fails twice after it does.
    @Test func whatFailsOn_afterTheWiderTrouble_isItsOwn_atTheSecondFailure() {
        var troubles = watching("acme")
        let profile = target(.businessProfile, "7")
        for (second, target) in [list, account, profile].enumerated() { fail(&troubles, target, .unreachable, second) }
        _ = settle(&troubles, 3)
        succeed(&troubles, list, 60)
        succeed(&troubles, account, 60)
        fail(&troubles, profile, .unreachable, 61)
        #expect(settle(&troubles, 62).isEmpty)
        #expect(!troubles.isWaiting(profile))
        fail(&troubles, profile, .unreachable, 70)
        #expect(settle(&troubles, 70) == [.tell(profile, reason: "why")])
    }

    @Test func kindsOfOneNumber_followTheFirst_andAnotherCauseDoesNot() {
        var troubles = watching("acme")
        let (profile, codes, other) = (target(.businessProfile, "7"), target(.qrCode, "7"), target(.commerceSettings, "7"))
        fail(&troubles, profile, .forbidden, 0)
        fail(&troubles, codes, .forbidden, 1)
        succeed(&troubles, list, 5)
        #expect(
            settle(&troubles, 5) == [
                .tell(profile, reason: "several kinds of this number are forbidden: why"),
                .join([codes], Troubles.Trouble(state: .forbidden, reason: "why"), by: profile),
            ])
        // It worked after the first had begun to fail.
        succeed(&troubles, other, 900)
        fail(&troubles, other, .forbidden, 1800)
        succeed(&troubles, list, 1801)
        #expect(settle(&troubles, 1801) == [.tell(other, reason: "why")])
        // And the first is over: who fails on says so.
        succeed(&troubles, profile, 2000)
        fail(&troubles, codes, .forbidden, 2001)
        #expect(fail(&troubles, codes, .forbidden, 2010) == .wider(.init(state: .forbidden, reason: "why"), by: other))
    }

    @Test func whatFailsInAnotherWay_isFoundOutAnew() {
        var troubles = watching("acme")
        let (profile, block) = (target(.businessProfile, "7"), target(.blockedUser, "7"))
        fail(&troubles, profile, .unreachable, 0)
        fail(&troubles, block, .unreachable, 1)
        succeed(&troubles, list, 2)
        #expect(settle(&troubles, 2).count == 2)
        // Another trouble, of which nothing shows yet whose it is.
        fail(&troubles, block, .notFound, 1000)
        #expect(settle(&troubles, 1000).isEmpty)
        #expect(troubles.isWaiting(block))
        // What nobody tells of does not wait longer by failing in several ways.
        fail(&troubles, block, .forbidden, 1100)
        #expect(settle(&troubles, 1119).isEmpty)
        #expect(settle(&troubles, 1120).contains(.tell(block, reason: "why")))
    }

    @Test func successThatCannotBeRecorded_isOneOfTheAccount() {
        var troubles = watching("acme")
        fail(&troubles, account, .forbidden, 0)
        troubles.succeededUnrecorded(account)
        fail(&troubles, list, .forbidden, 10)
        fail(&troubles, list, .forbidden, 20)
        #expect(settle(&troubles, 20).isEmpty)
        #expect(troubles.whole(of: "acme") == nil)
        // It fails anew: so it is the account.
        fail(&troubles, account, .forbidden, 30)
        #expect(settle(&troubles, 30).count == 1)
        #expect(troubles.whole(of: "acme")?.state == .forbidden)
        // And that is over by one success, recorded or not.
        troubles.succeededUnrecorded(list)
        #expect(troubles.whole(of: "acme") == nil)
    }

    @Test func wordsOfOthers_standOnce() {
        var troubles = watching("acme")
        for number in ["7", "8"] { fail(&troubles, target(.qrCode, number), .notFound, 0) }
        succeed(&troubles, list, 1)
        let words = "several numbers of this kind are not found: why"
        #expect(settle(&troubles, 1).contains(.tell(target(.qrCode, "7"), reason: words)))
        // The watch has told so, and says so again.
        var account = AccountTroubles()
        for number in ["7", "8"] {
            let trouble = Troubles.Trouble(state: .notFound, reason: words)
            account.failed(target(.qrCode, number), trouble, isReached: true, 1, deadline: at(9))
        }
        #expect(account.words(for: target(.qrCode, "7"), Troubles.Trouble(state: .notFound, reason: words)) == words)
        #expect(AccountTroubles.plain(Troubles.Trouble(state: .notFound, reason: words)).reason == "why")
    }

    @Test func late_isTheAccounts_untilTheBudgetSuffices() {
        var troubles = watching("acme")
        let profile = target(.businessProfile, "7")
        #expect(troubles.late(profile, "used up") == .wider(.init(state: .late, reason: "used up"), by: account))
        #expect(troubles.late(list, "used up more") == .wider(.init(state: .late, reason: "used up"), by: account))
        for target in [profile, list] { succeed(&troubles, target, 60) }
        func end(_ seconds: Int, isShort: Bool) -> Bool {
            _ = troubles.settle("acme", now: at(seconds)) { isShort }
            return troubles.whole(of: "acme") == nil
        }
        #expect(!end(60, isShort: false), "there may be one request in five minutes")
        #expect(!end(1000, isShort: true))
        #expect(end(1001, isShort: false))
    }

    /// Whatever happens in whatever order: nobody tells while a wider watch does, nothing waits beyond its deadline, and what has worked last ends it all.
    @Test(arguments: 0..<200) func everyTrouble_hasOneTeller(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var troubles = watching("acme", "other")
        let targets = ["acme", "other"].flatMap { name in
            [
                target(.account, of: name), target(.phoneNumber, of: name), target(.businessProfile, "7", of: name),
                target(.qrCode, "7", of: name),
            ]
        }
        for second in 0..<300 {
            let target = targets[Int.random(in: 0..<targets.count, using: &generator)]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1: succeed(&troubles, target, second)
            case 2: troubles.forget(target)
            case 3: fail(&troubles, target, .forbidden, second)
            default: fail(&troubles, target, .unreachable, second, isReached: Bool.random(using: &generator))
            }
            for name in ["acme", "other"] {
                for step in troubles.settle(name, now: at(second)) {
                    guard case .tell(let target, _) = step else { continue }
                    #expect(troubles.whole(of: target.account) == nil && !troubles.isWaiting(target))
                }
                for (target, failure) in troubles.accounts[name]?.failing ?? [:] where troubles.isWaiting(target) {
                    #expect(failure.deadline > at(second), "\(target) waits")
                }
            }
        }
        for target in targets { succeed(&troubles, target, 400) }
        #expect(troubles.connection == nil && troubles.isIdle("acme") && troubles.isIdle("other"))
    }
}
