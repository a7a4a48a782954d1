import Changes

/// Which polls wait for a retry, and which of them a success of another's hastens. A pure decision; one for each account, and one for the network
/// that all accounts share.
///
/// What has begun to fail since the last success was struck by the same trouble, as far as anybody knows, and that is over with the first success.
/// What failed again after that has a trouble of its own and keeps its own pace, so that a target that is refused for ever is not asked for at every
/// success of another; but when several have begun to fail together, or nothing has succeeded for a while, it may be over for all.
struct Outage: Sendable {
    /// Units that have begun to fail since the last success.
    private var fresh: Set<PollTarget> = []
    /// Units that failed on while others succeeded.
    private var stuck: Set<PollTarget> = []
    /// When the first of the fresh ones failed.
    private var since: Moment?

    /// Nothing has succeeded for as long as this: then it is no target's own trouble.
    private static let long = Duration.seconds(30)

    /// Whether nothing waits.
    var isIdle: Bool { fresh.isEmpty && stuck.isEmpty }

    /// Whether a target waits.
    func contains(_ target: PollTarget) -> Bool { fresh.contains(target) || stuck.contains(target) }

    /// A poll gave no usable answer.
    mutating func failed(_ target: PollTarget, now: Moment) {
        guard !stuck.contains(target) else { return }
        since = since ?? now
        fresh.insert(target)
    }

    /// A poll succeeded, or a target is no longer watched; returns what is to be tried again now.
    mutating func succeeded(_ target: PollTarget, now: Moment) -> Set<PollTarget> {
        stuck.remove(target)
        guard !fresh.isEmpty else { return [] }
        let isWide = fresh.count > 1 || since.map { now - $0 >= Self.long } ?? false
        fresh.remove(target)
        defer {
            stuck.formUnion(fresh)
            fresh = []
            since = nil
        }
        return isWide ? fresh.union(stuck) : fresh
    }

    /// A target is no longer watched.
    mutating func forget(_ target: PollTarget) {
        fresh.remove(target)
        stuck.remove(target)
        if fresh.isEmpty { since = nil }
    }
}
