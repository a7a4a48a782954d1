import Testing
import TestTools

@testable import Watching

@Suite struct ReservationRoundsTests {
    @Test func first_writesItsOwn_andThoseWhoComeMeanwhile_theNextTogether() {
        var rounds = ReservationRounds()
        #expect(rounds.come(for: "a") == .write(["a"]))
        #expect(rounds.come(for: "a") == .wait)
        #expect(rounds.come(for: "b") == .wait)
        #expect(rounds.come(for: "c") == .wait)
        #expect(rounds.end() == ["a"])
        #expect(rounds.come(for: "c") == .write(["b", "c"]))
        #expect(rounds.come(for: "b") == .wait)
        #expect(rounds.end() == ["b", "c"])
        #expect(rounds.come(for: "a") == .write(["a"]), "who was served is not written down again")
    }

    @Test(arguments: UInt64(0)..<100) func anyOrder_writesOneRoundAtATime_andServesEverybody(seed: UInt64) {
        var random = SeededGenerator(spreading: seed)
        var rounds = ReservationRounds()
        var written: Set<String>?
        var waiting: Set<String> = []
        for _ in 0..<500 {
            if written != nil, Int.random(in: 0..<4, using: &random) == 0 {
                let round = rounds.end()
                #expect(round == written)
                written = nil
                waiting.subtract(round)
            }
            // Those who wait come again at the end of a round, in any order; others come at any time.
            let comes =
                waiting.isEmpty || written != nil
                ? "account-\(Int.random(in: 0..<8, using: &random))" : waiting.randomElement(using: &random) ?? ""
            switch rounds.come(for: comes) {
            case .write(let round):
                #expect(written == nil && round.contains(comes) && round.isSuperset(of: waiting), "one at a time, for all who wait")
                written = round
                waiting.formUnion(round)
            case .wait:
                #expect(written != nil)
                waiting.insert(comes)
            }
        }
    }
}
