package import Ledger
package import Watching
import Synchronization

/// The newest report, for callers who are told it in parts.
///
/// However many callers do not read what they asked for: one report is kept for all of them, and only while one of them is there. A caller keeps nothing
/// but its place, and goes on behind it in the newest.
package final class SharedReport: Sendable {
    private struct State {
        var callers = 0
        var newest: StatusReport?
    }

    private let watcher: any WatchReporting
    private let isWanted: (@Sendable (WatchReport) -> Bool)?
    private let state = Mutex(State())

    /// Reports of that watcher.
    /// - Parameter isWanted: whether a watch is to be told; all are if not said.
    package init(of watcher: any WatchReporting, where isWanted: (@Sendable (WatchReport) -> Bool)? = nil) {
        self.watcher = watcher
        self.isWanted = isWanted
    }

    /// Whether one is kept.
    var isKept: Bool { state.withLock { $0.newest != nil } }

    /// Takes a new report for a caller, which it is told from here on, and must `leave()`.
    package func enter() async {
        state.withLock { $0.callers += 1 }
        let whole = await StatusReport(of: watcher)
        let report = isWanted.map { whole.narrowed($0) } ?? whole
        // What was there before is let go outside of the lock.
        _ = state.withLock { state in
            defer { state.newest = report }
            return state.newest
        }
    }

    /// A caller has gone.
    package func leave() {
        _ = state.withLock { state -> StatusReport? in
            state.callers -= 1
            guard state.callers == 0 else { return nil }
            defer { state.newest = nil }
            return state.newest
        }
    }

    /// The part behind a place, for a caller who has entered.
    package func part(after place: StatusReport.Place, trouble: LedgerError?, atMost room: StatusReport.Room = StatusReport.Room())
        -> StatusReport.Part
    {
        guard let report = state.withLock(\.newest) else { preconditionFailure("a caller asks for a part and has not entered") }
        return report.part(after: place, trouble: trouble, atMost: room)
    }
}
