import GraphAPI
import TestTools
import Testing

@testable import Watching

/// Polls that begin together: nobody waits for ever, and everything that was brought goes once.
@Suite(.timeLimit(.minutes(5))) struct GatheringTests {
    @Test(arguments: UInt64(0)..<200) func members_inWhateverOrder_goOnce_whenNobodyIsOpen(seed: UInt64) {
        var random = SeededGenerator(spreading: seed)
        let (members, most) = (random.number(1...120), random.pick([1, 2, 7, 50]))
        var gathering = Gathering(members: members, most: most)
        var open = Set(0..<members)
        var waiting: Set<Int> = []
        var gone: [[Int]]?
        while gone == nil {
            let event: Gathering.Event
            if let cancelled = waiting.sorted().randomElement(using: &random), random.chance(0.1) {
                waiting.remove(cancelled)
                event = .leaves(cancelled)
            } else {
                guard let member = open.sorted().randomElement(using: &random) else { return fail("it has not gone") }
                open.remove(member)
                if random.chance(0.6) {
                    waiting.insert(member)
                    event = .brings(member)
                } else {
                    event = .leaves(member)
                }
            }
            switch gathering.on(event) {
            case .waits: #expect(!open.isEmpty)
            case .goes(let groups):
                #expect(open.isEmpty)
                gone = groups
            }
        }
        #expect(gone?.flatMap(\.self) == waiting.sorted())
        #expect(gone?.allSatisfy { 1...most ~= $0.count } == true)
        #expect(gone?.count == (waiting.count + most - 1) / most)
        // Who waits no longer when it has gone changes nothing.
        for member in waiting { #expect(gathering.on(.leaves(member)) == .waits) }
    }

    @Test func oneAlone_goesByItself() {
        var gathering = Gathering(members: 3, most: 50)
        #expect(gathering.on(.leaves(0)) == .waits)
        #expect(gathering.on(.brings(2)) == .waits)
        #expect(gathering.on(.leaves(1)) == .goes([[2]]))
        var empty = Gathering(members: 1, most: 50)
        #expect(empty.on(.leaves(0)) == .goes([]))
    }
}

/// Whether batches are used: what ends it, and what does not.
@Suite(.timeLimit(.minutes(5))) struct BatchUseTests {
    @Test func answersWithoutUsage_endIt_whereOthersTell() {
        var use = BatchUse()
        use.on(.single(tellsUsage: false))
        use.on(.item(tellsUsage: false))
        #expect(use.isUsable, "nobody tells")
        use.on(.single(tellsUsage: true))
        use.on(.item(tellsUsage: true))
        #expect(use.isUsable)
        use.on(.item(tellsUsage: false))
        #expect(use.refusal == .withoutUsage)
        use.on(.single(tellsUsage: true))
        use.on(.answered)
        #expect(!use.isUsable, "never again")
    }

    @Test func refusal_endsIt() {
        var use = BatchUse()
        use.on(.givenUp(.refused(.invalidRequest)))
        use.on(.givenUp(.contradicted))
        #expect(use.refusal == .refused(.invalidRequest), "the first reason stays")
    }

    @Test func failure_restsUntilASingleIsAnswered_andThreeInARowEndIt() {
        var use = BatchUse()
        for _ in 0..<2 {
            // Those that were on their way together fail together.
            let round = use.round
            for _ in 0..<5 { use.on(.failed(round: round)) }
            #expect(!use.isUsable && use.refusal == nil)
            use.on(.single(tellsUsage: true))
            #expect(use.isUsable)
            use.on(.failed(round: round))
            #expect(use.isUsable, "it was sent before")
        }
        var other = use
        other.on(.answered)
        use.on(.failed(round: use.round))
        #expect(use.refusal == .failing)
        other.on(.failed(round: other.round))
        #expect(other.refusal == nil, "one in between was answered")
    }
}
