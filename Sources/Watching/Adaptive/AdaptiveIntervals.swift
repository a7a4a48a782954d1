/// How often each target of an account is polled, so that changes are known soonest for the calls that there are. A pure decision.
///
/// What is polled every T is known T/2 late in the mean. For a number of calls the sum over all changes is least where T grows with the square root of
/// calls / (rate × weight). Each interval has its bounds: the configured one at the most where the budget allows it, and an eighth of that at the least;
/// where the budget is short, the configured one at the least, and eight times that at the most, as long as that is enough.
public struct AdaptiveIntervals: Sendable {
    /// What is to be known of a target.
    public struct Input: Sendable {
        /// The configured interval, in seconds.
        public var every: Double
        /// The shortest that there may be, in seconds.
        public var shortest: Double
        /// Requests that a poll takes.
        public var calls: Double
        /// Changes an hour that its polls find, each with its weight; of all that they bring.
        public var worth: Double
        /// Whether its interval is never longer than configured.
        public var isCore: Bool
        /// The interval that is in force, in seconds.
        public var current: Double?

        /// A target.
        public init(every: Double, shortest: Double, calls: Double = 1, worth: Double, isCore: Bool = false, current: Double? = nil) {
            self.every = max(every, 0.001)
            self.shortest = shortest
            self.calls = max(calls, 1)
            self.worth = max(worth, 1e-9)
            self.isCore = isCore
            self.current = current
        }
    }

    /// So many times as often, and as seldom, as configured at the most.
    static let most = 8.0
    /// This much of the budget is spent on more than is configured. The rest is for what nobody plans: retries, longer lists, what people ask for.
    static let spent = 0.75
    /// An interval that is in force stays while it is longer than it needs to be by less than this; a new one is halfway there, so that small differences
    /// move nothing, and what is in force never costs more than there is.
    static let slack = 0.2

    /// The intervals in seconds, in the order of the inputs.
    public let seconds: [Double]
    /// Calls an hour as configured, and by these intervals.
    public let configuredPerHour: Double
    public let callsPerHour: Double

    /// The intervals for a budget of so many calls an hour.
    public init(_ inputs: [Input], budget: Int) {
        let planned = inputs.reduce(0) { $0 + $1.calls * 3600 / $1.every }
        let core = inputs.reduce(0) { $0 + ($1.isCore ? $1.calls * 3600 / $1.every : 0) }
        let left = CallPlan.left(of: budget, core: core)
        var seconds = inputs.map(\.every)
        if planned < Double(budget) * Self.spent {
            let bounds = inputs.map { (least: max(min($0.shortest, $0.every), $0.every / Self.most), most: $0.every) }
            seconds = Self.fill(inputs, bounds, calls: Double(budget) * Self.spent)
        } else if planned - core > left {
            let others = inputs.indices.filter { !inputs[$0].isCore }
            let bounds = others.map { (least: inputs[$0].every, most: inputs[$0].every * Self.most) }
            for (index, interval) in zip(others, Self.fill(others.map { inputs[$0] }, bounds, calls: left)) { seconds[index] = interval }
        }
        self.seconds = seconds
        configuredPerHour = planned
        callsPerHour = zip(inputs, seconds).reduce(0) { $0 + $1.0.calls * 3600 / $1.1 }
    }

    /// The intervals within their bounds that so many calls an hour pay for; beyond their bounds, evenly, where these are too much.
    private static func fill(_ inputs: [Input], _ bounds: [(least: Double, most: Double)], calls: Double) -> [Double] {
        let roots = inputs.map { ($0.calls / $0.worth).squareRoot() }
        func interval(_ index: Int, _ factor: Double) -> Double { min(max(factor * roots[index], bounds[index].least), bounds[index].most) }
        func spent(_ factor: Double) -> Double {
            var sum = 0.0
            for index in inputs.indices { sum += inputs[index].calls * 3600 / interval(index, factor) }
            return sum
        }
        // The greater the factor, the longer all intervals, up to where each is at a bound.
        var low = inputs.indices.lazy.map { bounds[$0].least / roots[$0] }.min() ?? 1
        var high = inputs.indices.lazy.map { bounds[$0].most / roots[$0] }.max() ?? 1
        guard spent(low) > calls else { return bounds.map(\.least) }
        let least = spent(high)
        guard least <= calls else { return bounds.map { $0.most * least / calls } }
        for _ in 0..<48 {
            let middle = (low * high).squareRoot()
            if spent(middle) > calls { low = middle } else { high = middle }
        }
        return inputs.indices.map { steadied(interval($0, high), bounds[$0], inputs[$0].current) }
    }

    /// An interval that is no shorter than this one, and the one in force where that is near enough.
    private static func steadied(_ interval: Double, _ bounds: (least: Double, most: Double), _ current: Double?) -> Double {
        guard bounds.least < interval, interval < bounds.most else { return interval }
        if let current, interval <= current, current <= min(interval * (1 + slack), bounds.most) { return current }
        return min(interval * (1 + slack / 2), bounds.most)
    }
}
