import GraphAPI
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// The order of a list, and what its first page says, against a model that knows everything.
@Suite struct NewestFirstTests {
    private let every = Duration.seconds(900)
    private let fullSweep = Duration.seconds(6 * 3600)

    private func first(_ keys: some Sequence<String>) -> NewestFirst.FirstPage { NewestFirst.FirstPage(keys: IDList(keys), digest: nil) }

    private func shown(_ keys: [String], page: Int = 3) -> NewestFirst.Shown {
        NewestFirst.Shown(keys: IDSet(keys), first: first(keys.prefix(page)), pages: (keys.count + page - 1) / page)
    }

    /// The order after whole sweeps of these lists, each compared with the one before.
    private func standing(_ lists: [[String]], page: Int = 3) -> NewestFirst.Standing {
        var order = NewestFirst()
        var known: Set<String>?
        for list in lists {
            order.on(shown(list, page: page), added: known.map { Set(list).subtracting($0) } ?? [], now: Moment(nanoseconds: 0), lead: 0)
            known = Set(list)
        }
        return order.standing
    }

    private let list = ["a", "b", "c", "d", "e", "f", "g"]

    @Test func twoSweepsWithSomethingNewInFront_makeItHold() {
        #expect(standing([list]) == .unknown(evidence: 0))
        #expect(standing([list, ["x"] + list]) == .unknown(evidence: 1))
        #expect(standing([list, ["x"] + list, ["y", "z", "x"] + list]) == .holds)
    }

    @Test func sweepsWithNothingNew_areNoEvidence() {
        #expect(standing([list, list, list, list]) == .unknown(evidence: 0))
    }

    @Test func whatIsGone_saysNothing() {
        #expect(standing([list, ["x", "a", "c"] + list.dropFirst(4), ["y", "c"] + list.dropFirst(5)]) == .holds)
    }

    @Test func somethingNewBehindSomethingKnown_refusesIt() {
        for place in 1...list.count {
            var other = list
            other.insert("x", at: place)
            #expect(standing([list, other]) == .refused)
        }
        #expect(standing([list, ["x"] + list, ["y", "x"] + list, ["y", "x"] + list + ["w"]]) == .refused)
    }

    @Test func whereNothingOfTheFirstPageIsLeft_nothingIsInFrontOfIt() {
        #expect(standing([list, ["x", "e", "f", "g"], ["y"], ["z"]]) == .unknown(evidence: 0))
        #expect(standing([[], ["a"], ["b", "a"]]) == .unknown(evidence: 1), "in a list of none everything is in front")
    }

    @Test func someoneWhoIsBlockedAnew_isNoEvidenceAndNoContradiction() {
        #expect(standing([list, ["f"] + list.filter { $0 != "f" }]) == .unknown(evidence: 0))
        let long = (0..<20).map { "k\($0)" }
        #expect(standing([long, ["k7"] + long.filter { $0 != "k7" }], page: 10) == .unknown(evidence: 0))
    }

    @Test func anotherOrder_refusesIt() {
        #expect(standing([list, ["c", "f", "a", "e", "b", "g", "d"]]) == .refused)
        #expect(standing([list, list.reversed()]) == .refused)
    }

    @Test func itIsRefused_untilAReload() {
        var order = NewestFirst()
        func sweep(_ keys: [String], added: Set<String> = []) {
            order.on(shown(keys), added: added, now: Moment(nanoseconds: 0), lead: 0)
        }
        sweep(list)
        sweep(list + ["x"], added: ["x"])
        #expect(order.page == nil, "nothing is kept of it")
        for number in 0..<5 { sweep(["n\(number)"] + list, added: ["n\(number)"]) }
        order.startOver(isReload: false)
        #expect(order.standing == .refused)
        order.startOver(isReload: true)
        sweep(list)
        sweep(["x"] + list, added: ["x"])
        sweep(["y", "x"] + list, added: ["y"])
        #expect(order.standing == .holds)
    }

    private func holding(_ list: [String], page: Int, sweptAt now: Moment, lead: Double = 0) -> NewestFirst {
        var order = NewestFirst()
        for skipped in [2, 1, 0] {
            let keys = Array(list.dropFirst(skipped))
            order.on(shown(keys, page: page), added: skipped == 2 ? [] : [keys[0]], now: now, lead: lead)
        }
        return order
    }

    @Test func everythingIsSwept_soThatTwoTurnsAreLeftWithinFullSweep() throws {
        let list = (0..<40).map { "\($0)" }
        for lead in [0, 0.1, 0.3] {
            let order = holding(list, page: 4, sweptAt: Moment(nanoseconds: 0), lead: lead)
            #expect(order.standing == .holds)
            // The latest turns there may be: the last one by the first page, the sweep, and the one that confirms what it misses.
            var now = Moment(nanoseconds: 0)
            while order.turn(now: now, every: every, fullSweep: fullSweep) != nil { now = now + every * 5 / 4 }
            #expect(now + every * 5 / 4 <= Moment(nanoseconds: 0) + fullSweep)
            #expect(now > Moment(nanoseconds: 0) + fullSweep / 2)
        }
        let order = holding(list, page: 4, sweptAt: Moment(nanoseconds: 0))
        #expect(order.turn(now: Moment(nanoseconds: 1), every: every, fullSweep: every * 2) == nil, "there is no time for it")
    }

    @Test func requests_areThoseOfATurnOnTheAverage() {
        let order = holding((0..<50).map { "\($0)" }, page: 1, sweptAt: Moment(nanoseconds: 0))
        #expect(NewestFirst().requests(every: every, fullSweep: fullSweep) == nil)
        // 49 more in 21.5 turns.
        #expect(order.requests(every: every, fullSweep: fullSweep) == 4)
        #expect(order.requests(every: .seconds(60), fullSweep: fullSweep) == 2)
        #expect(order.requests(every: fullSweep, fullSweep: fullSweep) == 50)
    }

    /// Random lists: whatever a first page decides is what reading everything would have said, as far as the page goes.
    @Test(arguments: 0..<300) func firstPage_decidesOnlyWhatIsSo(seed: UInt64) {
        var dice = SeededGenerator(spreading: seed)
        var verdicts: [NewestFirst.Verdict: Int] = [:]
        for _ in 0..<40 {
            let size = Int.random(in: 1...8, using: &dice)
            var list = (0..<Int.random(in: size + 1...30, using: &dice)).map { "k\($0)" }
            let before = list
            let known = first(list.prefix(size))
            var isNewestFirst = true
            for change in 0..<Int.random(in: 0...4, using: &dice) {
                switch Int.random(in: 0...5, using: &dice) {
                case 0...2: list.insert("n\(change)", at: 0)
                case 3:
                    let place = Int.random(in: 0...list.count, using: &dice)
                    isNewestFirst = isNewestFirst && place == 0
                    list.insert("n\(change)", at: place)
                case 4: if !list.isEmpty { list.remove(at: Int.random(in: list.indices, using: &dice)) }
                default:
                    // Blocked anew.
                    let place = Int.random(in: list.indices, using: &dice)
                    list.insert(list.remove(at: place), at: 0)
                }
            }
            let now = Bool.random(using: &dice) ? size : Int.random(in: 1...9, using: &dice)
            let page = Array(list.prefix(now))
            let verdict = known.verdict(on: IDList(page))
            verdicts[verdict, default: 0] += 1
            let seen = Array(before.prefix(size))
            let inFront = Array(page.prefix { !seen.contains($0) })
            switch verdict {
            case .unchanged: #expect(page == seen)
            case .continues:
                // Nothing that stood on it is missing before the place where it ends, or stands elsewhere.
                #expect(page == inFront + seen.prefix(page.count - inFront.count), "\(page) after \(seen)")
                #expect(page.count > inFront.count && page.count >= seen.count)
                let cut = Set(seen.prefix(page.count - inFront.count))
                #expect(cut.isSubset(of: list))
            case .unclear:
                let isSame = now == size && list.count >= size && isNewestFirst && inFront.count < page.count
                let rest = Array(list.drop { !seen.contains($0) })
                #expect(!(isSame && rest.starts(with: seen)), "\(page) after \(seen)")
            }
        }
        #expect(verdicts[.continues, default: 0] > 0 && verdicts[.unclear, default: 0] > 0)
    }

    @Test func somethingTwiceOnAPage_isUnclear() {
        let known = first(["a", "b", "c"])
        #expect(known.verdict(on: ["x", "x", "a"]) == .unclear)
        #expect(known.verdict(on: ["x", "a", "b"]) == .continues)
        var twins = IDList()
        #expect(twins.append("x", also: "y") && twins.append("y", also: nil) && twins.append("a", also: nil))
        #expect(known.verdict(on: twins) == .unclear)
    }

    /// What the ledger keeps in mind of both ids is not left out.
    @Test func someoneWhoHasAnotherIdBeside_isNotUnchanged() {
        var page = IDList()
        #expect(page.append("a", also: "U") && page.append("b", also: nil))
        #expect(first(["a", "b"]).verdict(on: page) == .continues)
        #expect(first(["a", "b"]).verdict(on: ["a", "b"]) == .unchanged)
    }

    /// Random histories of lists in four orders, swept whole: what is believed is so, and what is not newest first is never believed for long.
    @Test(arguments: 0..<200) func order_isBelievedOnlyWhereItIsSo(seed: UInt64) {
        var dice = SeededGenerator(spreading: seed)
        let orders: [(name: String, place: (inout SeededGenerator, [String], String) -> Int)] = [
            ("newest", { _, _, _ in 0 }), ("oldest", { _, list, _ in list.count }),
            ("key", { _, list, key in list.firstIndex { $0 > key } ?? list.count }),
        ]
        let order = orders[Int(seed % 3)]
        var list: [String] = []
        func add() {
            let key = "\(Int.random(in: 0..<1_000_000_000, using: &dice))"
            list.insert(key, at: order.place(&dice, list, key))
        }
        for _ in 0..<30 { add() }
        var value = NewestFirst()
        var known = Set(list)
        value.on(shown(list, page: 10), added: [], now: Moment(nanoseconds: 0), lead: 0)
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 0...3, using: &dice) { add() }
            for _ in 0..<Int.random(in: 0...2, using: &dice) { list.remove(at: Int.random(in: list.indices, using: &dice)) }
            value.on(shown(list, page: 10), added: Set(list).subtracting(known), now: Moment(nanoseconds: 0), lead: 0)
            known = Set(list)
        }
        switch order.name {
        case "newest": #expect(value.standing == .holds)
        default: #expect(value.standing == .refused)
        }
    }
}
