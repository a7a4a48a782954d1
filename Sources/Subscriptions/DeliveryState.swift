import Continuations
import Ledger
import Varlink
import WabaWatchInterface

/// Who reads, from which place on, and who waits.
struct DeliveryState {
    /// A subscriber. An object, for each of many is polled for every commit.
    final class Place {
        /// Everything up to here that is wanted has been given.
        var position: Int64
        /// Its filter's number.
        let filter: Int
        /// How it is given something while it waits; `nil` where it has to be woken.
        let outlet: ReplyOutlet?
        var isBeatDue = false
        fileprivate var activity = Activity.works
        /// Its task, while that waits for a commit.
        fileprivate var task: OneShot<Void>?
        /// Its task, while that waits for the ledger being read.
        var behind: OneShot<Void>?
        /// Whether its task has to be woken when it has been given what it is given.
        fileprivate var isWakeDue = false

        init(position: Int64, filter: Int, outlet: ReplyOutlet?) {
            (self.position, self.filter, self.outlet) = (position, filter, outlet)
        }
    }

    /// What goes on for a subscriber.
    fileprivate enum Activity: Equatable {
        /// Its task is at work, or waits for something else than a commit.
        case works
        /// Its task waits for a commit.
        case waits
        /// A thread writes to its socket what follows that place. Its task sleeps until that is done.
        case isSending(after: Int64)
    }

    /// What readers that stood at one place are given.
    struct Batch: Sendable {
        let frames: Frames
        var readers: [(reader: Int, outlet: ReplyOutlet)]
    }

    /// What a thread has to do for readers that wait.
    struct Round: Sendable {
        /// To be written; `given` has to be told of it.
        var gifts: [Batch] = []
        /// On whose thread the readers that are left are to be given theirs.
        var rest: ReplyOutlet?
        var woken: [OneShot<Void>] = []
    }

    /// How much is given in one go.
    private struct SendQuota {
        /// One system call each.
        var readers: Int
        /// What is chosen, and perhaps encoded, for readers at one place with one filter.
        var selections: Int

        /// For the thread that commits, for which the next commit waits.
        static func afterCommit(of changes: Int) -> SendQuota {
            changes <= 8 ? SendQuota(readers: 128, selections: 8) : SendQuota(readers: 0, selections: 0)
        }
        static let everything = SendQuota(readers: .max, selections: .max)
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
    /// Whether a thread has been told to give those that are left what was committed, and has not yet begun.
    private var isRestTold = false

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
        guard count == 0 else { return }
        recent.forget()
        // Who was told may have ended with the last of them.
        isRestTold = false
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
    mutating func wait(_ reader: Int, _ task: OneShot<Void>) -> Bool {
        guard mustWait(reader), let place = readers[reader] else { return false }
        (place.activity, place.task) = (.waits, task)
        return true
    }

    /// The task of a reader that waits for a commit; it does no longer. One whose socket is being written to is woken later.
    func wake(_ reader: Int) -> OneShot<Void>? { readers[reader].flatMap(wake) }

    private func wake(_ place: Place) -> OneShot<Void>? {
        switch place.activity {
        case .works: return nil
        case .waits:
            defer { (place.activity, place.task) = (.works, nil) }
            return place.task
        case .isSending:
            place.isWakeDue = true
            return nil
        }
    }

    /// The task of a reader that waits for the ledger being read; it does no longer.
    mutating func wakeBehind(_ reader: Int) -> OneShot<Void>? {
        defer { readers[reader]?.behind = nil }
        return readers[reader]?.behind
    }
}

// MARK: Commits

extension DeliveryState {
    /// A commit has made that sequence the last. Few changes are given to some readers at once; the others get them on another thread.
    mutating func committed(_ changes: [RecordedChange], last: Int64) -> Round {
        recent.committed(count == 0 ? [] : changes, last: last)
        return give(.afterCommit(of: changes.count))
    }

    /// What those are given who are left.
    mutating func giveRest() -> Round {
        isRestTold = false
        return give(.everything)
    }

    /// What readers that wait are given of what was committed.
    private mutating func give(_ allowance: SendQuota) -> Round {
        var round = Round()
        var left = allowance
        // Most have waited at one place with one filter.
        var shared: (position: Int64, filter: Int, through: Int64)?
        for (reader, place) in readers.enumerated() {
            guard let place, place.activity == .waits, place.position < recent.last else { continue }
            guard let outlet = place.outlet else {
                if let task = wake(place) { round.woken.append(task) }
                continue
            }
            let before = place.position
            let isSelected = shared?.position == before && shared?.filter == place.filter
            guard left.readers > 0, isSelected || left.selections > 0 else {
                round.rest = tellRest(outlet)
                break
            }
            left.readers -= 1
            if !isSelected {
                left.selections -= 1
                guard let filter = filters[place.filter], case .replies(let frames, let through) = recent.next(after: before, filter) else {
                    if let task = wake(place) { round.woken.append(task) }
                    continue
                }
                shared = (before, place.filter, through)
                round.gifts.append(Batch(frames: frames, readers: []))
            }
            guard let shared else { continue }
            (place.position, place.activity) = (shared.through, .isSending(after: before))
            // What is more than this its own task asks for.
            place.isWakeDue = shared.through < recent.last
            round.gifts[round.gifts.count - 1].readers.append((reader, outlet))
        }
        return round
    }

    /// The gifts have been written, except to those that did not take theirs.
    mutating func given(_ gifts: [Batch], refusedBy refused: [Int]) -> Round {
        var round = Round()
        for reader in refused {
            guard let place = readers[reader], case .isSending(let before) = place.activity else { continue }
            (place.position, place.isWakeDue) = (before, true)
        }
        for gift in gifts {
            for (reader, outlet) in gift.readers {
                guard let place = readers[reader] else { continue }
                place.activity = .waits
                if place.isWakeDue || place.isBeatDue {
                    if let task = wake(place) { round.woken.append(task) }
                } else if place.position < recent.last {
                    // There was another commit meanwhile.
                    round.rest = round.rest ?? tellRest(outlet)
                }
            }
        }
        return round
    }

    /// Who is to be told to give those that are left theirs, if nobody has been.
    private mutating func tellRest(_ outlet: ReplyOutlet) -> ReplyOutlet? {
        defer { isRestTold = true }
        return isRestTold ? nil : outlet
    }
}
