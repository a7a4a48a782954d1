// What is kept for the core kinds.

extension CallBudget {
    /// Whether so many calls more would leave the core its share at every moment of the coming hour: at each there are as many as have not been counted for
    /// an hour yet, and what the core makes until then.
    /// - Returns: when that may be so, if it is not.
    func leavesCore(after calls: Int, _ now: Moment) -> Moment? {
        let share = callsPerHour - othersPerHour
        guard share > 0 else { return nil }
        var counted = callsLastHour(now) + calls
        var lacking = 0.0
        for minute in minutes {
            let hours = Double((minute.end - now).milliseconds) / 3_600_000
            lacking = max(lacking, Double(counted) + Double(share) * min(hours, 1) - Double(callsPerHour))
            counted -= minute.calls
        }
        guard lacking > 0 else { return nil }
        // The core's share of the time until then grows less as it passes, and the oldest calls count no longer.
        let passes = now + .milliseconds(Int64(lacking / Double(share) * 3_600_000))
        return max(min(passes, minutes.first?.end ?? passes), now + .seconds(1))
    }
}
