import Changes

/// Which looks wait for a retry, and which of them a success of another's hastens. A pure decision; one for each account, and one for the network
/// that all accounts share.
///
/// What has begun to fail since the last success was struck by the same trouble, as far as anybody knows, and that is over with the first success.
/// What failed again after that has a trouble of its own and keeps its own pace, so that a unit that is refused for ever is not asked for at every
/// success of another; but when several have begun to fail together, or nothing has succeeded for a while, it may be over for all.
struct Outage: Sendable {
    /// Units that have begun to fail since the last success.
    private var fresh: Set<Unit> = []
    /// Units that failed on while others succeeded.
    private var stuck: Set<Unit> = []
    /// When the first of the fresh ones failed.
    private var since: Moment?

    /// Nothing has succeeded for as long as this: then it is no unit's own trouble.
    private static let long = Duration.seconds(30)

    /// Whether nothing waits.
    var isIdle: Bool { fresh.isEmpty && stuck.isEmpty }

    /// Whether a unit waits.
    func contains(_ unit: Unit) -> Bool { fresh.contains(unit) || stuck.contains(unit) }

    /// A look gave no usable answer.
    mutating func failed(_ unit: Unit, now: Moment) {
        guard !stuck.contains(unit) else { return }
        since = since ?? now
        fresh.insert(unit)
    }

    /// A look succeeded, or a unit is no longer watched; returns what is to be tried again now.
    mutating func succeeded(_ unit: Unit, now: Moment) -> Set<Unit> {
        stuck.remove(unit)
        guard !fresh.isEmpty else { return [] }
        let isWide = fresh.count > 1 || since.map { now - $0 >= Self.long } ?? false
        fresh.remove(unit)
        defer {
            stuck.formUnion(fresh)
            fresh = []
            since = nil
        }
        return isWide ? fresh.union(stuck) : fresh
    }

    /// A unit is no longer watched.
    mutating func forget(_ unit: Unit) {
        fresh.remove(unit)
        stuck.remove(unit)
        if fresh.isEmpty { since = nil }
    }
}
