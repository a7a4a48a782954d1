import Changes
import HeapModule

/// A lane of one account: what waits for its budget together.
struct AccountLane: Hashable, Sendable {
    var account: String
    var lane: Lane

    init(_ target: PollTarget) {
        account = target.account
        lane = Lane(target)
    }

    init(account: String, lane: Lane) {
        self.account = account
        self.lane = lane
    }
}

/// The lanes whose budget was used up: their targets wait here, and when there is something to be had, they come one after the other, so that ten
/// thousand that wait do not all ask for one request. A lane that nobody waits in is none.
struct BudgetQueues: Sendable {
    private struct Line: Sendable {
        var until: Moment
        var waiting = Heap<Schedule.Entry>()
        /// Who has left for a poll; the next leaves when it is over.
        var ahead: PollTarget?
    }

    private struct Release: Comparable, Sendable {
        var at: Moment
        var lane: AccountLane
        static func < (left: Release, right: Release) -> Bool { left.at < right.at }
    }

    private var lines: [AccountLane: Line] = [:]
    private var releases = Heap<Release>()

    /// When the first lane goes on.
    var release: Moment? { releases.min?.at }

    /// Until when a lane's targets wait.
    func heldUntil(_ lane: AccountLane) -> Moment? { lines[lane]?.until }

    /// Who waits in an account's lanes.
    func entries(of account: String) -> [Schedule.Entry] {
        Lane.allCases.flatMap { lines[AccountLane(account: account, lane: $0)]?.waiting.unordered ?? [] }
    }

    /// A target waits, and its lane with it.
    mutating func hold(_ entry: Schedule.Entry, until: Moment) {
        let lane = AccountLane(entry.target)
        var line = lines[lane] ?? Line(until: until)
        line.until = until
        line.waiting.insert(entry)
        if line.ahead == entry.target { line.ahead = nil }
        lines[lane] = line
        releases.insert(Release(at: until, lane: lane))
    }

    /// Whether a target that is due has to wait in its lane; then it does.
    mutating func keeps(_ entry: Schedule.Entry) -> Bool {
        let lane = AccountLane(entry.target)
        guard let line = lines[lane], line.ahead != entry.target else { return false }
        lines[lane]?.waiting.insert(entry)
        return true
    }

    /// An account's budget has grown: its lanes go on now.
    mutating func release(_ account: String, now: Moment) {
        for lane in Lane.allCases {
            let lane = AccountLane(account: account, lane: lane)
            guard let until = lines[lane]?.until, until > now else { continue }
            lines[lane]?.until = now
            releases.insert(Release(at: now, lane: lane))
        }
    }

    /// The lanes that go on by now.
    mutating func released(_ now: Moment) -> [AccountLane] {
        var lanes: [AccountLane] = []
        while let first = releases.min, first.at <= now {
            releases.removeMin()
            guard let line = lines[first.lane], line.until <= now, line.ahead == nil, !lanes.contains(first.lane) else { continue }
            lanes.append(first.lane)
        }
        return lanes
    }

    /// Who comes next; a lane that nobody waits in is no more.
    mutating func next(of lane: AccountLane) -> Schedule.Entry? {
        guard let entry = lines[lane]?.waiting.popMin() else {
            lines[lane] = nil
            return nil
        }
        lines[lane]?.ahead = entry.target
        return entry
    }

    /// A poll is over that the budget had a request for, or a target is no longer watched; whether the next of its lane is to come.
    mutating func leave(_ target: PollTarget) -> Bool {
        let lane = AccountLane(target)
        guard lines[lane]?.ahead == target else { return false }
        lines[lane]?.ahead = nil
        return true
    }
}
