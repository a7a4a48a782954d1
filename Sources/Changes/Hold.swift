/// Whether a list that suddenly lacks much is believed (`polling.md`, "Too good to be true"). A pure decision.
///
/// A complete look that lacks all of several things, or half of many, is more often Meta's mistake than a person's doing: it removes nothing until it
/// has gone on for long, and for many looks in a row. Kept in memory alone: a restart begins it anew, so that nothing is believed sooner by one.
public struct Hold: Sendable, Equatable {
    /// What is held, and for how long.
    public struct Measure: Sendable, Equatable {
        /// Half of the things are missing, and there are at least so many.
        var many: Int
        /// So many such looks in a row are believed…
        var looks: Int
        /// …when the first of them was so long ago.
        var time: Duration

        /// Lists of few things that are looked at often.
        static let usual = Measure(many: 6, looks: 10, time: .seconds(3600))
        /// Lists of very many things that take long to sweep.
        static let long = Measure(many: 1000, looks: 3, time: .seconds(1800))
        /// All of so many things are missing.
        static let several = 2
    }

    /// What a look's misses count for.
    public enum Verdict: Sendable, Equatable {
        /// As much as ever.
        case usual
        /// Nothing.
        case held
        /// It has gone on for long enough: what was missed before as well is gone.
        case believed
    }

    private var begun: Duration?
    private var looks = 0
    /// How many things were missing when it began, and of how many.
    public private(set) var missing: (things: Int, of: Int)?

    /// Nothing is held.
    public init() {}

    /// Whether something is held.
    public var isActive: Bool { begun != nil }

    /// Takes a complete look.
    /// - Parameters:
    ///   - absent: how many of the things that it covers it lacks.
    ///   - known: how many it covers, those included.
    ///   - now: the monotonic clock.
    ///   - isGone: whether the account that the list belongs to is known to be gone.
    public mutating func on(absent: Int, of known: Int, now: Duration, measure: Measure, isGone: Bool = false) -> Verdict {
        let lacksAll = absent == known && known >= Measure.several
        let lacksHalf = known >= measure.many && absent * 2 >= known
        guard lacksAll || lacksHalf, !isGone else {
            let wasActive = isActive
            self = Hold()
            return isGone && wasActive ? .believed : .usual
        }
        let since = begun ?? now
        begun = since
        if missing == nil { missing = (absent, known) }
        looks += 1
        guard looks >= measure.looks, now - since >= measure.time else { return .held }
        self = Hold()
        return .believed
    }

    public static func == (left: Hold, right: Hold) -> Bool {
        left.begun == right.begun && left.looks == right.looks && left.missing?.things == right.missing?.things
            && left.missing?.of == right.missing?.of
    }
}
