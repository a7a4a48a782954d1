import Changes
import Testing
import TestTools
import Watching
import WhatsAppBusiness

@Suite struct ScheduleTests {
    private func at(_ seconds: Double) -> Moment { Moment(nanoseconds: Int64(seconds * 1e9)) }
    private func target(_ number: Int, _ kind: Kind = .businessProfile) -> PollTarget {
        PollTarget(account: "a", kind: kind, phoneNumberID: "\(number)")
    }

    @Test func unit_isDueAtItsTime_notBefore() {
        var schedule = Schedule()
        schedule.on(.watch(target(1), every: .seconds(60), splay: 0, first: at(10)), now: at(0))
        #expect(schedule.wake == at(10) + schedule.window)
        #expect(schedule.takeDue(now: at(9.9)) == [])
        #expect(schedule.takeDue(now: at(10)) == [target(1)])
        #expect(schedule.takeDue(now: at(1000)) == [], "one look at a unit at a time")
        schedule.on(.polled(target(1)), now: at(12))
        #expect(schedule.due(target(1)) == at(72))
    }

    @Test func units_thatFallDueWithinTheWindow_areTakenTogether() {
        var schedule = Schedule()
        for number in 0..<10 {
            schedule.on(.watch(target(number), every: .seconds(60), splay: 0, first: at(1 + Double(number) / 1000)), now: at(0))
        }
        let wake = schedule.wake ?? at(0)
        #expect(schedule.takeDue(now: wake).count == 10)
    }

    @Test func places_areTakenByCoreKindsFirst_thenByLateness() {
        var schedule = Schedule(places: 2)
        schedule.on(.watch(target(1), every: .seconds(60), splay: 0, first: at(3)), now: at(0))
        schedule.on(.watch(target(2), every: .seconds(60), splay: 0, first: at(1)), now: at(0))
        schedule.on(.watch(target(3, .phoneNumber), every: .seconds(60), splay: 0, first: at(4)), now: at(0))
        #expect(schedule.takeDue(now: at(5)) == [target(3, .phoneNumber), target(2)])
        #expect(schedule.takeDue(now: at(5)) == [])
        schedule.on(.polled(target(2)), now: at(6))
        #expect(schedule.wake ?? at(99) <= at(6), "a place is free and one waits for it")
        #expect(schedule.takeDue(now: at(6)) == [target(1)])
    }

    @Test func unit_thatIsForgotten_isNeverDue_evenWhileItIsLookedAt() {
        var schedule = Schedule()
        schedule.on(.watch(target(1), every: .seconds(60), splay: 0, first: at(1)), now: at(0))
        #expect(schedule.takeDue(now: at(1)) == [target(1)])
        schedule.on(.forget(target(1)), now: at(2))
        schedule.on(.polled(target(1)), now: at(3))
        #expect(schedule.takeDue(now: at(1000)) == [])
        #expect(schedule.wake == nil)
    }

    @Test func unit_thatIsWatchedAnew_keepsOnlyItsNewTime() {
        var schedule = Schedule()
        schedule.on(.watch(target(1), every: .seconds(60), splay: 0, first: at(100)), now: at(0))
        schedule.on(.watch(target(1), every: .seconds(5), splay: 0, first: at(3)), now: at(0))
        #expect(schedule.takeDue(now: at(3)) == [target(1)])
        schedule.on(.polled(target(1)), now: at(3))
        #expect(schedule.takeDue(now: at(7.9)) == [])
        #expect(schedule.takeDue(now: at(8)) == [target(1)])
    }

    /// What was spread stays so, what is due or has a time of its own stays where it is, and the next turn follows the new interval.
    @Test func pace_changesTheInterval_andWhatIsStillToBeWaitedFor() {
        var schedule = Schedule()
        for number in 1...3 {
            schedule.on(.watch(target(number), every: .seconds(100), splay: 0, first: at(Double(number * 30))), now: at(0))
        }
        #expect(schedule.takeDue(now: at(30)) == [target(1)])
        for number in 1...3 { schedule.on(.pace(target(number), every: .seconds(50), isTurn: number != 3), now: at(40)) }
        schedule.on(.pace(target(4), every: .seconds(50), isTurn: true), now: at(40))
        #expect(schedule.due(target(2)) == at(50))
        #expect(schedule.due(target(3)) == at(90))
        schedule.on(.polled(target(1)), now: at(45))
        #expect(schedule.due(target(1)) == at(95))
        #expect(schedule.interval(of: target(1)) == .seconds(50))
        #expect(schedule.interval(of: target(4)) == nil)
        schedule.on(.pace(target(2), every: .seconds(200), isTurn: true), now: at(45))
        #expect(schedule.due(target(2)) == at(65))
    }

    @Test func turns_driftApart_withinTheSplay_theSameWayEachTime() {
        func gaps() -> [Duration] {
            var schedule = Schedule()
            return (0..<500).map { number in
                schedule.on(.watch(target(number), every: .seconds(100), splay: 0.1, first: at(0)), now: at(0))
                _ = schedule.takeDue(now: at(0))
                schedule.on(.polled(target(number)), now: at(0))
                return (schedule.due(target(number)) ?? at(0)) - at(0)
            }
        }
        let first = gaps()
        #expect(first == gaps())
        #expect(first.allSatisfy { .seconds(90) <= $0 && $0 <= .seconds(110) })
        let buckets = Set(first.map { $0.milliseconds / 1000 })
        #expect(buckets.count >= 19, "500 units fall into nearly every second of the 20")
    }

    /// A hundred thousand random events: every watched target is polled, none twice at a time, none before its time.
    @Test func randomEvents_neverBreakTheSchedule() {
        var random = SeededGenerator(state: 11)
        var schedule = Schedule(places: 5)
        var looking: Set<PollTarget> = []
        var watched: Set<PollTarget> = []
        var now = at(0)
        for _ in 0..<100_000 {
            let one = target(Int(random.next() % 50))
            switch random.next() % 7 {
            case 6: schedule.on(.pace(one, every: .seconds(Int(random.next() % 60) + 1), isTurn: random.next() % 2 == 0), now: now)
            case 0:
                watched.insert(one)
                schedule.on(.watch(one, every: .seconds(Int(random.next() % 60) + 1), splay: 0.1, first: now), now: now)
            case 1 where random.next() % 8 == 0:
                watched.remove(one)
                looking.remove(one)
                schedule.on(.forget(one), now: now)
            case 2, 3:
                if let done = looking.first {
                    looking.remove(done)
                    schedule.on(random.next() % 3 == 0 ? .again(done, at: now + .seconds(2)) : .polled(done), now: now)
                }
            default:
                now = now + .milliseconds(Int(random.next() % 3000))
                for due in schedule.takeDue(now: now) {
                    #expect(watched.contains(due))
                    #expect(looking.insert(due).inserted)
                }
                #expect(looking.count <= 5)
            }
        }
        #expect(watched.allSatisfy { looking.contains($0) || schedule.due($0) != nil })
    }
}

@Suite struct LaneTests {
    private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }
    private func target(_ number: Int, _ kind: Kind = .businessProfile) -> PollTarget {
        PollTarget(account: "acme", kind: kind, phoneNumberID: "\(number)")
    }

    /// What was to wait for an hour goes on as soon as there is more to be had, one after the other; other accounts wait on.
    @Test func unitsThatWaitForTheBudget_goOnWhenItGrows() {
        var schedule = Schedule()
        for number in 0..<3 { schedule.on(.watch(target(number), every: .seconds(900), splay: 0, first: at(0)), now: at(0)) }
        for target in schedule.takeDue(now: at(1)) { schedule.on(.postpone(target, until: at(3600)), now: at(1)) }
        schedule.on(.regain("other"), now: at(2))
        #expect(schedule.takeDue(now: at(3)).isEmpty)
        schedule.on(.regain("acme"), now: at(4))
        #expect(schedule.wake.map { $0 <= at(4) } == true)
        for _ in 0..<3 {
            let taken = schedule.takeDue(now: at(5))
            #expect(taken.count == 1)
            for target in taken { schedule.on(.polled(target), now: at(5)) }
        }
        #expect(schedule.takeDue(now: at(6)).isEmpty)
    }

    /// A thousand targets of which the budget has a request for one a minute.
    @Test func unitsThatWaitForTheBudget_comeOneAfterTheOther_thoseFirstWhoseTurnIsNearest() {
        var schedule = Schedule(places: 4)
        for number in 0..<1000 {
            schedule.on(.watch(target(number), every: .seconds(10_000 - number), splay: 0, first: at(0)), now: at(0))
        }
        var asked = 0
        var looked: [PollTarget] = []
        for minute in 0..<1000 {
            let now = at(minute * 60)
            var granted = false
            while true {
                let due = schedule.takeDue(now: now)
                if due.isEmpty { break }
                for one in due {
                    asked += 1
                    if granted {
                        schedule.on(.postpone(one, until: at(minute * 60 + 60)), now: now)
                    } else {
                        granted = true
                        looked.append(one)
                        schedule.on(.polled(one, every: .seconds(1_000_000)), now: now)
                    }
                }
            }
        }
        #expect(looked == (0..<1000).reversed().map { target($0) }, "each once, the most frequent first")
        #expect(asked < 2100, "and hardly any asked in vain")
        #expect(schedule.takeDue(now: at(60_000)).isEmpty)
    }

    @Test func otherLanes_goOn_andAskedForLooksComeAtOnce() {
        var schedule = Schedule()
        for number in 0..<10 { schedule.on(.watch(target(number), every: .seconds(60), splay: 0, first: at(0)), now: at(0)) }
        for one in schedule.takeDue(now: at(0)) { schedule.on(.postpone(one, until: at(600)), now: at(0)) }
        #expect(schedule.takeDue(now: at(1)).isEmpty)
        let core = PollTarget(account: "acme", kind: .phoneNumber)
        schedule.on(.watch(core, every: .seconds(60), splay: 0, first: at(2)), now: at(1))
        #expect(schedule.takeDue(now: at(2)) == [core])
        schedule.on(.hasten(target(7), ahead: true), now: at(3))
        #expect(schedule.takeDue(now: at(3)) == [target(7)])
        #expect(schedule.waiting("acme", now: at(100)).count == 9)
        #expect(schedule.due(target(1)) == at(600))
        schedule.on(.forget(target(0)), now: at(4))
        #expect(schedule.takeDue(now: at(600)).count == 1, "one goes ahead")
    }

    @Test func pollsThatBeginTogether_haveOnePlace_ofFifty_andOfOneAccount() {
        var schedule = Schedule(places: 4)
        let core = target(0, .phoneNumber)
        let other = PollTarget(account: "b", kind: .businessProfile, phoneNumberID: "1")
        for one in (0..<120).map({ target($0) }) + [core, other] {
            schedule.on(.watch(one, every: .seconds(60), splay: 0, first: at(0)), now: at(0))
        }
        let turns = schedule.takeTurns(now: at(1)) { $0 != core }
        #expect(turns.first == [core], "what may not begin with others begins alone")
        #expect(turns.count == 4 && turns.allSatisfy { Set($0.map(\.account)).count == 1 })
        #expect(turns.map(\.count).sorted().suffix(2) == [50, 50])
        #expect(schedule.wake != Moment(nanoseconds: 0), "there is no place for the rest")
        // The place of several is free when the last of them has ended, however it ends.
        let shared = turns.first { $0.count == 50 } ?? []
        for (index, one) in shared.enumerated() {
            #expect(schedule.takeTurns(now: at(2)) { _ in true }.isEmpty)
            switch index % 3 {
            case 0: schedule.on(.polled(one, every: .seconds(1000)), now: at(2))
            case 1: schedule.on(.postpone(one, until: at(5000)), now: at(2))
            default: schedule.on(.forget(one), now: at(2))
            }
        }
        #expect(schedule.wake == Moment(nanoseconds: 0))
        #expect(schedule.takeDue(now: at(2)).count <= 1)
    }
}
