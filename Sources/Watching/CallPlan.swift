public import WhatsAppBusiness

/// What watching an account costs: calls an hour for each kind, against the budget. A pure decision.
///
/// A plan that is over the budget stretches the intervals of all kinds but the core's, until it fits: evenly, or what hardly changes first
/// (`AdaptiveIntervals`).
public struct CallPlan: Sendable, Equatable {
    /// The kinds that go first and are never stretched.
    public static let core = Set(Kind.polled.filter(\.row.isCore))

    /// What one kind costs.
    public struct Part: Sendable, Equatable {
        /// The kind.
        public var kind: Kind
        /// How often it is polled, as configured.
        public var every: Duration
        /// How many things are polled one by one.
        public var targets: Int
        /// Requests that one poll of all of them takes.
        public var calls: Int
        /// The kind whose answers bring it, for so many of the things, and how often those are asked for.
        public var riding: Riding?
        var hostEvery: Duration?
        /// How many calls each request counts as, where it brings other kinds' things as well.
        public var callsPerRequest = 1

        /// A kind that is polled by itself.
        public init(kind: Kind, every: Duration, targets: Int, calls: Int) {
            self.kind = kind
            self.every = every
            self.targets = targets
            self.calls = calls
        }

        /// Whether it is polled number by number.
        public var isOfNumbers: Bool { AccountPlan.numberKinds.contains(kind) }

        /// Calls an hour, as configured. What another kind's answers bring is polled by itself only in between, where it is polled more often.
        public var callsPerHour: Double { (Double(calls) * Self.perHour(every) - savedPerHour) * Double(callsPerRequest) }

        /// Calls an hour that are not needed, because another kind's answers bring it.
        public var savedPerHour: Double {
            guard let riding, let hostEvery else { return 0 }
            return Double(min(riding.targets, calls)) * min(Self.perHour(every), Self.perHour(hostEvery))
        }

        private static func perHour(_ every: Duration) -> Double { 3_600_000_000_000 / Double(max(every.nanoseconds, 1)) }
    }

    /// What comes with another kind's answers.
    public struct Riding: Sendable, Equatable {
        /// The kind that is polled.
        public var host: Kind
        /// For how many things that are polled one by one it stands.
        public var targets: Int

        /// A ride.
        public init(host: Kind, targets: Int) {
            self.host = host
            self.targets = targets
        }
    }

    /// What each kind costs, in the order of kinds.
    public var parts: [Part]
    /// The most calls an hour.
    public var budget: Int

    /// A plan.
    public init(_ parts: [Part], budget: Int) {
        self.parts = parts
        self.budget = budget
    }

    /// A plan for an account with so many numbers.
    /// - Parameters:
    ///   - more: requests that polls of a kind take beyond one a target.
    ///   - riding: the kinds that come with others' answers.
    ///   - expansionCalls: how many calls an answer that brings others counts as, by the kind that is polled; one unless given.
    public init(
        intervals: [Kind: Duration], numbers: Int, more: [Kind: Int] = [:], budget: Int, riding: [Kind: Riding] = [:],
        expansionCalls: [Kind: Int] = [:]
    ) {
        let kinds = AccountPlan.accountKinds.map { ($0, 1) } + AccountPlan.numberKinds.map { ($0, numbers) }
        let parts = kinds.compactMap { kind, targets in
            intervals[kind].map { every in
                var part = Part(kind: kind, every: every, targets: targets, calls: targets + (more[kind] ?? 0))
                part.riding = riding[kind]
                part.hostEvery = riding[kind].flatMap { intervals[$0.host] }
                if riding.values.contains(where: { $0.host == kind }) { part.callsPerRequest = expansionCalls[kind] ?? 1 }
                return part
            }
        }
        self.init(parts.sorted { $0.kind < $1.kind }, budget: budget)
    }

    /// Calls an hour, as configured.
    public var callsPerHour: Double { parts.map(\.callsPerHour).reduce(0, +) }

    /// Calls an hour that are not needed, because other answers bring what they would be for.
    public var savedPerHour: Double { parts.map(\.savedPerHour).reduce(0, +) }

    /// Calls an hour that answers which bring others cost beyond one each.
    public func expansionPerHour(of host: Kind) -> Double {
        parts.filter { $0.kind == host }.map { $0.callsPerHour * Double($0.callsPerRequest - 1) / Double($0.callsPerRequest) }.reduce(0, +)
    }

    /// The kinds whose answers cost as many calls for what they bring as that saves, or more; and as how many calls one of these answers counts.
    public var costlyHosts: [Kind: Int] {
        let hosts = parts.filter { host in host.callsPerRequest > 1 && parts.contains { $0.riding?.host == host.kind } }
        let costly = hosts.filter { host in
            expansionPerHour(of: host.kind) >= parts.filter { $0.riding?.host == host.kind }.map(\.savedPerHour).reduce(0, +)
        }
        return Dictionary(uniqueKeysWithValues: costly.map { ($0.kind, $0.callsPerRequest) })
    }

    /// Calls an hour of the core kinds.
    public var corePerHour: Double { parts.filter { Self.core.contains($0.kind) }.map(\.callsPerHour).reduce(0, +) }

    /// How many times as long the intervals of the other kinds are made; one where everything can be afforded.
    public var stretch: Double {
        max(1, (callsPerHour - corePerHour) / Self.left(of: budget, core: corePerHour))
    }

    /// Calls an hour that the core leaves of a budget to the other kinds; a tenth at least.
    static func left(of budget: Int, core: Double) -> Double {
        // A twentieth is left for tries after failures, and for the minutes that are counted whole.
        max(Double(budget) * 0.95 - core, Double(budget) * 0.1, 1)
    }

    /// What a kind's polls cost and are worth before anything is known of how often its things change: they are all alike, so that one stands for all.
    private func input(_ part: Part) -> AdaptiveIntervals.Input {
        let numbers = parts.filter(\.isOfNumbers).map(\.targets).max() ?? 1
        let kinds = [part.kind] + part.kind.riders
        let prior = ChangePrior.of(kinds.map { (kind: $0, things: $0.row.listsPhoneNumbers ? numbers : 1) })
        return AdaptiveIntervals.Input(
            every: Double(part.every.milliseconds) / 1000, shortest: Double(part.kind.row.shortestInterval.milliseconds) / 1000,
            calls: Double(part.calls), worth: prior.perHour * prior.weight * Double(part.targets), isCore: Self.core.contains(part.kind))
    }

    /// How often each kind is polled by adaptive intervals, and calls an hour, before anything is known of how often its things change.
    public func adaptiveAtFirst() -> (intervals: [Kind: Duration], callsPerHour: Double) {
        let parts = parts.filter { $0.calls > 0 }
        let found = AdaptiveIntervals(parts.map(input), budget: budget)
        let intervals = zip(parts, found.seconds).map { part, seconds in (part.kind, Duration.milliseconds(Int64(min(seconds, 1e9) * 1000)))
        }
        return (Dictionary(uniqueKeysWithValues: intervals), found.callsPerHour)
    }

    /// How often a kind is polled, as far as it can be afforded.
    public func interval(of kind: Kind, every: Duration) -> Duration {
        Self.core.contains(kind) || stretch <= 1 ? every : every * stretch
    }
}
