/// How many requests one account may make: calls of the rolling hour against a ceiling, and what Meta's usage headers say.
///
/// Counted by minutes, each for a whole hour after it has ended, so the count is never below the true one.
public struct Budget: Sendable {
    /// The ceiling that a fixed number of calls an hour sets, or the share of what Meta leaves.
    public enum Ceiling: Sendable, Equatable {
        /// A fixed number of calls an hour.
        case fixed(Int)
        /// A part of the hour's budget: of 200 calls, until a larger one has been seen.
        case share(Double)
    }

    /// What a request may do.
    public enum Verdict: Sendable, Equatable {
        case granted
        /// Not before that moment.
        case wait(until: Moment)
    }

    /// The ceiling.
    public var ceiling: Ceiling
    /// Percent of Meta's budget used, as the last answer said.
    public private(set) var usagePercent: Int?
    /// Until when Meta lets nothing through.
    public private(set) var blockedUntil: Moment?
    private var minutes: [(minute: Int64, calls: Int)] = []
    private var seen = 200.0

    private static let minute: Int64 = 60_000_000_000
    /// The percentage at which requests stop until the count falls.
    private static let stop = 95

    /// A budget that nothing was used of.
    public init(_ ceiling: Ceiling) { self.ceiling = ceiling }

    /// The most calls an hour.
    public var callsPerHour: Int {
        switch ceiling {
        case .fixed(let calls): calls
        case .share(let share): Int((seen * share).rounded(.down))
        }
    }

    /// The calls of the last hour.
    public func callsLastHour(_ now: Moment) -> Int { minutes.lazy.filter { Self.counts($0.minute, now) }.map(\.calls).reduce(0, +) }

    /// Takes one request out of the budget, or says when there is one to be had.
    public mutating func take(_ now: Moment) -> Verdict {
        minutes.removeAll { !Self.counts($0.minute, now) }
        if let blockedUntil, now < blockedUntil { return .wait(until: blockedUntil) }
        guard callsLastHour(now) < callsPerHour else {
            let oldest = minutes.first?.minute ?? now.nanoseconds / Self.minute
            return .wait(until: Moment(nanoseconds: (oldest + 61) * Self.minute))
        }
        if let usagePercent, usagePercent >= Self.stop {
            // Look again in five minutes, with one request: only an answer can say that the budget has grown back.
            self.usagePercent = Self.stop - 1
            return .wait(until: now + .seconds(300))
        }
        let minute = now.nanoseconds / Self.minute
        if let last = minutes.indices.last, minutes[last].minute == minute {
            minutes[last].calls += 1
        } else {
            minutes.append((minute, 1))
        }
        return .granted
    }

    /// Takes in what an answer's headers said: percent used, and how long Meta lets nothing through.
    public mutating func note(percent: Int?, regainAfter: Duration?, now: Moment) {
        if let percent {
            usagePercent = percent
            let calls = callsLastHour(now)
            // n calls of the last hour at p percent mean about 100·n/p (guarantee 9); few calls say little.
            if percent >= 5, calls >= 20 { seen = max(200, Double(100 * calls) / Double(percent)) }
        }
        if let regainAfter, regainAfter > .zero { blockedUntil = max(blockedUntil ?? now, now + regainAfter) }
    }

    private static func counts(_ minute: Int64, _ now: Moment) -> Bool { (minute + 61) * Self.minute > now.nanoseconds }
}
