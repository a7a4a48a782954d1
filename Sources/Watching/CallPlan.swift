public import WhatsAppBusiness

/// What watching an account costs: calls an hour for each kind, against the budget. A pure decision.
///
/// A plan that is over the budget stretches the intervals of all kinds but the core's evenly, until it fits (README, "Configure").
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

        /// Whether it is polled number by number.
        public var isOfNumbers: Bool { AccountPlan.numberKinds.contains(kind) }

        /// Requests an hour, as configured.
        public var callsPerHour: Double { Double(calls) * 3_600_000_000_000 / Double(max(every.nanoseconds, 1)) }
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
    /// - Parameter more: requests that polls of a kind take beyond one a target.
    public init(intervals: [Kind: Duration], numbers: Int, more: [Kind: Int] = [:], budget: Int) {
        let kinds = AccountPlan.accountKinds.map { ($0, 1) } + AccountPlan.numberKinds.map { ($0, numbers) }
        let parts = kinds.compactMap { kind, targets in
            intervals[kind].map { Part(kind: kind, every: $0, targets: targets, calls: targets + (more[kind] ?? 0)) }
        }
        self.init(parts.sorted { $0.kind < $1.kind }, budget: budget)
    }

    /// Calls an hour, as configured.
    public var callsPerHour: Double { parts.map(\.callsPerHour).reduce(0, +) }

    /// Calls an hour of the core kinds.
    public var corePerHour: Double { parts.filter { Self.core.contains($0.kind) }.map(\.callsPerHour).reduce(0, +) }

    /// How many times as long the intervals of the other kinds are made; one where everything can be afforded.
    public var stretch: Double {
        // A twentieth is left for tries after failures, and for the minutes that are counted whole.
        let left = max(Double(budget) * 0.95 - corePerHour, Double(budget) * 0.1, 1)
        return max(1, (callsPerHour - corePerHour) / left)
    }

    /// How often a kind is polled, as far as it can be afforded.
    public func interval(of kind: Kind, every: Duration) -> Duration {
        Self.core.contains(kind) || stretch <= 1 ? every : every * stretch
    }
}
