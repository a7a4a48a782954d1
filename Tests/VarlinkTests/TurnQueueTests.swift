import NIOCore
import TestSupport
import Testing
import TestTools

@testable import Varlink

@Suite(.inTurn, .timeLimit(.minutes(1))) struct TurnQueueTests {
    @Test func peer_thatAsksForLittle_isNextHoweverManyAnotherAsksFor() {
        var queue = TurnQueue(limit: 2, perShare: 2)
        var granted: [Int] = []
        for ticket in 0..<1_000 { granted += queue.enter(ticket, weight: 1, of: .user(1)) }
        #expect(granted == [0, 1])
        #expect(queue.enter(5_000, weight: 1, of: .user(2)).isEmpty)
        #expect(queue.leave(weight: 1, of: .user(1)) == [5_000])
        #expect(queue.leave(weight: 1, of: .user(1)) == [2])
        #expect(queue.leave(weight: 1, of: .user(2)) == [3])
    }

    @Test func peer_thatHasItsPart_waitsAndLetsOthersPast() {
        var queue = TurnQueue(limit: 100, perShare: 60)
        #expect(queue.enter(1, weight: 50, of: .user(1)) == [1])
        #expect(queue.enter(2, weight: 20, of: .user(1)) == [])
        #expect(queue.enter(3, weight: 40, of: .user(2)) == [3])
        #expect(queue.leave(weight: 50, of: .user(1)) == [2])
    }

    @Test func large_whoIsNext_isNotPassedBySmallOnes() {
        var queue = TurnQueue(limit: 100, perShare: 100)
        #expect(queue.enter(1, weight: 60, of: .user(1)) == [1])
        #expect(queue.enter(2, weight: 90, of: .user(2)) == [])
        for ticket in 3..<10 { #expect(queue.enter(ticket, weight: 1, of: .user(3)) == []) }
        #expect(queue.leave(weight: 60, of: .user(1)).prefix(1) == [2])
    }

    @Test func tooLarge_isAlone() {
        var queue = TurnQueue(limit: 10, perShare: 5)
        #expect(queue.enter(1, weight: 50, of: .user(1)) == [1])
        #expect(queue.enter(2, weight: 1, of: .user(2)) == [])
        #expect(queue.leave(weight: 50, of: .user(1)) == [2])
    }

    @Test func whoGivesUp_letsOthersPast_andOnlyOnce() {
        var queue = TurnQueue(limit: 10, perShare: 10)
        #expect(queue.enter(1, weight: 5, of: .user(1)) == [1])
        #expect(queue.enter(2, weight: 9, of: .user(2)) == [])
        #expect(queue.enter(3, weight: 5, of: .user(3)) == [])
        #expect(queue.abandon(2, of: .user(2)) == [3])
        #expect(queue.abandon(2, of: .user(2)) == nil)
        #expect(queue.abandon(3, of: .user(3)) == nil, "it has its turn")
        #expect(queue.waiting == 0)
    }

    @Test(arguments: 0..<UInt64(30)) func turns_inAnyOrder_passNoLimitAndComeToEverybody(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var queue = TurnQueue(limit: 40, perShare: 25)
        var (waiting, holding): ([Int: (Int, PeerShare)], [Int: (Int, PeerShare)]) = ([:], [:])
        func take(_ tickets: [Int]) {
            for ticket in tickets {
                guard let (weight, share) = waiting.removeValue(forKey: ticket) else {
                    Issue.record("seed \(seed): \(ticket) has not waited")
                    continue
                }
                holding[ticket] = (weight, share)
            }
            #expect(holding.values.reduce(0) { $0 + $1.0 } <= 40, "seed \(seed)")
            for user in UInt32(0)..<4 {
                #expect(holding.values.filter { $0.1 == .user(user) }.reduce(0) { $0 + $1.0 } <= 25, "seed \(seed)")
            }
        }
        for ticket in 0..<400 {
            let (weight, share) = (Int.random(in: 1...20, using: &random), PeerShare.user(UInt32.random(in: 0..<4, using: &random)))
            waiting[ticket] = (weight, share)
            take(queue.enter(ticket, weight: weight, of: share))
            if Bool.random(using: &random), let (ended, held) = holding.min(by: { $0.key < $1.key }) {
                holding[ended] = nil
                take(queue.leave(weight: held.0, of: held.1))
            }
            if Int.random(in: 0..<10, using: &random) == 0, let (ended, held) = waiting.max(by: { $0.key < $1.key }) {
                waiting[ended] = nil
                take(queue.abandon(ended, of: held.1) ?? [])
            }
        }
        while let (ended, held) = holding.min(by: { $0.key < $1.key }) {
            holding[ended] = nil
            take(queue.leave(weight: held.0, of: held.1))
        }
        #expect(waiting.isEmpty && queue.waiting == 0, "seed \(seed)")
    }

    @Test func turns_ofTasksThatAreCancelled_areNotLost() async throws {
        let turns = Turns(limit: 1, perShare: 1)
        #expect(await turns.enter(of: .user(1)))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { await turns.enter(of: .user(2)) } }
            try await eventually("fifty wait") { turns.waiting == 50 }
            group.cancelAll()
            for try await hasTurn in group { #expect(!hasTurn) }
        }
        turns.leave(of: .user(1))
        #expect(await turns.enter(of: .user(3)))
    }
}
