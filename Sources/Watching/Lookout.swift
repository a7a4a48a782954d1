import Changes

/// The one of an account's refused targets that comes back sooner than the others, to see whether there is another credential. A pure decision.
///
/// Where there is none it does not ask Meta: the moment at which it does is kept.
struct Lookout: Sendable, Equatable {
    private enum State: Sendable, Equatable {
        case nobody
        case looking(PollTarget, asksAt: Moment)
    }

    private var state = State.nobody

    /// It comes back this often.
    static let every = Credential.check

    /// When a target asks Meta again, if it is the one that looks.
    func asksAt(_ target: PollTarget) -> Moment? {
        guard case .looking(target, let moment) = state else { return nil }
        return moment
    }

    /// A target was refused and is to ask again at that moment: when it comes back.
    /// - Parameter isPolled: whether a target is polled by itself: what comes with another's answer, or is polled no longer, cannot look.
    mutating func refused(_ target: PollTarget, asksAt next: Moment, now: Moment, isPolled: (PollTarget) -> Bool) -> Moment {
        guard next - now > Self.every, isPolled(target) else { return next }
        if case .looking(let other, _) = state, other != target, isPolled(other) { return next }
        state = .looking(target, asksAt: next)
        return now + Self.every
    }

    /// A target asks, was answered, or is hastened: if it looked, another may.
    mutating func ends(_ target: PollTarget) { if asksAt(target) != nil { state = .nobody } }
}
