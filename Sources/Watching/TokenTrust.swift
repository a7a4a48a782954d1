import Changes

/// Whether Meta takes an account's token. A pure decision.
///
/// A refusal is believed when a second request, which was made after the first was answered, is refused as well. While it stands one unit alone asks,
/// a core one where there is one, and the others wait; the first answer ends it for all. A unit whose refusal nobody else shares has one of its own:
/// it says nothing of the token.
struct TokenTrust: Sendable {
    /// What a unit may do.
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
        /// It is this unit's alone.
        case own
    }

    private struct Refusal: Sendable {
        var count = 1
        var since: Moment
        var until: Moment
        var sentinel: Unit
        /// Whether the sentinel's request was made after the last refusal.
        var isAsking = false
        /// Those whom the token was refused before it was believed.
        var suspects: Set<Unit>
    }

    private var refusal: Refusal?
    private var alone: Set<Unit> = []

    /// The unit's file is looked at this often while the token is refused, and what waits long comes back to see whether somebody asks.
    static let check = Duration.seconds(10)
    private static let patience = Duration.seconds(900)

    /// Whether the token is refused, and that is believed.
    var isRefused: Bool { (refusal?.count ?? 0) > 1 }
    /// Who asks while the token is refused or in doubt.
    var sentinel: Unit? { refusal?.sentinel }

    /// Whether a unit may ask.
    /// - Parameter isWatched: whether the sentinel is still there.
    mutating func gate(_ unit: Unit, now: Moment, isWatched: (Unit) -> Bool) -> Gate {
        guard var open = refusal else { return .open }
        if open.sentinel != unit, !isWatched(open.sentinel) { open.sentinel = unit }
        defer { refusal = open }
        guard open.sentinel == unit else { return .closed(until: now + Self.patience) }
        guard now >= open.until else { return .closed(until: min(open.until, now + Self.check)) }
        open.isAsking = true
        return .open
    }

    /// The token was refused.
    /// - Parameters:
    ///   - core: who is to ask from now on, if that is another.
    ///   - wait: how long until it is asked again.
    mutating func refused(
        _ unit: Unit, now: Moment, core: Unit?, wait: (_ isFirst: Bool, _ lasting: Duration) -> Duration
    ) -> Verdict {
        guard !alone.contains(unit) else { return .own }
        guard var open = refusal else {
            refusal = Refusal(since: now, until: now + wait(true, .zero), sentinel: core ?? unit, suspects: [unit])
            return .doubted
        }
        defer { refusal = open }
        if open.count == 1 { open.suspects.insert(unit) }
        guard unit == open.sentinel, open.isAsking else { return .known }
        open.isAsking = false
        open.count += 1
        open.until = now + wait(false, now - open.since)
        return open.count == 2 ? .refused : .known
    }

    /// The sentinel's request came to nothing else: it is made again then.
    mutating func failed(_ unit: Unit, until: Moment) {
        guard refusal?.sentinel == unit else { return }
        refusal?.until = until
        refusal?.isAsking = false
    }

    /// Meta took the token; whether that ends a refusal or a doubt. An answer that was under way when the refusal came says nothing of it.
    /// - Parameter isSuccess: whether the unit got what it asked for.
    mutating func accepted(_ unit: Unit, isSuccess: Bool) -> Bool {
        if isSuccess { alone.remove(unit) }
        guard let open = refusal, open.sentinel == unit, open.isAsking else { return false }
        if open.count == 1 { alone.formUnion(open.suspects.subtracting([unit])) }
        refusal = nil
        return true
    }

    /// The token is asked for again now: there is another one, or nobody waits.
    mutating func hurry(now: Moment) { refusal?.until = now }

    /// A unit is no longer watched.
    mutating func forget(_ unit: Unit) { alone.remove(unit) }
}
