// What is kept for the core kinds.

extension CallBudget {
    /// The pace in calls an hour that the core keeps whatever was asked for: its share, at most a fifth of all.
    private var corePace: Int { min(core, callsPerHour / 5) }

    /// Whether so many calls more would leave the core its pace at every moment of the coming hour, until those that count now count no longer. Without it
    /// tries after failures use up what the core has, others the rest, and nothing is left for most of an hour.
    /// - Parameter isCore: whether the core itself makes them. The others leave a quarter more, so that the core does not find its calls gone, and have a tenth
    ///   in any case, so that nothing starves.
    /// - Returns: when that may be so, if it is not.
    func waitsForCore(_ calls: Int, core isCore: Bool, _ now: Moment) -> Moment? {
        let tenth = callsPerHour / 10
        var others = minutes.lazy.map(\.others).reduce(0, +) + (isCore ? 0 : calls)
        guard corePace > 0, isCore || others > tenth else { return nil }
        var counted = callsLastHour(now) + calls
        let pace = Double(corePace) * (isCore ? 1 : 1.25)
        var lacking = 0.0
        for minute in minutes {
            let hours = Double((minute.end - now).milliseconds) / 3_600_000
            let free = callsPerHour - counted - max(0, tenth - others)
            lacking = max(lacking, pace * min(hours, 1) - Double(free))
            counted -= minute.calls
            others -= minute.others
        }
        guard lacking > 0 else { return nil }
        // As time passes the core needs less until then, and the oldest calls count no longer.
        let passes = now + .milliseconds(Int64(lacking / pace * 3_600_000))
        return max(min(passes, minutes.first?.end ?? passes), now + .seconds(1))
    }
}
