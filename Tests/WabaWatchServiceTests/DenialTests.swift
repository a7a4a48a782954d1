import Synchronization
import Testing
import Watching

@testable import WabaWatchService

/// Calls of those who may not act: each is told, and nobody can fill the journal with them.
@Suite(.timeLimit(.minutes(1))) struct DenialTests {
    private final class Clock: Sendable {
        private let seconds = Mutex<Int64>(0)
        var now: Moment { Moment(nanoseconds: seconds.withLock { $0 } * 1_000_000_000) }
        func set(_ second: Int64) { seconds.withLock { $0 = second } }
    }

    @Test func denials_areToldOneByOne_upToAHundredAMinute_andThenCounted() {
        let clock = Clock()
        let tally = DenialTally { clock.now }
        #expect((0..<DenialTally.most).map { _ in tally.note() } == Array(repeating: 1, count: DenialTally.most))
        for _ in 0..<500 { #expect(tally.note() == nil) }
        clock.set(59)
        #expect(tally.note() == nil)
        clock.set(60)
        #expect(tally.note() == 502 && tally.note() == 1)
    }
}
