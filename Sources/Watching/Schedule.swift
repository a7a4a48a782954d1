public import Changes
import HeapModule
import WhatsAppBusiness

/// When to look at what: one heap of due times. A pure decision: events go in; what is due, and when something will be, comes out.
///
/// A unit is in one of four places: in the heap, waiting for its time; in the queue, due and waiting for a place; in its lane, waiting for its
/// account's budget; or being looked at.
public struct Schedule: Sendable {
    /// What happens to a schedule.
    public enum Event: Sendable {
        /// A unit is to be watched at that interval from that moment on, or its interval changed. The splay is the largest deviation from the interval,
        /// as a part of it.
        case watch(Unit, every: Duration, splay: Double, first: Moment)
        /// A unit is no longer watched.
        case forget(Unit)
        /// A look has ended; the next is due one interval later, give or take the splay. The interval is the unit's own unless another is given.
        case looked(Unit, every: Duration? = nil)
        /// A look has ended; the next is due at that moment.
        case again(Unit, at: Moment)
        /// A look has ended because there was no request to be had before that moment. The unit stays where it was in the queue; it and the others of
        /// its lane are looked at one after the other from then on.
        case postpone(Unit, until: Moment)
        /// A unit is to be looked at as soon as there is a place, ahead of all others if somebody waits for it. One that is being looked at is looked
        /// at once more.
        case hasten(Unit, ahead: Bool)
        /// A unit that waits is to be looked at by that moment.
        case expedite(Unit, by: Moment)
        /// An account's budget has grown: what waits for it need not wait as long as was said.
        case regain(String)
        /// What is still to be waited for becomes so many times as long.
        case scale(Unit, by: Double)
    }

    /// What falls due within this time after the first is taken together with it.
    public var window: Duration
    /// How many looks may go on at a time.
    public var places: Int

    /// There are very many: a duration is twice as large as its nanoseconds, and what is small stands last.
    private struct Plan: Sendable {
        private var nanoseconds: Int64
        var splay: Double
        var state: State
        /// Whether it is to be looked at once more after the look that is going on, and whether ahead of all others.
        var again: Bool?
        var turn: UInt32 = 0
        enum State: Sendable { case waiting(until: Moment), queued(since: Moment), looking(since: Moment) }

        init(every: Duration, splay: Double, state: State) {
            nanoseconds = every.nanoseconds
            self.splay = splay
            self.state = state
        }

        var every: Duration {
            get { .nanoseconds(nanoseconds) }
            set { nanoseconds = newValue.nanoseconds }
        }

        /// Since when it is to be looked at, if it is.
        var since: Moment? {
            switch state {
            case .queued(let since), .looking(let since): since
            case .waiting: nil
            }
        }
    }

    /// A unit's place in a heap: in the first by its time, in the others the core kinds before all others, and then those whose next turn is nearest.
    struct Entry: Comparable, Sendable {
        var due: Moment
        var unit: Unit
        var turn: UInt32
        var rank: Int8 = 0
        static func < (left: Entry, right: Entry) -> Bool { (left.rank, left.due) < (right.rank, right.due) }
        static func == (left: Entry, right: Entry) -> Bool { (left.rank, left.due) == (right.rank, right.due) }
    }

    private var plans: [Unit: Plan] = [:]
    private var heap = Heap<Entry>()
    private var queue = Heap<Entry>()
    private var lanes = Lanes()
    private var looking = 0

    /// An empty schedule.
    public init(window: Duration = .milliseconds(50), places: Int = 32) {
        self.window = window
        self.places = places
    }

    /// When a unit is due, or since when it is; `nil` while it is looked at or if it is not watched.
    public func due(_ unit: Unit) -> Moment? {
        switch plans[unit]?.state {
        case .waiting(let moment): moment
        case .queued(let since): max(since, lanes.heldUntil(Lane(unit)) ?? since)
        case .looking, nil: nil
        }
    }

    /// The interval of a unit.
    public func interval(of unit: Unit) -> Duration? { plans[unit]?.every }

    /// The units that are watched.
    public var units: some Collection<Unit> { plans.keys }

    /// The units of an account that were to be looked at this long ago and wait for the budget, by how long, the longest first.
    public func waiting(_ account: String, now: Moment) -> [(unit: Unit, for: Duration)] {
        lanes.entries(of: account).filter(isQueued).compactMap { entry in
            plans[entry.unit]?.since.map { (unit: entry.unit, for: now - $0) }
        }
        .sorted { $0.for > $1.for }
    }

    /// When to come back and ask what is due; `nil` if nothing is waited for.
    public var wake: Moment? {
        if looking < places, !queue.isEmpty { return Moment(nanoseconds: 0) }
        return [heap.min.map { $0.due + window }, lanes.release].compactMap(\.self).min()
    }

    /// Takes what is due into its look: core kinds first, then the others by how late they are, as long as there are places.
    public mutating func takeDue(now: Moment) -> [Unit] {
        queueDue(now)
        for lane in lanes.released(now) { advance(lane) }
        var taken: [Unit] = []
        while looking < places, let entry = queue.popMin() {
            guard isQueued(entry), let since = plans[entry.unit]?.since else { continue }
            if entry.rank >= 0, lanes.keeps(entry) { continue }
            plans[entry.unit]?.state = .looking(since: since)
            looking += 1
            taken.append(entry.unit)
        }
        // In the beginning everything was due at once: so much room is not needed again.
        if queue.isEmpty { queue = Heap() }
        return taken
    }

    /// Takes an event.
    public mutating func on(_ event: Event, now: Moment) {
        switch event {
        case .watch(let unit, let every, let splay, let first): watch(unit, every: every, splay: splay, first: first)
        case .forget(let unit): forget(unit)
        case .looked(let unit, let every):
            finish(unit, now) { plan in now + (every ?? plan.every) * (1 + plan.splay * Self.deviation(of: unit, turn: UInt64(plan.turn))) }
        case .again(let unit, let moment): finish(unit, now) { _ in moment }
        case .postpone(let unit, let until): postpone(unit, until: until)
        case .hasten(let unit, let ahead): hasten(unit, ahead: ahead, now)
        case .expedite(let unit, let moment):
            guard let plan = plans[unit], case .waiting(let due) = plan.state, due > moment else { return }
            move(unit, to: moment)
        case .regain(let account): lanes.release(account, now: now)
        case .scale(let unit, let factor):
            guard let plan = plans[unit], case .waiting(let due) = plan.state, due > now else { return }
            move(unit, to: now + (due - now) * factor)
        }
    }

    private mutating func postpone(_ unit: Unit, until: Moment) {
        guard let plan = plans[unit], case .looking(let since) = plan.state else { return }
        looking -= 1
        plans[unit]?.turn &+= 1
        plans[unit]?.again = nil
        plans[unit]?.state = .queued(since: since)
        lanes.hold(entry(unit, since), until: until)
    }

    private mutating func hasten(_ unit: Unit, ahead: Bool, _ now: Moment) {
        switch plans[unit]?.state {
        case .looking:
            let before = plans[unit]?.again ?? false
            plans[unit]?.again = ahead || before
        case .waiting(let due), .queued(let due):
            // The entry that it has already stands no longer.
            plans[unit]?.turn &+= 1
            plans[unit]?.state = .queued(since: min(due, now))
            var entry = entry(unit, min(due, now))
            if ahead { entry.rank = -1 }
            queue.insert(entry)
        case nil: break
        }
    }

    /// A unit's place in the queue: by when it is to be looked at once more, so that what is looked at seldom lets the others pass.
    private func entry(_ unit: Unit, _ since: Moment) -> Entry {
        Entry(
            due: since + (plans[unit]?.every ?? .zero), unit: unit, turn: plans[unit]?.turn ?? 0, rank: Lane(unit).isCore ? 0 : 1)
    }

    /// The next of a lane gets its place in the queue.
    private mutating func advance(_ lane: Lane) {
        while let entry = lanes.next(of: lane) {
            guard isQueued(entry) else { continue }
            return queue.insert(entry)
        }
    }

    private mutating func move(_ unit: Unit, to moment: Moment) {
        guard var plan = plans[unit] else { return }
        plan.turn &+= 1
        plan.state = .waiting(until: moment)
        plans[unit] = plan
        enter(unit, moment, turn: plan.turn)
    }

    private mutating func watch(_ unit: Unit, every: Duration, splay: Double, first: Moment) {
        guard var plan = plans[unit] else {
            plans[unit] = Plan(every: every, splay: splay, state: .waiting(until: first))
            enter(unit, first, turn: 0)
            return
        }
        plan.every = every
        plan.splay = splay
        plans[unit] = plan
        if case .waiting = plan.state { move(unit, to: first) }
    }

    private mutating func forget(_ unit: Unit) {
        guard let plan = plans.removeValue(forKey: unit) else { return }
        if case .looking = plan.state { looking -= 1 }
        if lanes.leave(unit) { advance(Lane(unit)) }
    }

    private mutating func finish(_ unit: Unit, _ now: Moment, due: (Plan) -> Moment) {
        // A unit that was forgotten during its look, and perhaps watched anew since, takes nothing from that look's end.
        guard var plan = plans[unit], case .looking = plan.state else { return }
        looking -= 1
        plan.turn &+= 1
        move(unit, to: due(plan))
        if lanes.leave(unit) { advance(Lane(unit)) }
        if let ahead = plan.again {
            plans[unit]?.again = nil
            hasten(unit, ahead: ahead, now)
        }
    }

    private mutating func enter(_ unit: Unit, _ due: Moment, turn: UInt32) { heap.insert(Entry(due: due, unit: unit, turn: turn)) }

    /// Whether a heap's entry still stands: a unit that was forgotten or set anew leaves its old ones behind.
    private func stands(_ entry: Entry) -> Bool {
        guard let plan = plans[entry.unit], plan.turn == entry.turn, case .waiting(let due) = plan.state else { return false }
        return due == entry.due
    }

    /// Whether an entry of the queue or of a lane still stands.
    private func isQueued(_ entry: Entry) -> Bool {
        guard let plan = plans[entry.unit], plan.turn == entry.turn, case .queued = plan.state else { return false }
        return true
    }

    private mutating func queueDue(_ now: Moment) {
        while let first = heap.min, !stands(first) || first.due <= now {
            heap.removeMin()
            guard stands(first) else { continue }
            plans[first.unit]?.state = .queued(since: first.due)
            queue.insert(entry(first.unit, first.due))
        }
    }

    /// A deviation in -1…1 that follows from the unit's name and turn alone (FNV-1a), so that a thousand units drift apart, the same way each time.
    static func deviation(of unit: Unit, turn: UInt64) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(unit)#\(turn)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash ^= hash >> 32
        return Double(hash % 2001) / 1000 - 1
    }
}
