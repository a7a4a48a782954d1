/// Whether a list that suddenly lacks much is believed (Promises.md: too good to be true). A pure decision.
///
/// A complete poll that lacks all of several things, or half of many, is more often Meta's mistake than a person's doing: it removes nothing. Each of the
/// things is held until it is shown again or has been missing for long, from many polls in a row, whatever else those show: a list that comes back by halves
/// says no more of what it lacks than before. What goes later than others waits for itself.
/// Kept in memory alone: a restart begins it anew, so that nothing is believed sooner by one.
public struct Hold: Sendable, Equatable {
    /// What is held, and for how long.
    public struct Measure: Sendable, Equatable {
        /// Half of the things are missing, and there are at least so many.
        var many: Int
        /// So many polls in a row are believed…
        var looks: Int
        /// …when the first of them was so long ago.
        var time: Duration

        /// Lists of few things that are polled often.
        static let usual = Measure(many: 6, looks: 10, time: .seconds(3600))
        /// Lists of very many things that take long to sweep.
        static let long = Measure(many: 1000, looks: 3, time: .seconds(1800))
        /// All of so many things are missing.
        static let several = 2
    }

    /// What a poll's misses count for. Those of neither set count as much as ever.
    public struct Verdict: Sendable, Equatable {
        /// Things whose being missed counts for nothing.
        var held: Set<String> = []
        /// Things for which it has gone on for long enough.
        var believed: Set<String> = []
    }

    /// How long a thing has been missing.
    private struct Track: Sendable, Equatable {
        var since: Duration
        var looks = 0
    }

    private var tracks: [String: Track] = [:]
    /// How many things were missing when it began, and of how many; fewer where not so much is missing any more.
    public private(set) var missing: Missing?

    /// How much of a list is missing.
    public struct Missing: Sendable, Equatable {
        /// So many things
        public let things: Int
        /// of so many.
        public let of: Int
    }

    /// Nothing is held.
    public init() {}

    /// Whether something is held.
    public var isActive: Bool { !tracks.isEmpty }

    /// Whether a thing is held.
    public func holds(_ id: String) -> Bool { tracks[id] != nil }

    /// Takes a complete poll.
    /// - Parameters:
    ///   - absent: the things that it covers and lacks.
    ///   - known: how many it covers, those included.
    ///   - covers: whether it covers a thing: what a window of time leaves out stays as it was.
    ///   - now: the monotonic clock.
    ///   - isGone: whether the account that the list belongs to is said to be gone; one whose list still shows something is not.
    public mutating func on(
        absent: Set<String>, of known: Int, covers: (String) -> Bool = { _ in true }, now: Duration,
        measure: Measure, isGone: Bool = false
    ) -> Verdict {
        let lacksAll = absent.count == known && known >= Measure.several
        let lacksHalf = known >= measure.many && absent.count * 2 >= known
        let held = absent.filter { tracks[$0] != nil }
        guard !(isGone && lacksAll) else {
            self = Hold()
            return Verdict(believed: held)
        }
        let isShort = lacksAll || lacksHalf
        var verdict = Verdict()
        var open = tracks.filter { !covers($0.key) }
        for id in isShort ? absent : held {
            var track = tracks[id] ?? Track(since: now)
            track.looks += 1
            if track.looks >= measure.looks, now - track.since >= measure.time {
                verdict.believed.insert(id)
            } else {
                open[id] = track
                verdict.held.insert(id)
            }
        }
        tracks = open
        count(isShort ? absent.count : open.count, of: known, isShort: isShort)
        return verdict
    }

    /// Takes a poll that says nothing of what it lacks. What it shows was not missing, and has to be missed anew.
    public mutating func on(shown: Set<String>) {
        for id in shown { tracks[id] = nil }
        if tracks.isEmpty { missing = nil }
    }

    /// Keeps what is said of it: the number with which it began, until a poll that is not short shows that it is less.
    private mutating func count(_ things: Int, of known: Int, isShort: Bool) {
        guard isActive else { return missing = nil }
        if missing.map({ !isShort && things < $0.things }) ?? true { missing = Missing(things: things, of: known) }
    }
}
