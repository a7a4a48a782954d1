import Changes

/// Whether Meta takes an account's token. A pure decision.
///
/// A refusal is believed when a second request, which was made after the first was answered, is refused as well. While it stands one target alone asks,
/// a core one where there is one, and the others wait; the first answer ends it for all. A target whose refusal nobody else shares has one of its own:
/// it says nothing of the token.
struct TokenTrust: Sendable {
    /// What a target may do.
    enum Gate: Equatable {
        case open
        /// The token is refused, or in doubt: not before that moment.
        case closed(until: Moment)
    }

    /// What a refusal means.
    enum Verdict: Equatable {
        /// Nothing yet: it is asked again before anybody is told.
        case doubted
        /// The token is refused: this is news.
        case refused
        /// The token is refused still, or this answer was under way when it came to be.
        case known
        /// It is this target's alone.
        case own
    }

    private struct Refusal: Sendable {
        var count = 1
        var since: Moment
        var until: Moment
        var sentinel: PollTarget
        /// Whether the sentinel's request was made after the last refusal.
        var isAsking = false
        /// Those whom the token was refused before it was believed.
        var suspects: Set<PollTarget>
    }

    private var refusal: Refusal?
    private var alone: Set<PollTarget> = []

    /// The target's file is looked at this often while the token is refused, and what waits long comes back to see whether somebody asks.
    static let check = Duration.seconds(10)
    private static let patience = Duration.seconds(900)

    /// Whether the token is refused, and that is believed.
    var isRefused: Bool { (refusal?.count ?? 0) > 1 }
    /// Who asks while the token is refused or in doubt.
    var sentinel: PollTarget? { refusal?.sentinel }

    /// Whether a target may ask.
    /// - Parameter isWatched: whether the sentinel is still there.
    mutating func gate(_ target: PollTarget, now: Moment, isWatched: (PollTarget) -> Bool) -> Gate {
        guard var open = refusal else { return .open }
        if open.sentinel != target, !isWatched(open.sentinel) { open.sentinel = target }
        defer { refusal = open }
        guard open.sentinel == target else { return .closed(until: now + Self.patience) }
        guard now >= open.until else { return .closed(until: min(open.until, now + Self.check)) }
        open.isAsking = true
        return .open
    }

    /// The token was refused.
    /// - Parameters:
    ///   - core: who is to ask from now on, if that is another.
    ///   - wait: how long until it is asked again.
    mutating func refused(
        _ target: PollTarget, now: Moment, core: PollTarget?, wait: (_ isFirst: Bool, _ lasting: Duration) -> Duration
    ) -> Verdict {
        guard !alone.contains(target) else { return .own }
        guard var open = refusal else {
            refusal = Refusal(since: now, until: now + wait(true, .zero), sentinel: core ?? target, suspects: [target])
            return .doubted
        }
        defer { refusal = open }
        if open.count == 1 { open.suspects.insert(target) }
        guard target == open.sentinel, open.isAsking else { return .known }
        open.isAsking = false
        open.count += 1
        open.until = now + wait(false, now - open.since)
        return open.count == 2 ? .refused : .known
    }

    /// The sentinel's request came to nothing else: it is made again then.
    mutating func failed(_ target: PollTarget, until: Moment) {
        guard refusal?.sentinel == target else { return }
        refusal?.until = until
        refusal?.isAsking = false
    }

    /// Meta took the token; whether that ends a refusal or a doubt. An answer that was under way when the refusal came says nothing of it.
    /// - Parameter isSuccess: whether the target got what it asked for.
    mutating func accepted(_ target: PollTarget, isSuccess: Bool) -> Bool {
        if isSuccess { alone.remove(target) }
        guard let open = refusal, open.sentinel == target, open.isAsking else { return false }
        if open.count == 1 { alone.formUnion(open.suspects.subtracting([target])) }
        refusal = nil
        return true
    }

    /// The token is asked for again now: there is another one, or nobody waits.
    mutating func hurry(now: Moment) { refusal?.until = now }

    /// A target is no longer watched.
    mutating func forget(_ target: PollTarget) { alone.remove(target) }
}
