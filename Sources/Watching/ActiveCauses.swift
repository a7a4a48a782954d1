import Changes

/// What actions may have changed, as long as it may be seen for the first time. A pure decision.
///
/// A cause is there before its action's first request is made, so that whichever poll sees the change knows whose it is. Afterwards it stays for a while, for
/// Meta may show a change later than it tells of it.
struct ActiveCauses: Sendable {
    private struct Entry: Sendable {
        var ticket: Int
        var cause: ActionCause
        /// `nil` while the action is under way.
        var until: Moment?
    }

    private var entries: [Entry] = []
    private var last = 0

    /// An action begins that may change this.
    mutating func begin(_ causes: [ActionCause]) -> Int {
        last += 1
        entries += causes.map { Entry(ticket: last, cause: $0) }
        return last
    }

    /// The action has ended; what it changed may be seen until then.
    mutating func end(_ ticket: Int, until moment: Moment) {
        for index in entries.indices where entries[index].ticket == ticket { entries[index].until = moment }
    }

    /// The causes of what a target's poll may show, the oldest first.
    mutating func causes(of target: PollTarget, now: Moment) -> [ActionCause] {
        guard !entries.isEmpty else { return [] }
        entries.removeAll { entry in entry.until.map { $0 <= now } ?? false }
        return entries.filter { $0.cause.target == target }.map(\.cause)
    }
}
