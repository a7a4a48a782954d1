public import Changes
import HeapModule
import WhatsAppBusiness

/// When to poll what: one heap of due times. A pure decision: events go in; what is due, and when something will be, comes out.
///
/// A target is in one of four places: in the heap, waiting for its time; in the queue, due and waiting for a place; in its lane, waiting for its
/// account's budget; or being polled.
public struct Schedule: Sendable {
    /// What happens to a schedule.
    public enum Event: Sendable {
        /// A target is to be watched at that interval from that moment on, or its interval changed. The splay is the largest deviation from the interval,
        /// as a part of it.
        case watch(PollTarget, every: Duration, splay: Double, first: Moment)
        /// A target is no longer watched.
        case forget(PollTarget)
        /// A poll has ended; the next is due one interval later, give or take the splay. The interval is the target's own unless another is given.
        case polled(PollTarget, every: Duration? = nil)
        /// Another poll's answer has brought what a target's own would. It is due one interval later, and somewhat more, so that what brings it has its
        /// next turn before. What is to be polled at once all the same is.
        case brought(PollTarget, every: Duration)
        /// A poll has ended; the next is due at that moment.
        case again(PollTarget, at: Moment)
        /// A poll has ended because there was no request to be had before that moment. The target stays where it was in the queue; it and the others of
        /// its lane are polled one after the other from then on.
        case postpone(PollTarget, until: Moment)
        /// A target is to be polled as soon as there is a place, ahead of all others if somebody waits for it. One that is being polled is polled
        /// at once more.
        case hasten(PollTarget, ahead: Bool)
        /// A target that waits is to be polled by that moment.
        case expedite(PollTarget, by: Moment)
        /// An account's budget has grown: what waits for it need not wait as long as was said.
        case regain(String)
        /// What is still to be waited for becomes so many times as long.
        case scale(PollTarget, by: Double)
        /// The interval of a target is another from now on. Where it waits for its turn, what is still to be waited for becomes longer or shorter as the
        /// interval does: those that were spread stay so.
        case pace(PollTarget, every: Duration, isTurn: Bool)
    }

    /// What falls due within this time after the first is taken together with it.
    public var window: Duration
    /// How many polls may go on at a time; those that begin together count as one.
    public var places: Int

    /// There are very many: a duration is twice as large as its nanoseconds, and what is small stands last.
    private struct Plan: Sendable {
        private var nanoseconds: Int64
        var splay: Double
        var state: State
        /// Whether it is to be polled once more after the poll that is going on, and whether ahead of all others.
        var again: Bool?
        /// Whether it is to be polled before its turn, for a reason of its own.
        var isHastened = false
        var turn: UInt32 = 0
        enum State: Sendable { case waiting(until: Moment), queued(since: Moment), polling(since: Moment) }

        init(every: Duration, splay: Double, state: State) {
            nanoseconds = every.nanoseconds
            self.splay = splay
            self.state = state
        }

        var every: Duration {
            get { .nanoseconds(nanoseconds) }
            set { nanoseconds = newValue.nanoseconds }
        }

        /// Since when it is to be polled, if it is.
        var since: Moment? {
            switch state {
            case .queued(let since), .polling(let since): since
            case .waiting: nil
            }
        }
    }

    /// A target's place in a heap: in the first by its time, in the others the core kinds before all others, and then those whose next turn is nearest.
    struct Entry: Comparable, Sendable {
        var due: Moment
        var target: PollTarget
        var turn: UInt32
        var rank: Int8 = 0
        static func < (left: Entry, right: Entry) -> Bool { (left.rank, left.due) < (right.rank, right.due) }
        static func == (left: Entry, right: Entry) -> Bool { (left.rank, left.due) == (right.rank, right.due) }
    }

    private var plans: [PollTarget: Plan] = [:]
    private var heap = Heap<Entry>()
    private var queue = Heap<Entry>()
    private var budgetQueues = BudgetQueues()
    private var polling = SharedPlaces()

    /// An empty schedule.
    public init(window: Duration = .milliseconds(50), places: Int = 32) {
        self.window = window
        self.places = places
    }

    /// When a target is due, or since when it is; `nil` while it is polled or if it is not watched.
    public func due(_ target: PollTarget) -> Moment? {
        switch plans[target]?.state {
        case .waiting(let moment): moment
        case .queued(let since): max(since, budgetQueues.heldUntil(AccountLane(target)) ?? since)
        case .polling, nil: nil
        }
    }

    /// The interval of a target.
    public func interval(of target: PollTarget) -> Duration? { plans[target]?.every }

    /// Whether a target is, or is being, polled before its turn for a reason of its own.
    public func isHastened(_ target: PollTarget) -> Bool { plans[target]?.isHastened ?? false }

    /// The targets that are watched.
    public var targets: some Collection<PollTarget> { plans.keys }

    /// The targets of an account that were to be polled this long ago and wait for the budget, by how long, the longest first.
    public func waiting(_ account: String, now: Moment) -> [(target: PollTarget, for: Duration)] {
        budgetQueues.entries(of: account).filter(isQueued).compactMap { entry in
            plans[entry.target]?.since.map { (target: entry.target, for: now - $0) }
        }
        .sorted { $0.for > $1.for }
    }

    /// When to come back and ask what is due; `nil` if nothing is waited for.
    public var wake: Moment? {
        if polling.taken < places, !queue.isEmpty { return Moment(nanoseconds: 0) }
        return [heap.min.map { $0.due + window }, budgetQueues.release].compactMap(\.self).min()
    }

    /// Takes what is due into its poll: core kinds first, then the others by how late they are, as long as there are places.
    public mutating func takeDue(now: Moment) -> [PollTarget] { takeTurns(now: now) { _ in false }.flatMap(\.self) }

    /// Takes what is due into its poll likewise, where some may be polled together: so many of an account have one place.
    /// - Parameter sharing: whether a target's poll may begin together with others of its account.
    /// - Returns: what is polled together, most of it alone.
    public mutating func takeTurns(now: Moment, sharing: (PollTarget) -> Bool) -> [[PollTarget]] {
        queueDue(now)
        for lane in budgetQueues.released(now) { advance(lane) }
        var turns: [[PollTarget]] = []
        var open: [String: Int] = [:]
        while let entry = queue.min {
            guard isQueued(entry), let since = plans[entry.target]?.since, entry.rank < 0 || !budgetQueues.keeps(entry) else {
                queue.removeMin()
                continue
            }
            let target = entry.target
            let isSharing = sharing(target)
            if isSharing, let turn = open[target.account], turns[turn].count < SharedPlaces.most {
                turns[turn].append(target)
            } else {
                guard polling.taken < places else { break }
                polling.take()
                if isSharing { open[target.account] = turns.count }
                turns.append([target])
            }
            queue.removeMin()
            plans[target]?.state = .polling(since: since)
        }
        for turn in turns { polling.share(turn) }
        // In the beginning everything was due at once: so much room is not needed again.
        if queue.isEmpty { queue = Heap() }
        return turns
    }

    /// Takes an event.
    public mutating func on(_ event: Event, now: Moment) {
        switch event {
        case .watch(let target, let every, let splay, let first): watch(target, every: every, splay: splay, first: first)
        case .forget(let target): forget(target)
        case .polled(let target, let every):
            finish(target, now) { plan in
                let splay = plan.splay == 0 ? 0 : plan.splay * Self.deviation(of: target, turn: UInt64(plan.turn))
                return now + (every ?? plan.every) * (1 + splay)
            }
        case .brought(let target, let every): brought(target, every, now)
        case .again(let target, let moment): finish(target, now) { _ in moment }
        case .postpone(let target, let until): postpone(target, until: until)
        case .hasten(let target, let ahead): hasten(target, ahead: ahead, now)
        case .expedite(let target, let moment):
            guard let plan = plans[target], case .waiting(let due) = plan.state, due > moment else { return }
            move(target, to: moment)
        case .regain(let account): budgetQueues.release(account, now: now)
        case .scale(let target, let factor):
            guard let plan = plans[target], case .waiting(let due) = plan.state, due > now else { return }
            move(target, to: now + (due - now) * factor)
        case .pace(let target, let every, let isTurn): pace(target, every: every, isTurn: isTurn, now)
        }
    }

    private mutating func pace(_ target: PollTarget, every: Duration, isTurn: Bool, _ now: Moment) {
        guard let plan = plans[target] else { return }
        plans[target]?.every = every
        guard isTurn, plan.every > .zero, case .waiting(let due) = plan.state, due > now else { return }
        move(target, to: now + (due - now) * (every / plan.every))
    }

    private mutating func postpone(_ target: PollTarget, until: Moment) {
        guard let plan = plans[target], case .polling(let since) = plan.state else { return }
        polling.leave(target)
        plans[target]?.turn &+= 1
        plans[target]?.again = nil
        plans[target]?.state = .queued(since: since)
        budgetQueues.hold(entry(target, since), until: until)
    }

    private mutating func hasten(_ target: PollTarget, ahead: Bool, _ now: Moment) {
        switch plans[target]?.state {
        case .polling:
            let before = plans[target]?.again ?? false
            plans[target]?.again = ahead || before
        case .waiting(let due), .queued(let due):
            // The entry that it has already stands no longer.
            plans[target]?.turn &+= 1
            plans[target]?.state = .queued(since: min(due, now))
            plans[target]?.isHastened = true
            var entry = entry(target, min(due, now))
            if ahead { entry.rank = -1 }
            queue.insert(entry)
        case nil: break
        }
    }

    /// A target's place in the queue: by when it is to be polled once more, so that what is polled seldom lets the others pass.
    private func entry(_ target: PollTarget, _ since: Moment) -> Entry {
        Entry(
            due: since + (plans[target]?.every ?? .zero), target: target, turn: plans[target]?.turn ?? 0,
            rank: Lane(target) == .core ? 0 : 1)
    }

    /// The next of a lane gets its place in the queue.
    private mutating func advance(_ lane: AccountLane) {
        while let entry = budgetQueues.next(of: lane) {
            guard isQueued(entry) else { continue }
            return queue.insert(entry)
        }
    }

    private mutating func move(_ target: PollTarget, to moment: Moment) {
        guard var plan = plans[target] else { return }
        plan.turn &+= 1
        plan.isHastened = false
        plan.state = .waiting(until: moment)
        plans[target] = plan
        enter(target, moment, turn: plan.turn)
    }

    private mutating func brought(_ target: PollTarget, _ every: Duration, _ now: Moment) {
        guard let plan = plans[target], !plan.isHastened else { return }
        if case .polling = plan.state { return }
        move(target, to: now + every * (1 + Self.slack + plan.splay * Self.deviation(of: target, turn: UInt64(plan.turn))))
        if budgetQueues.leave(target) { advance(AccountLane(target)) }
    }

    /// What another poll brings may come late by so much of the interval before it is polled by itself.
    static let slack = 0.1

    private mutating func watch(_ target: PollTarget, every: Duration, splay: Double, first: Moment) {
        guard var plan = plans[target] else {
            plans[target] = Plan(every: every, splay: splay, state: .waiting(until: first))
            enter(target, first, turn: 0)
            return
        }
        plan.every = every
        plan.splay = splay
        plans[target] = plan
        if case .waiting = plan.state { move(target, to: first) }
    }

    private mutating func forget(_ target: PollTarget) {
        guard let plan = plans.removeValue(forKey: target) else { return }
        if case .polling = plan.state { polling.leave(target) }
        if budgetQueues.leave(target) { advance(AccountLane(target)) }
    }

    private mutating func finish(_ target: PollTarget, _ now: Moment, due: (Plan) -> Moment) {
        // A target that was forgotten during its poll, and perhaps watched anew since, takes nothing from that poll's end.
        guard var plan = plans[target], case .polling = plan.state else { return }
        polling.leave(target)
        plan.turn &+= 1
        move(target, to: due(plan))
        if budgetQueues.leave(target) { advance(AccountLane(target)) }
        if let ahead = plan.again {
            plans[target]?.again = nil
            hasten(target, ahead: ahead, now)
        }
    }

    private mutating func enter(_ target: PollTarget, _ due: Moment, turn: UInt32) {
        heap.insert(Entry(due: due, target: target, turn: turn))
    }

    /// Whether a heap's entry still stands: a target that was forgotten or set anew leaves its old ones behind.
    private func stands(_ entry: Entry) -> Bool {
        guard let plan = plans[entry.target], plan.turn == entry.turn, case .waiting(let due) = plan.state else { return false }
        return due == entry.due
    }

    /// Whether an entry of the queue or of a lane still stands.
    private func isQueued(_ entry: Entry) -> Bool {
        guard let plan = plans[entry.target], plan.turn == entry.turn, case .queued = plan.state else { return false }
        return true
    }

    private mutating func queueDue(_ now: Moment) {
        while let first = heap.min, !stands(first) || first.due <= now {
            heap.removeMin()
            guard stands(first) else { continue }
            plans[first.target]?.state = .queued(since: first.due)
            queue.insert(entry(first.target, first.due))
        }
    }

    /// A deviation in -1…1 that follows from the target's name and turn alone (FNV-1a), so that a thousand targets drift apart, the same way each time.
    static func deviation(of target: PollTarget, turn: UInt64) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(target)#\(turn)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash ^= hash >> 32
        return Double(hash % 2001) / 1000 - 1
    }
}
