/// How many calls an answer with expansions counts as, by what Meta's usage header says before and after: whole percents of a budget that is not known for
/// certain. A pure estimate.
///
/// Each answer raises the percentage by its share, and what is older than an hour lowers it. The mean of many rises is exact where one is a whole number by
/// chance. An answer with expansions rises by more than one without, or it counts as one call. Only what is beyond the chance of the draw counts.
struct ExpansionCost: Sendable {
    /// Sums over rises.
    private struct Sums: Sendable {
        var count = 0.0
        var sum = 0.0
        var squares = 0.0

        mutating func add(_ value: Double) {
            if count >= 256 { (count, sum, squares) = (count / 2, sum / 2, squares / 2) }
            count += 1
            sum += value
            squares += value * value
        }

        var mean: Double { count > 0 ? sum / count : 0 }
        /// How far off the mean may be. A whole percent that comes or does not has a variance of its own, however few were seen.
        var error: Double { count > 0 ? max(squares / count - mean * mean, 0.05) / count : .infinity }
    }

    /// So many answers of a sort have to be known.
    private static let least = 6.0
    /// Two answers further apart say nothing: too much has left the hour between them.
    private static let gap = Duration.seconds(90)

    private static let hour = Duration.seconds(3600)

    /// When the first answer with expansions came, and the last.
    private var since: Moment?
    private var latest: Moment?
    private var plain = Sums()
    private var expanded = Sums()
    private var last: (percent: Double, at: Moment)?

    /// An answer said so many percent.
    /// - Parameter isExpanded: whether it was one with these expansions; `nil` for one with others.
    mutating func on(percent: Double, isExpanded: Bool?, now: Moment) {
        defer { last = (percent, now) }
        if isExpanded == true {
            // After a long rest it may be another one.
            if let latest, now - latest > Self.hour { (plain, expanded, since) = (Sums(), Sums(), now) }
            latest = now
            if since == nil { since = now }
        }
        // What is older than an hour leaves again, as much as comes: then a rise is no share.
        if let since, now - since > Self.hour { return }
        guard let last, now - last.at <= Self.gap else { return }
        let rise = percent - last.percent
        // A budget that became another one, or an hour that ended, is no answer's share.
        guard rise > -20 else { return }
        switch isExpanded {
        case true?: expanded.add(rise)
        case false?: plain.add(rise)
        case nil: break
        }
    }

    /// How many calls an answer with expansions counts as.
    /// - Parameter budget: the calls of an hour that make a hundred percent.
    func calls(of budget: Double) -> Int {
        guard expanded.count >= Self.least, budget >= 1 else { return 1 }
        // The budget may be larger than it is known to be, as long as more is used of it than is counted.
        var call = 100 / budget
        var error = expanded.error
        var usual = call
        if plain.count >= Self.least {
            let rise = plain.mean + plain.error.squareRoot()
            // Where what leaves the hour outweighs what comes, answers without say nothing of a call's share.
            if rise > 0 { call = min(call, rise) }
            error += plain.error
            usual = plain.mean
        }
        guard expanded.mean - usual > 2 * error.squareRoot() else { return 1 }
        return Int(min(max(expanded.mean / call, 1), 1000).rounded())
    }
}
