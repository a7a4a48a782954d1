import Changes

/// Whether Meta takes an account's access token. A pure decision.
///
/// A refusal is believed when a second request, which was made after the first was answered, is refused as well. While it stands one target alone asks,
/// a core one where there is one, and the others wait; the first answer ends it for all. A target whose refusal nobody else shares has one of its own:
/// it says nothing of the token.
struct Credential: Sendable {
    /// Whether a target may ask.
    enum Admission: Equatable {
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

    private enum State: Sendable {
        case trusted
        /// One request was refused.
        case doubted(Refusal)
        /// A request that was made after a refusal was refused as well.
        case refused(Refusal)
    }

    private struct Refusal: Sendable {
        var since: Moment
        /// When it is asked again.
        var until: Moment
        /// Who asks; `nil` where that one is no longer watched: whoever comes first, then.
        var sentinel: PollTarget?
        /// Whether the sentinel's request was made after the last refusal.
        var isAsking = false
        /// Those whom the token was refused before it was believed.
        var suspects: Set<PollTarget>
    }

    private var state = State.trusted
    private var alone: Set<PollTarget> = []
    /// Which token of the account's it is: an answer to an earlier one says nothing of this one.
    private(set) var generation = 0

    /// While the token is refused it is looked this often whether there is another one; what waits long comes back to see whether somebody asks.
    static let check = Duration.seconds(10)
    private static let timeout = Duration.seconds(900)

    /// Whether the token is refused, and that is believed.
    var isRefused: Bool { if case .refused = state { true } else { false } }
    /// Who asks while the token is refused or in doubt.
    var sentinel: PollTarget? { refusal?.sentinel }

    private var refusal: Refusal? {
        switch state {
        case .trusted: nil
        case .doubted(let refusal), .refused(let refusal): refusal
        }
    }

    private mutating func change(_ body: (inout Refusal) -> Void) {
        switch state {
        case .trusted: break
        case .doubted(var refusal):
            body(&refusal)
            state = .doubted(refusal)
        case .refused(var refusal):
            body(&refusal)
            state = .refused(refusal)
        }
    }

    /// A target is about to ask.
    mutating func admit(_ target: PollTarget, now: Moment) -> Admission {
        change { $0.sentinel = $0.sentinel ?? target }
        let admission = admission(of: target, now: now)
        if admission == .open { change { $0.isAsking = true } }
        return admission
    }

    /// Whether a target may ask.
    func admission(of target: PollTarget, now: Moment) -> Admission {
        guard let refusal else { return .open }
        guard refusal.sentinel == target else { return .closed(until: now + Self.timeout) }
        return now >= refusal.until ? .open : .closed(until: min(refusal.until, now + Self.check))
    }

    /// The token was refused.
    /// - Parameters:
    ///   - confirmer: who is to ask from now on, if that is another.
    ///   - wait: how long until it is asked again.
    mutating func refused(
        _ target: PollTarget, now: Moment, confirmer: PollTarget?, wait: (_ isFirst: Bool, _ lasting: Duration) -> Duration
    ) -> Verdict {
        guard !alone.contains(target) else { return .own }
        guard var refusal else {
            state = .doubted(Refusal(since: now, until: now + wait(true, .zero), sentinel: confirmer ?? target, suspects: [target]))
            return .doubted
        }
        let isNews = !isRefused
        if isNews { refusal.suspects.insert(target) }
        guard target == refusal.sentinel, refusal.isAsking else {
            change { $0 = refusal }
            return .known
        }
        refusal.isAsking = false
        refusal.until = now + wait(false, now - refusal.since)
        state = .refused(refusal)
        return isNews ? .refused : .known
    }

    /// A request came to nothing, for another reason than the token. If it was the sentinel's, that one may ask again at once.
    mutating func failed(_ target: PollTarget, now: Moment) {
        guard refusal?.sentinel == target else { return }
        change {
            $0.until = now
            $0.isAsking = false
        }
    }

    /// Meta took the token; whether that ends a refusal or a doubt. An answer that was under way when the refusal came says nothing of it.
    /// - Parameter isSuccess: whether the target got what it asked for.
    mutating func accepted(_ target: PollTarget, isSuccess: Bool) -> Bool {
        if isSuccess { alone.remove(target) }
        guard let refusal, refusal.sentinel == target, refusal.isAsking else { return false }
        if !isRefused { alone.formUnion(refusal.suspects.subtracting([target])) }
        state = .trusted
        return true
    }

    /// There is another token, or the same one is to be tried again.
    mutating func renewed() {
        self = Credential(generation: generation + 1)
    }

    /// The token is asked for again now: nobody waits.
    mutating func hurry(now: Moment) { change { $0.until = now } }

    /// A target is no longer watched.
    mutating func forget(_ target: PollTarget) {
        alone.remove(target)
        if refusal?.sentinel == target { change { $0.sentinel = nil } }
    }

    /// One that is trusted.
    init() {}

    private init(generation: Int) { self.generation = generation }
}
