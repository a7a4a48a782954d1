import Varlink
import WabaWatchInterface

/// Who reads, from which place on, and who waits.
struct DeliveryState: Sendable {
    /// A subscriber.
    struct Place: Sendable {
        /// Everything up to here that is wanted has been given.
        var position: Int64
        /// Its filter's number.
        let filter: Int
        /// How it is given something while it waits; `nil` where it has to be woken.
        let outlet: ReplyOutlet?
        var isBeatDue = false
        /// Its task, while it waits: for a commit, or for the ledger being read.
        var waiting: CheckedContinuation<Void, Never>?
        var behind: CheckedContinuation<Void, Never>?
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
    /// Threads that have been told to give out what was committed, and have not yet begun.
    var told: Set<ObjectIdentifier> = []

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
            readers[reader]?.isBeatDue = false
            return .heartbeat(place.position)
        }
        switch recent.next(after: place.position, filter) {
        case .end: return .end
        case .absent(let limit): return .absent(after: place.position, limit: limit)
        case .replies(let frames, let through):
            readers[reader]?.position = through
            return .replies(frames)
        }
    }

    /// Whether a reader has everything there is, and nothing else is due.
    func mustWait(_ reader: Int) -> Bool {
        guard let place = readers[reader] else { return false }
        return recent.last <= place.position && !place.isBeatDue
    }

    /// The task of a reader that waits for a commit; it does no longer.
    mutating func wake(_ reader: Int) -> CheckedContinuation<Void, Never>? {
        defer { readers[reader]?.waiting = nil }
        return readers[reader]?.waiting
    }

    /// The task of a reader that waits for the ledger being read; it does no longer.
    mutating func wakeBehind(_ reader: Int) -> CheckedContinuation<Void, Never>? {
        defer { readers[reader]?.behind = nil }
        return readers[reader]?.behind
    }
}
