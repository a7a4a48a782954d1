/// Whether a list that suddenly lacks much is believed (README, "What it promises": too good to be true). A pure decision.
///
/// A complete poll that lacks all of several things, or half of many, is more often Meta's mistake than a person's doing: it removes nothing. Each of the
/// things is believed to be gone when it has been missing for long, and from many such polls in a row: what goes later than others waits for itself.
/// Kept in memory alone: a restart begins it anew, so that nothing is believed sooner by one.
public struct Hold: Sendable, Equatable {
    /// What is held, and for how long.
    public struct Measure: Sendable, Equatable {
        /// Half of the things are missing, and there are at least so many.
        var many: Int
        /// So many such polls in a row are believed…
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

    /// What a poll's misses count for.
    public enum Verdict: Sendable, Equatable {
        /// As much as ever.
        case usual
        /// Nothing.
        case held
        /// For these it has gone on for long enough; nothing for the others.
        case believed(Set<String>)
    }

    /// How long a thing has been missing.
    private struct Track: Sendable, Equatable {
        var since: Duration
        var looks = 0
    }

    private var tracks: [String: Track] = [:]
    /// How many things were missing when it began, and of how many.
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

    /// Takes a complete poll.
    /// - Parameters:
    ///   - absent: the things that it covers and lacks.
    ///   - known: how many it covers, those included.
    ///   - now: the monotonic clock.
    ///   - isGone: whether the account that the list belongs to is said to be gone; one whose list still shows something is not.
    public mutating func on(absent: Set<String>, of known: Int, now: Duration, measure: Measure, isGone: Bool = false) -> Verdict {
        let lacksAll = absent.count == known && known >= Measure.several
        let lacksHalf = known >= measure.many && absent.count * 2 >= known
        let isGone = isGone && lacksAll
        guard lacksAll || lacksHalf, !isGone else {
            let held = absent.intersection(tracks.keys)
            self = Hold()
            return isGone && !held.isEmpty ? .believed(held) : .usual
        }
        if missing == nil { missing = Missing(things: absent.count, of: known) }
        var believed: Set<String> = []
        var open: [String: Track] = [:]
        for id in absent {
            var track = tracks[id] ?? Track(since: now)
            track.looks += 1
            if track.looks >= measure.looks, now - track.since >= measure.time { believed.insert(id) } else { open[id] = track }
        }
        tracks = open
        if open.isEmpty { missing = nil }
        return believed.isEmpty ? .held : .believed(believed)
    }

    /// Takes a poll that says nothing of what it lacks. What it shows was not missing, and has to be missed anew.
    public mutating func on(shown: Set<String>) {
        for id in shown { tracks[id] = nil }
        if tracks.isEmpty { missing = nil }
    }
}
