import Glibc

/// How often a target changes, as far as its polls have shown: those that found a change, and the time that was watched. What is older counts for less, by
/// half in two weeks. A pure value, and a small one: there are very many.
public struct ChangeRate: Sendable, Equatable {
    /// What is this old counts half.
    public static let halfLife = Duration.seconds(14 * 86_400)

    /// Polls that found a change, however many each did, as they counted at `second`.
    private var found: Float = 0
    /// Hours that were watched, as they counted then.
    private var hours: Float = 0
    private var second: Int32

    /// Nothing is known before now.
    public init(since now: Moment) { second = Self.second(now) }

    /// What a history tells: each poll that found a change by its age, and how long ago watching began.
    init(now: Moment, ages: some Sequence<Duration>, watched: Duration) {
        self.init(since: now)
        for age in ages { found += Float(Self.decay(Self.hours(age))) }
        hours = Float(Self.exposure(Self.hours(watched)))
    }

    /// A poll found a change.
    public mutating func changed(_ now: Moment) {
        let (found, hours) = counts(now)
        self.found = Float(found + 1)
        self.hours = Float(hours)
        second = Self.second(now)
    }

    /// Changes an hour, in the mean: the middle of a gamma distribution that begins with what is supposed.
    public func perHour(_ prior: ChangePrior, now: Moment) -> Double {
        let (found, hours) = counts(now)
        return (ChangePrior.shape + found) / (ChangePrior.shape / prior.perHour + hours)
    }

    /// What was found and watched, as it counts now.
    private func counts(_ now: Moment) -> (found: Double, hours: Double) {
        let passed = Double(max(0, Int64(Self.second(now)) - Int64(second))) / 3600
        let decay = Self.decay(passed)
        return (Double(found) * decay, Double(hours) * decay + Self.exposure(passed))
    }

    /// What is left after so many hours.
    private static func decay(_ hours: Double) -> Double { exp2(-max(0, hours) / Self.hours(halfLife)) }

    /// What so many hours up to now count.
    private static func exposure(_ hours: Double) -> Double { Self.hours(halfLife) / log(2) * (1 - decay(hours)) }

    private static func hours(_ duration: Duration) -> Double { Double(duration.milliseconds) / 3_600_000 }

    private static func second(_ moment: Moment) -> Int32 { Int32(clamping: moment.nanoseconds / 1_000_000_000) }
}
