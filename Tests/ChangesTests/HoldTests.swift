import StrictJSON
import Testing
import TestTools
import WhatsAppBusiness

@testable import Changes

/// A list that suddenly lacks much is held: nothing of it is removed until that has gone on for long.
@Suite struct HoldTests {
    private static func things(_ count: Int, from first: Int = 0) -> Set<String> { Set((first..<first + count).map { "\($0)" }) }

    @Test(arguments: [
        (1, 1, false), (2, 2, true), (3, 3, true), (4, 5, false), (5, 5, true), (2, 6, false), (3, 6, true), (3, 7, false), (4, 7, true),
        (49, 100, false), (50, 100, true), (0, 0, false), (0, 9, false),
    ])
    func listOfFewThings_isHeld_whereAllOfTwoOrHalfOfSixAreMissing(absent: Int, known: Int, isHeld: Bool) {
        var hold = Hold()
        let verdict = hold.on(absent: Self.things(absent), of: known, now: .zero, measure: .usual)
        #expect(verdict == Hold.Verdict(held: isHeld ? Self.things(absent) : []))
        #expect(hold.isActive == isHeld)
        #expect(hold.missing?.things == (isHeld ? absent : nil) && hold.missing?.of == (isHeld ? known : nil))
    }

    @Test(arguments: [(1, 1, false), (5, 5, true), (3, 6, false), (499, 999, false), (499, 1000, false), (500, 1000, true)])
    func blockedUsers_areHeld_whereAllOrHalfOfAThousandAreMissing(absent: Int, known: Int, isHeld: Bool) {
        var hold = Hold()
        let verdict = hold.on(absent: Self.things(absent), of: known, now: .zero, measure: Rules.of(.blockedUser).hold)
        #expect(verdict == Hold.Verdict(held: isHeld ? Self.things(absent) : []))
    }

    /// A poll that says nothing of what it lacks still shows what is there: that has to be missed anew.
    @Test(arguments: [0, 1, 3]) func thingsThatAreShownMeanwhile_areMissedAnew(shown: Int) {
        var hold = Hold()
        for look in 0..<20 {
            if look == 9 { hold.on(shown: Self.things(shown)) }
            let verdict = hold.on(absent: Self.things(3), of: 3, now: .seconds(400 * look), measure: .usual)
            if look < 9 { #expect(verdict == Hold.Verdict(held: Self.things(3))) }
            if look == 9 {
                #expect(verdict == Hold.Verdict(held: Self.things(shown), believed: Self.things(3).subtracting(Self.things(shown))))
            }
            guard look < 9 else { return }
        }
    }

    /// A poll in which a thing has no id says nothing of what it lacks, and shows the others all the same.
    @Test(arguments: [[], ["1"], ["1", "2"]]) func lookThatMayLackThings_showsWhatIsInIt(shown: [String]) {
        func items(_ ids: [String]) -> [Observation.Item] { ids.map { Observation.Item(id: $0, document: ["id": .string($0)]) } }
        let entries = Dictionary(uniqueKeysWithValues: items(["1", "2"]).map { ($0.id, Snapshot.Entry(document: $0.document)) })
        let snapshot = Snapshot(asked: ["id"], entries: entries)
        var hold = Hold()
        var removed: Set<String> = []
        for look in 0..<11 {
            let isPartial = look == 9
            var observation = Observation(
                target: PollTarget(account: "acme", kind: .phoneNumber), owner: "102", items: isPartial ? items(shown) : [], asked: ["id"])
            observation.hold = hold
            observation.now = .seconds(400 * look)
            observation.isPartial = isPartial
            let comparison = Comparison(of: observation, with: snapshot)
            hold = comparison.hold
            removed.formUnion(comparison.changes.filter { $0.operation == .removed }.map(\.resource.id))
        }
        #expect(removed == Set(["1", "2"]).subtracting(shown))
    }

    /// Neither many polls in a short time nor a long time with few polls is enough.
    @Test(arguments: [
        (Kind.messageTemplate, 9, 3600, false), (.messageTemplate, 10, 3600, true), (.messageTemplate, 10, 3599, false),
        (.phoneNumber, 200, 3500, false), (.blockedUser, 2, 9000, false), (.blockedUser, 3, 1800, true), (.blockedUser, 30, 1700, false),
    ])
    func whatIsMissing_isBelieved_afterSoManyLooksAndSoLong(kind: Kind, looks: Int, seconds: Int, isBelieved: Bool) {
        var hold = Hold()
        var last = Hold.Verdict()
        for look in 0..<looks {
            let now = Duration.seconds(seconds) * look / (looks - 1)
            last = hold.on(absent: Self.things(8), of: 8, now: now, measure: Rules.of(kind).hold)
        }
        #expect(last == (isBelieved ? Hold.Verdict(believed: Self.things(8)) : Hold.Verdict(held: Self.things(8))))
        #expect(hold.isActive != isBelieved)
    }

    @Test func lookThatShowsAll_endsIt() {
        var hold = Hold()
        for look in 0..<9 { _ = hold.on(absent: Self.things(8), of: 8, now: .seconds(600 * look), measure: .usual) }
        let shown = hold.on(absent: [], of: 8, now: .seconds(6000), measure: .usual)
        #expect(shown == Hold.Verdict() && !hold.isActive && hold.missing == nil)
        let again = hold.on(absent: Self.things(8), of: 8, now: .seconds(9000), measure: .usual)
        #expect(again == Hold.Verdict(held: Self.things(8)))
    }

    /// A list that lacked all of two things and shows a new one alone lacks two of three: no less doubtful than before. What was not held goes as ever.
    @Test func whatIsHeld_staysHeld_whileItIsMissing_howeverMuchElseIsShown() {
        var hold = Hold()
        let first = hold.on(absent: ["0", "1"], of: 2, now: .zero, measure: .usual)
        #expect(first == Hold.Verdict(held: ["0", "1"]))
        for look in 1..<9 {
            let verdict = hold.on(absent: ["0", "1"], of: 3, now: .seconds(400 * look), measure: .usual)
            #expect(verdict == Hold.Verdict(held: ["0", "1"]) && hold.missing?.things == 2 && hold.missing?.of == 2)
        }
        let one = hold.on(absent: ["1", "2"], of: 4, now: .seconds(3600), measure: .usual)
        #expect(one == Hold.Verdict(believed: ["1"]) && !hold.isActive && hold.missing == nil)
    }

    @Test func whatIsShownOfIt_isMissingNoMore() {
        var hold = Hold()
        _ = hold.on(absent: Self.things(5), of: 5, now: .zero, measure: .usual)
        _ = hold.on(absent: Self.things(2), of: 5, now: .seconds(1), measure: .usual)
        #expect(hold.missing?.things == 2 && hold.missing?.of == 5 && hold.holds("1") && !hold.holds("2"))
    }

    /// A poll of one window of time says nothing of what another would show.
    @Test func whatAWindowLeavesOut_staysHeld() {
        var hold = Hold()
        let measure = Rules.of(.blockedUser).hold
        _ = hold.on(absent: Self.things(4), of: 4, now: .zero, measure: measure)
        _ = hold.on(absent: ["0"], of: 2, covers: { $0 == "0" || $0 == "9" }, now: .seconds(900), measure: measure)
        _ = hold.on(absent: Self.things(4), of: 6, now: .seconds(1200), measure: measure)
        let last = hold.on(absent: Self.things(4), of: 6, now: .seconds(1800), measure: measure)
        #expect(last == Hold.Verdict(believed: Self.things(4)))
    }

    /// A restart forgets that anything was held, and what was missed before counts for nothing: what it lacks has to be missed twice anew.
    @Test(arguments: [false, true]) func whatWasHeld_isMissedAnewAfterARestart(wasMissedBefore: Bool) {
        func item(_ id: String) -> Observation.Item { Observation.Item(id: id, document: ["id": .string(id)]) }
        var snapshot = Snapshot(asked: [])
        for id in ["1", "2", "3"] { snapshot.entries[id] = .init(document: ["id": .string(id)]) }
        var hold = Hold()
        var now = Duration.zero
        func poll(_ shown: [String]) -> Comparison {
            var observation = Observation(target: PollTarget(account: "acme", kind: .phoneNumber), owner: "102", items: shown.map(item))
            (observation.hold, observation.now) = (hold, now)
            let comparison = Comparison(of: observation, with: snapshot)
            hold = comparison.hold
            for (id, entry) in comparison.writes { snapshot.entries[id] = entry }
            now += .seconds(400)
            return comparison
        }
        if wasMissedBefore { _ = poll(["1", "2"]) }
        _ = poll([])
        hold = Hold()
        let found = poll(["1"])
        #expect(found.changes.isEmpty && found.missed == ["2", "3"])
        #expect(poll(["1"]).changes.map(\.operation) == [.removed, .removed] && !hold.isActive)
    }

    @Test func accountThatIsGone_takesEverythingWithIt() {
        var hold = Hold()
        let before = hold.on(absent: Self.things(3), of: 3, now: .zero, measure: .usual)
        let gone = hold.on(absent: Self.things(3), of: 3, now: .seconds(1), measure: .usual, isGone: true)
        #expect(before == Hold.Verdict(held: Self.things(3)) && gone == Hold.Verdict(believed: Self.things(3)) && !hold.isActive)
    }

    /// "There is nothing under this id" may be said of an account in passing: where its list shows something, it is there.
    @Test(arguments: [3, 4, 5]) func accountThatIsSaidToBeGone_takesNothing_whileItsListShowsSomething(absent: Int) {
        var hold = Hold()
        let before = hold.on(absent: Self.things(absent), of: 6, now: .zero, measure: .usual)
        let said = hold.on(absent: Self.things(absent), of: 6, now: .seconds(1), measure: .usual, isGone: true)
        let held = Hold.Verdict(held: Self.things(absent))
        #expect(before == held && said == held && hold.isActive)
    }

    /// The same where what it shows was not known before.
    @Test(arguments: [true, false]) func accountWhoseListShowsSomethingNew_isNotGone(showsNew: Bool) {
        var snapshot = Snapshot(asked: [])
        for id in ["1", "2", "3"] { snapshot.entries[id] = .init(document: ["id": .string(id)]) }
        let items = showsNew ? [Observation.Item(id: "4", document: ["id": "4"])] : []
        var observation = Observation(target: PollTarget(account: "acme", kind: .phoneNumber), owner: "102", items: items)
        observation.isAccountGone = true
        #expect(Comparison(of: observation, with: snapshot).hold.isActive == showsNew)
    }

    /// What goes while others are held has its own hour and its own ten polls.
    @Test(arguments: 1...12) func whatGoesLater_isBelievedLater(delay: Int) {
        var hold = Hold()
        var believed: [String: Int] = [:]
        for look in 0..<24 {
            let absent = Self.things(6).union(look >= delay ? Self.things(2, from: 6) : []).subtracting(believed.keys)
            let verdict = hold.on(absent: absent, of: 8 - believed.count, now: .seconds(600 * look), measure: .usual)
            for id in verdict.believed { believed[id] = look }
            if believed["0"] != nil { break }
        }
        #expect(believed == Dictionary(uniqueKeysWithValues: Self.things(6).map { ($0, 9) }))
        #expect(hold.isActive == (delay <= 9))
    }

    @Test func whatCameBackMeanwhile_isNotBelieved() {
        var hold = Hold()
        var last = Hold.Verdict()
        for look in 0..<10 {
            let absent = look == 5 ? Self.things(7, from: 1) : Self.things(8)
            last = hold.on(absent: absent, of: 8, now: .seconds(600 * look), measure: .usual)
        }
        #expect(last == Hold.Verdict(held: ["0"], believed: Self.things(7, from: 1)))
    }

    /// Random lists, seen by random polls: nothing goes that one complete poll alone lacked, and nothing by a poll that lacks much, before it is believed.
    @Test(arguments: 0..<200) func randomLists_loseOnlyWhatIsCertain(seed: UInt64) {
        var dice = SeededGenerator(state: seed)
        let kind = [Kind.messageTemplate, .qrCode, .subscribedApp, .phoneNumber].randomElement(using: &dice) ?? .qrCode
        let target = PollTarget(account: "acme", kind: kind, phoneNumberID: kind == .qrCode ? "7" : nil)
        var snapshot = Snapshot(asked: [])
        for index in 0..<Int.random(in: 1...14, using: &dice) {
            snapshot.entries["\(index)"] = .init(document: ["id": .string("\(index)")])
        }
        var hold = Hold()
        var (now, misses, heavy): (Duration, [String: Int], [String: (since: Duration, looks: Int)]) = (.zero, [:], [:])
        for _ in 0..<40 {
            now += .seconds(Int.random(in: 1...900, using: &dice))
            let known = Set(snapshot.entries.keys)
            let chance = ([1.0, 0.95, 0.5, 0, 0] as [Double]).randomElement(using: &dice) ?? 1
            let shown = known.sorted().filter { _ in Double.random(in: 0..<1, using: &dice) < chance }
            var observation = Observation(
                target: target, owner: "102", items: shown.map { .init(id: $0, document: ["id": .string($0)]) })
            (observation.hold, observation.now) = (hold, now)
            let comparison = Comparison(of: observation, with: snapshot)
            hold = comparison.hold
            let absent = known.subtracting(shown)
            let isHeavy = (absent.count == known.count && known.count >= 2) || (known.count >= 6 && absent.count * 2 >= known.count)
            heavy = heavy.filter { absent.contains($0.key) }
            for id in absent where isHeavy || heavy[id] != nil { heavy[id] = (heavy[id]?.since ?? now, (heavy[id]?.looks ?? 0) + 1) }
            let removed = Set(comparison.changes.filter { $0.operation == .removed }.map(\.resource.id))
            for id in known { misses[id] = absent.contains(id) && heavy[id] == nil ? misses[id, default: 0] + 1 : 0 }
            let due = Set(heavy.filter { $0.value.looks >= 10 && now - $0.value.since >= .seconds(3600) }.keys)
            #expect(removed == due.union(misses.filter { $0.value >= 2 }.keys))
            for id in removed { (heavy[id], misses[id]) = (nil, nil) }
            #expect(comparison.missed == absent.subtracting(removed) && hold.isActive == !heavy.isEmpty)
            for (id, entry) in comparison.writes { snapshot.entries[id] = entry }
        }
    }
}
