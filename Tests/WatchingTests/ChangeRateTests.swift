import Changes
import Ledger
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct ChangeRateTests {
    private let prior = ChangePrior.of(.businessProfile)
    private func at(days: Double) -> Moment { Moment(nanoseconds: Int64(days * 86_400e9)) }

    @Test func rate_ofWhatIsNew_isThatOfItsKind() {
        for kind in Kind.polled {
            let prior = ChangePrior.of(kind)
            let rate = ChangeRate(since: at(days: 3)).perHour(prior, now: at(days: 3))
            #expect(abs(rate / prior.perHour - 1) < 1e-9)
            #expect(prior.weight >= 1 && prior.perHour > 0)
        }
    }

    @Test func change_raisesTheRate_andTimeWithoutOneLowersIt() {
        var rate = ChangeRate(since: at(days: 0))
        var before = rate.perHour(prior, now: at(days: 0))
        for day in 1...20 {
            let lower = rate.perHour(prior, now: at(days: Double(day)))
            #expect(lower < before)
            rate.changed(at(days: Double(day)))
            before = rate.perHour(prior, now: at(days: Double(day)))
            #expect(before > lower)
        }
        #expect(0.02...0.05 ~= before, "about one in a day: \(before)")
    }

    /// Half of what was found, and of the time that was watched, is forgotten in two weeks.
    @Test func change_countsHalf_twoWeeksLater() {
        func rate(after days: Double, changes: Int) -> (found: Double, hours: Double) {
            var rate = ChangeRate(since: at(days: 0))
            for _ in 0..<changes { rate.changed(at(days: 0)) }
            // Two suppositions tell what was found and what was watched apart.
            let (one, other) = (ChangePrior.of(.businessProfile), ChangePrior.of(.messageTemplate))
            let (a, b) = (rate.perHour(one, now: at(days: days)), rate.perHour(other, now: at(days: days)))
            let (x, y) = (ChangePrior.shape / one.perHour, ChangePrior.shape / other.perHour)
            let hours = (b * y - a * x) / (a - b)
            return (a * (x + hours) - ChangePrior.shape, hours)
        }
        let (found, hours) = rate(after: 14, changes: 8)
        #expect(abs(found - 4) < 0.01)
        #expect(abs(hours - 14 * 24 / 0.693147 / 2) < 1)
        #expect(abs(rate(after: 28, changes: 8).found - 2) < 0.01)
    }

    /// A process that begins knows from the history what one that ran on knows.
    @Test func rate_fromTheHistory_isTheOneThatWasFollowed() {
        var dice = SeededGenerator(state: 5)
        for _ in 0..<200 {
            let days = Double(dice.number(1...50))
            let times = (0..<dice.below(60)).map { _ in dice.fraction() * days }.sorted()
            var followed = ChangeRate(since: at(days: 0))
            for time in times { followed.changed(at(days: time)) }
            let learnt = ChangeRate(
                now: at(days: days), ages: times.map { .milliseconds(Int64((days - $0) * 86_400_000)) },
                watched: .milliseconds(Int64(days * 86_400_000)))
            for later in [0.0, 3, 30] {
                let (one, other) = (
                    followed.perHour(prior, now: at(days: days + later)), learnt.perHour(prior, now: at(days: days + later))
                )
                #expect(abs(one / other - 1) < 0.001)
            }
        }
    }

    @Test func history_countsPolls_andBeginsWithTheBaseline() {
        let (now, wallClock) = (at(days: 100), Timestamp(milliseconds: 1_795_000_000_000))
        func ago(_ days: Int64) -> Timestamp { Timestamp(milliseconds: wallClock.milliseconds - days * 86_400_000) }
        func target(_ kind: Kind, _ number: String?) -> PollTarget { PollTarget(account: "acme", kind: kind, phoneNumberID: number) }
        let (profile, young) = (target(.businessProfile, "1"), target(.businessProfile, "2"))
        var history = ChangeHistory()
        history.add([
            ChangeTime(target: profile, at: ago(10), isBaseline: false), ChangeTime(target: profile, at: ago(10), isBaseline: false),
            ChangeTime(target: profile, at: ago(5), isBaseline: false), ChangeTime(target: young, at: ago(1), isBaseline: true),
            // A field that was newly asked for is no beginning.
            ChangeTime(target: profile, at: ago(2), isBaseline: true),
            // They come with the account.
            ChangeTime(target: target(.subscribedApp, nil), at: ago(3), isBaseline: false),
        ])
        let rates = history.rates(since: ago(20), wallClock: wallClock, now: now)
        func days(_ days: Int64...) -> [Duration] { days.map { .seconds($0 * 86_400) } }
        #expect(rates[profile] == ChangeRate(now: now, ages: days(10, 5), watched: .seconds(20 * 86_400)))
        #expect(rates[young] == ChangeRate(now: now, ages: [], watched: .seconds(86_400)))
        #expect(rates[target(.account, nil)] == ChangeRate(now: now, ages: days(3), watched: .seconds(20 * 86_400)))
        #expect(rates.count == 3)
    }

    /// Clocks that were set make no rate of what is none.
    @Test func rate_byAnyClock_isANumberAboveZero() {
        for (since, now) in [(0.0, 20_000.0), (20_000, 0), (-1, 1), (30_000, 40_000)] {
            var rate = ChangeRate(since: at(days: since))
            rate.changed(at(days: now))
            let perHour = rate.perHour(prior, now: at(days: since))
            #expect(perHour > 0 && perHour < 1000)
        }
        let future = ChangeRate(now: at(days: 1), ages: [.seconds(-100)], watched: .seconds(-5)).perHour(prior, now: at(days: 1))
        #expect(future > 0 && future < 1000)
    }

    @Test func targetThatShowsMuch_changesAsOftenAsAllOfIt() {
        let one = ChangePrior.of(.phoneNumber)
        #expect(ChangePrior.of([(kind: .phoneNumber, things: 20)]).perHour == one.perHour * 20)
        let sum = ChangePrior.of([(kind: .account, things: 1), (kind: .subscribedApp, things: 1)])
        #expect(sum.perHour == ChangePrior.of(.account).perHour + ChangePrior.of(.subscribedApp).perHour)
        #expect(sum.weight < 4 && sum.weight > 2)
    }
}
