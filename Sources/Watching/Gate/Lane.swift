import Changes

/// A share of an account's budget: what is polled first, and never less often than configured; and everything else.
enum Lane: Sendable, Hashable, CaseIterable {
    case core
    case others

    /// The lane of a target's own polls.
    init(_ target: PollTarget) { self = CallPlan.core.contains(target.kind) ? .core : .others }
}
