/// When an account's adaptive intervals are found anew: what they follow from changes slowly, and there may be very many. A pure decision.
public struct Pacing: Sendable {
    /// What they were found for.
    private struct Basis: Sendable {
        var at: Moment
        var budget: Int
        var configuredPerHour: Double
    }

    private var basis: Basis?
    /// Whether a poll has found a change since.
    private var isNews = false
    /// Calls of an hour that more is polled than is configured, because there is room.
    public private(set) var morePerHour = 0.0

    /// They are found anew no sooner than this after the last time.
    private static let least = Duration.seconds(30)
    /// So long after, where a poll has found a change since.
    private static let news = Duration.seconds(300)
    /// So long after in any case: what does not change is polled less often by and by.
    private static let longest = Duration.seconds(1800)

    /// Nothing was found yet.
    public init() {}

    /// A poll found a change.
    public mutating func changed() { isNews = true }

    /// Whether it is too early, whatever there is.
    public func rests(_ now: Moment) -> Bool { basis.map { now - $0.at < Self.least } ?? false }

    /// Whether they are to be found anew.
    public func isDue(_ now: Moment, _ plan: CallPlan) -> Bool {
        guard let basis else { return true }
        let age = now - basis.at
        guard age >= Self.least else { return false }
        if age >= Self.longest || (isNews && age >= Self.news) { return true }
        let (budget, before) = (Double(plan.budget), Double(basis.budget))
        return abs(budget - before) > before / 20 || abs(plan.callsPerHour - basis.configuredPerHour) > basis.configuredPerHour / 100
    }

    /// They were found anew.
    public mutating func found(_ intervals: AdaptiveIntervals, for plan: CallPlan, _ now: Moment) {
        basis = Basis(at: now, budget: plan.budget, configuredPerHour: plan.callsPerHour)
        isNews = false
        morePerHour = max(0, intervals.callsPerHour - intervals.configuredPerHour)
    }
}
