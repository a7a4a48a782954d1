import Synchronization
import Watching

/// How many calls were refused because their callers may not act, and which of them are told: a hundred a minute, so that nobody fills the journal; the next
/// that is told says how many there were.
final class DenialTally: Sendable {
    private struct State: Sendable {
        var since: Moment?
        var told = 0
        var untold = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Moment

    /// So many are told in a minute.
    static let most = 100

    init(now: @escaping @Sendable () -> Moment) { self.now = now }

    /// Another one. How many are told of now, this one included; `nil` for none.
    func note() -> Int? {
        let now = now()
        return state.withLock { state in
            if state.since.map({ now - $0 >= .seconds(60) }) ?? true {
                state.since = now
                state.told = 0
            }
            state.untold += 1
            guard state.told < Self.most else { return nil }
            state.told += 1
            defer { state.untold = 0 }
            return state.untold
        }
    }
}
