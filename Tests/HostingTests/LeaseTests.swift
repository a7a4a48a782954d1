import Hosting
import Testing

/// A lease in the moments that matter.
@Suite struct LeaseTests {
    private static func seconds(_ seconds: Double) -> Duration { .seconds(seconds) }
    private static let own = LeaseRecord(host: "a", run: "a.1", epoch: nil)

    /// A lease that was taken at 0 with epoch 7, and its account taken over.
    private static func held() -> LeaseState {
        var lease = LeaseState(host: "a", run: "a.1")
        #expect(lease.on(.wanted(true), now: seconds(0)) == [.write(own, over: nil)])
        #expect(lease.on(.written(revision: 7), now: seconds(1)) == [.takeOver(epoch: 7)])
        // It counts from when it was sent.
        #expect(lease.on(.tookOver(epoch: 7), now: seconds(2)) == [.hold(epoch: 7, until: seconds(10))])
        return lease
    }

    @Test func lease_isRenewedEvery5Seconds_andHeldFor10FromWhenThatWasSent() {
        var lease = Self.held()
        #expect(lease.on(.tick, now: Self.seconds(4)).isEmpty)
        #expect(lease.on(.tick, now: Self.seconds(5)) == [.write(LeaseRecord(host: "a", run: "a.1", epoch: 7), over: 7)])
        #expect(lease.on(.written(revision: 9), now: Self.seconds(8)) == [.hold(epoch: 7, until: Self.seconds(15))])
        #expect(lease.isHeld(at: Self.seconds(14.9)) && !lease.isHeld(at: Self.seconds(15)))
    }

    @Test func account_isStopped_whenNoRenewalIsConfirmed_andTakenOverAnewWhereTheLeaseIsStillThere() {
        var lease = Self.held()
        _ = lease.on(.tick, now: Self.seconds(5))
        #expect(lease.on(.unanswered, now: Self.seconds(7)).isEmpty)
        _ = lease.on(.tick, now: Self.seconds(8))
        #expect(lease.on(.tick, now: Self.seconds(10)) == [.stop])
        #expect(lease.on(.stopped, now: Self.seconds(11)).isEmpty)
        // A confirmation that says nothing of the time after it was sent, and one that does.
        #expect(
            lease.on(.written(revision: 9), now: Self.seconds(13)) == [
                .takeOver(epoch: 7),
                .write(
                    LeaseRecord(host: "a", run: "a.1", epoch: 7), over: 9),
            ])
        #expect(lease.on(.written(revision: 10), now: Self.seconds(14)).isEmpty)
        #expect(lease.on(.tookOver(epoch: 7), now: Self.seconds(15)) == [.hold(epoch: 7, until: Self.seconds(23))])
    }

    @Test func confirmation_thatComesAMinuteLate_holdsNothing() {
        var lease = LeaseState(host: "a", run: "a.1")
        _ = lease.on(.wanted(true), now: Self.seconds(0))
        #expect(lease.on(.written(revision: 7), now: Self.seconds(60)).first == .takeOver(epoch: 7))
        #expect(lease.on(.tookOver(epoch: 7), now: Self.seconds(61)).isEmpty && !lease.isHeld(at: Self.seconds(61)))
    }

    @Test func anothersLease_isWaitedFor_andTriedForWhenItsTimeIsOver() {
        var lease = LeaseState(host: "a", run: "a.1")
        _ = lease.on(.seen(LeaseRecord(host: "b", run: "b.1", epoch: 3), revision: 5), now: Self.seconds(0))
        #expect(lease.on(.wanted(true), now: Self.seconds(14)).isEmpty)
        #expect(lease.on(.tick, now: Self.seconds(15)) == [.write(Self.own, over: nil)])
        #expect(lease.on(.conflicted, now: Self.seconds(15)) == [.read])
        #expect(lease.on(.read(LeaseRecord(host: "b", run: "b.1", epoch: 3), revision: 6), now: Self.seconds(15)).isEmpty)
        #expect(lease.on(.tick, now: Self.seconds(16)) == [.write(Self.own, over: nil)])
    }

    @Test func lease_isLetGoOf_whenNothingAsksAnyMore_andIsFreeAtOnce() {
        var lease = Self.held()
        #expect(lease.on(.wanted(false), now: Self.seconds(3)) == [.stop])
        let free = LeaseRecord(host: nil, run: "a.1", epoch: 7)
        #expect(lease.on(.stopped, now: Self.seconds(4)) == [.write(free, over: 7)])
        #expect(lease.on(.written(revision: 8), now: Self.seconds(4)).isEmpty && lease.epoch == nil)
        var other = LeaseState(host: "b", run: "b.1")
        _ = other.on(.wanted(false), now: Self.seconds(0))
        _ = other.on(.seen(free, revision: 8), now: Self.seconds(4))
        #expect(other.on(.wanted(true), now: Self.seconds(4)) == [.write(LeaseRecord(host: "b", run: "b.1", epoch: nil), over: 8)])
    }
}
