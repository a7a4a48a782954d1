import GraphAPI
import WhatsAppBusiness

/// Which windows of time the polls one list cover, and which window each thing was last seen in. A pure decision.
///
/// The windows stand still: the first begins at `since`, and the newest holds the present and ends in the future. Every poll covers the newest;
/// the older ones follow in rotation, so that each is seen, and what it no longer shows is confirmed by the look after, within `fullSweep`.
struct WindowRotation: Sendable {
    /// What is known of the edge.
    enum Mode: Sendable, Equatable {
        /// It is not yet known whether it heeds time: by cursors until then.
        case undecided
        case cursor
        case time
    }

    /// What a poll covers.
    enum Coverage: Sendable, Equatable {
        /// Everything, by cursors.
        case whole
        /// These windows, the newest first.
        case windows([Int])
        /// Everything, by cursors, as far as the first page says it (`NewestFirst`).
        case firstPage
    }

    private(set) var mode: Mode
    /// Whether one probe has shown nothing.
    private var isLikely = false
    private let plan: ListPlan
    /// The window that each thing was last seen in.
    private var places: [String: Int] = [:]
    /// The turn at which each window was last seen.
    private var seen: [Int: Int] = [:]
    private var turn = 0
    /// Windows whose misses are to be confirmed by the next poll.
    private var doubted: Set<Int> = []
    /// With `auto`: what the last whole poll showed and no window did.
    private var orphans: Set<String> = []
    private var wholeAt: Moment?
    /// Whether the last whole poll missed any of those, which the next one is to confirm.
    private var isWholeDoubted = false

    init(_ plan: ListPlan) {
        self.plan = plan
        mode = plan.paging == .time ? .time : plan.paging == .cursor ? .cursor : .undecided
    }

    /// The window of the year 2008, before the platform existed: what heeds time shows nothing there.
    static let probe = TimeWindow(since: 1_199_145_600, until: 1_199_145_600 + TimeWindow.longest - 1)

    /// What the next poll covers.
    /// - Parameter isFirst: whether the list was never seen completely: then everything is polled, as the starting point.
    func coverage(wallClock: Timestamp, now: Moment, every: Duration, isFirst: Bool) -> Coverage {
        guard mode == .time else { return .whole }
        if plan.paging == .auto, !orphans.isEmpty, let wholeAt, isWholeDoubted || now - wholeAt >= plan.fullSweep { return .whole }
        let newest = newest(wallClock)
        guard newest > 0 else { return .windows([0]) }
        let old = Array((0..<newest).reversed())
        if isFirst { return .windows([newest] + old) }
        let doubted = doubted.filter { $0 < newest }
        // Those that were not seen for the longest time.
        let due = old.sorted { (seen[$0] ?? 0, $1) < (seen[$1] ?? 0, $0) }.prefix(perTurn(newest, every))
        return .windows(([newest] + due) + doubted.subtracting(due).sorted(by: >))
    }

    /// A window's bounds. Neighbours share two seconds at their edge, so that nothing is missed whether Meta counts the ends in or not; a thing that
    /// both show is one thing, by its key.
    func window(_ index: Int) -> TimeWindow? {
        let since = plan.since.milliseconds / 1000 + Int64(index) * length
        return TimeWindow(since: since - 1, until: since + length)
    }

    /// Which of the things that a poll did not show it would have shown, if they were still there.
    func shows(_ coverage: Coverage, wallClock: Timestamp) -> @Sendable (String) -> Bool {
        guard case .windows(let indices) = coverage else { return { _ in coverage == .whole } }
        let covered = Set(indices)
        // With time alone, what no window of a whole rotation has shown is gone. With `auto` a whole poll decides about it.
        let isRotated = plan.paging == .time && covered.union(seen.keys).isSuperset(of: 0...newest(wallClock))
        return { [places] id in places[id].map(covered.contains) ?? isRotated }
    }

    /// A poll was complete, and has been recorded.
    mutating func on(_ coverage: Coverage, keys: [(window: Int?, keys: IDSet)], missed: Set<String>, removed: Set<String>, now: Moment) {
        for id in removed {
            places[id] = nil
            orphans.remove(id)
        }
        switch coverage {
        // Where time is not heeded, everything is always polled.
        case .whole where mode == .cursor: break
        // It says nothing of what it does not show.
        case .firstPage: break
        case .whole:
            let open = missed.filter { places[$0] == nil }
            wholeAt = now
            orphans = Set(keys.flatMap(\.keys)).subtracting(places.keys).union(open)
            isWholeDoubted = !open.isEmpty
        case .windows(let indices):
            for part in keys.reversed() {
                for key in part.keys { places[key] = part.window }
                orphans.subtract(part.keys)
            }
            for id in missed where places[id] == nil { places[id] = indices.first }
            turn += 1
            for index in indices { seen[index] = turn }
            doubted.subtract(indices)
            doubted.formUnion(missed.compactMap { places[$0] }.filter(indices.contains))
        }
    }

    /// What the probe showed. A list may have become empty before it, so that only two that agree say that time is heeded.
    mutating func on(probe isEmpty: Bool) {
        guard isEmpty else { return mode = .cursor }
        if isLikely { mode = .time }
        isLikely = true
    }

    /// Whether a probe is due, after a poll that showed something.
    var isUndecided: Bool { mode == .undecided }

    /// From one window's beginning to the next one's: what is asked for is two seconds longer, and no longer than Meta answers.
    private var length: Int64 { max(1, min(plan.window.nanoseconds / 1_000_000_000, TimeWindow.longest) - 2) }

    private func newest(_ wallClock: Timestamp) -> Int {
        Int(clamping: min(10_000, max(0, (wallClock.milliseconds - plan.since.milliseconds) / 1000 / length)))
    }

    /// How many older windows a poll covers: with one turn left to confirm what is missed.
    private func perTurn(_ count: Int, _ every: Duration) -> Int {
        let turns = (plan.fullSweep.nanoseconds - every.nanoseconds * 5 / 4) * 4 / max(1, every.nanoseconds * 5)
        return turns < 1 ? count : (count + Int(turns) - 1) / Int(turns)
    }
}
