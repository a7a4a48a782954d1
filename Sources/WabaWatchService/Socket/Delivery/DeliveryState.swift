import Ledger
import Varlink
import WabaWatchInterface

/// Who reads, from which place on, and who waits.
struct DeliveryState {
    /// A subscriber. An object, for each of many is looked at for every commit.
    final class Place {
        /// Everything up to here that is wanted has been given.
        var position: Int64
        /// Its filter's number.
        let filter: Int
        /// How it is given something while it waits; `nil` where it has to be woken.
        let outlet: ReplyOutlet?
        var isBeatDue = false
        /// Its task, while it waits: for a commit, or for the ledger being read.
        fileprivate(set) var waiting: CheckedContinuation<Void, Never>?
        var behind: CheckedContinuation<Void, Never>?

        init(position: Int64, filter: Int, outlet: ReplyOutlet?) {
            (self.position, self.filter, self.outlet) = (position, filter, outlet)
        }
    }

    /// Readers whose sockets one thread writes.
    private struct Desk {
        /// By which the thread is told.
        let outlet: ReplyOutlet
        /// How many of them wait for a commit.
        var waiting = 0
        /// Whether the thread has been told to give out what was committed, and has not yet begun.
        var isTold = false
    }

    /// What a reader is given where its socket is written.
    struct Gift {
        let reader: Int
        /// Where it stood without this.
        let before: Int64
        let frames: Frames
        let outlet: ReplyOutlet
    }

    /// What comes next for a reader.
    enum Step {
        case replies(Frames)
        case heartbeat(Int64)
        case absent(after: Int64, limit: Int)
        case end
    }

    var recent: RecentChanges
    var filters = ReaderFilters()
    /// A place that nobody has is taken by the next who comes.
    var readers: [Place?] = []
    var count = 0
    /// Whether the ledger is being read.
    var isReading = false
    private var desks: [ObjectIdentifier: Desk] = [:]
    /// How many wait for a commit that no thread gives them.
    private var waitingElsewhere = 0

    init(recent: RecentChanges) { self.recent = recent }

    mutating func enter(_ place: Place) -> Int {
        count += 1
        guard let free = readers.firstIndex(where: { $0 == nil }) else {
            readers.append(place)
            return readers.count - 1
        }
        readers[free] = place
        return free
    }

    mutating func leave(_ reader: Int) {
        guard let place = readers[reader] else { return }
        filters.leave(place.filter)
        readers[reader] = nil
        count -= 1
        if count == 0 { recent.forget() }
    }

    /// What comes next for a reader; its place is moved behind what it is given.
    mutating func step(_ reader: Int) -> Step {
        guard let place = readers[reader], let filter = filters[place.filter] else { return .end }
        if place.isBeatDue {
            place.isBeatDue = false
            return .heartbeat(place.position)
        }
        switch recent.next(after: place.position, filter) {
        case .end: return .end
        case .absent(let limit): return .absent(after: place.position, limit: limit)
        case .replies(let frames, let through):
            place.position = through
            return .replies(frames)
        }
    }

    /// Whether a reader has everything there is, and nothing else is due.
    func mustWait(_ reader: Int) -> Bool {
        guard let place = readers[reader] else { return false }
        return recent.last <= place.position && !place.isBeatDue
    }

    /// A reader's task waits for a commit from here on; `false` if there is something for it.
    mutating func wait(_ reader: Int, _ task: CheckedContinuation<Void, Never>) -> Bool {
        guard mustWait(reader), let place = readers[reader] else { return false }
        place.waiting = task
        count(1, waitingAs: place)
        return true
    }

    /// The task of a reader that waits for a commit; it does no longer.
    mutating func wake(_ reader: Int) -> CheckedContinuation<Void, Never>? {
        guard let place = readers[reader], let task = place.waiting else { return nil }
        place.waiting = nil
        count(-1, waitingAs: place)
        return task
    }

    private mutating func count(_ more: Int, waitingAs place: Place) {
        guard let outlet = place.outlet else { return waitingElsewhere += more }
        desks[outlet.thread, default: Desk(outlet: outlet)].waiting += more
    }

    /// The task of a reader that waits for the ledger being read; it does no longer.
    mutating func wakeBehind(_ reader: Int) -> CheckedContinuation<Void, Never>? {
        defer { readers[reader]?.behind = nil }
        return readers[reader]?.behind
    }
}

// MARK: Commits

extension DeliveryState {
    /// A commit has made that sequence the last. The threads that must be told to give it out, and the tasks that must be woken for it.
    mutating func committed(_ changes: [RecordedChange], last: Int64) -> (told: [ReplyOutlet], woken: [CheckedContinuation<Void, Never>]) {
        recent.committed(count == 0 ? [] : changes, last: last)
        var told: [ReplyOutlet] = []
        for (thread, desk) in desks where desk.waiting > 0 && !desk.isTold {
            desks[thread]?.isTold = true
            told.append(desk.outlet)
        }
        guard waitingElsewhere > 0 else { return (told, []) }
        return (told, readers.indices.compactMap { readers[$0]?.outlet == nil ? wake($0) : nil })
    }

    /// What the readers of a thread that wait are given of what was committed, and those to whom this is not all.
    mutating func give(on thread: ObjectIdentifier) -> (gifts: [Gift], behind: [Int]) {
        desks[thread]?.isTold = false
        var (gifts, behind): ([Gift], [Int]) = ([], [])
        // Most have waited at one place with one filter.
        var shared: (position: Int64, filter: Int, frames: Frames, through: Int64)?
        for (reader, place) in readers.enumerated() {
            guard let place, place.waiting != nil, place.position < recent.last, let outlet = place.outlet, outlet.thread == thread else {
                continue
            }
            let before = place.position
            if shared?.position != before || shared?.filter != place.filter {
                guard let filter = filters[place.filter], case .replies(let frames, let through) = recent.next(after: before, filter) else {
                    behind.append(reader)
                    continue
                }
                shared = (before, place.filter, frames, through)
            }
            guard let shared else { continue }
            place.position = shared.through
            if shared.through < recent.last { behind.append(reader) }
            if !shared.frames.isEmpty { gifts.append(Gift(reader: reader, before: before, frames: shared.frames, outlet: outlet)) }
        }
        return (gifts, behind)
    }
}
