import Testing
import WabaWatchClient

@Suite struct BackoffTests {
    @Test func waits_doubleUpToTheLongest_andBeginAgainAfterSuccess() {
        var backoff = Backoff(from: .milliseconds(100), to: .milliseconds(500))
        let waits = (0..<4).map { _ in backoff.next(random: 1) }
        #expect(waits == [100, 200, 400, 500].map { .milliseconds($0) })
        backoff.reset()
        #expect(backoff.next(random: 0.5) == .milliseconds(50))
    }

    @Test func wait_isAnywhereFromNothingToItsCeiling() {
        var backoff = Backoff(from: .seconds(1), to: .seconds(1))
        #expect(backoff.next(random: 0) == .zero)
        #expect(backoff.next(random: 2) == .seconds(1))
    }
}
