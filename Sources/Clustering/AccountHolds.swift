import Synchronization
package import Watching

/// Which shared accounts this host may ask about, and until when. Every request is checked here at the moment of its sending.
package final class AccountHolds: Sendable {
    private struct Hold {
        var epoch: Int64
        var until: Moment
    }

    private let holds = Mutex<[String: Hold]>([:])
    private let now: @Sendable () -> Moment

    /// - Parameter now: the machine's monotonic clock.
    package init(now: @escaping @Sendable () -> Moment) { self.now = now }

    /// Whether an account may be asked about now.
    package func isHeld(_ account: String) -> Bool { holds.withLock { $0[account].map { now() < $0.until } ?? false } }

    /// Holds an account until then.
    /// - Returns: the later epoch under which it is held already, if that is so: then nothing is changed.
    package func hold(_ account: String, epoch: Int64, until: Moment) -> Int64? {
        holds.withLock { holds in
            if let held = holds[account], held.epoch > epoch { return held.epoch }
            holds[account] = Hold(epoch: epoch, until: until)
            return nil
        }
    }

    /// Holds an account no longer. Its epoch is kept in mind: an older one never holds it again.
    package func release(_ account: String) { holds.withLock { $0[account]?.until = Moment(nanoseconds: .min) } }

    /// The accounts that were held and are not any more, each once.
    package func takeExpired() -> [String] {
        holds.withLock { holds in
            let expired = holds.filter { $0.value.until <= now() && $0.value.until > Moment(nanoseconds: .min) }.keys.sorted()
            for account in expired { holds[account]?.until = Moment(nanoseconds: .min) }
            return expired
        }
    }
}
