import Changes
import WhatsAppBusiness

/// What of one account has failed since it last succeeded, and who tells of it. Part of `Troubles`; a pure decision.
struct AccountTroubles: Sendable {
    /// Who tells of a failure.
    enum Role: Sendable, Equatable {
        /// Nobody yet.
        case waits
        /// Its own watch, also for others of its kind or number that fail as it does.
        case tells
        /// The watch over another target.
        case follows(PollTarget)

        /// What comes of a cause.
        init(_ cause: Troubles.Cause) {
            switch cause {
            case .own: self = .tells
            case .undecided: self = .waits
            case .wider(_, let target): self = .follows(target)
            }
        }
    }

    /// A target that fails.
    struct Failure: Sendable {
        var trouble: Troubles.Trouble
        /// Which event it began with.
        var since: Int
        /// When it is told in any case.
        var deadline: Moment
        /// Whether an answer of any sort came.
        var isReached: Bool
        /// How often it has failed since then.
        var count = 0
        /// Whether it followed a trouble that is over: what was under way then says nothing, so that it has to fail twice.
        var isReleased = false
        /// Whether it has succeeded since, which could not be recorded: its next failure is a new one.
        var hasWorked = false
        /// What its watch says, where that is in trouble: a failure in another way is not believed yet.
        var believed: Troubles.Trouble?
        var role = Role.waits
        /// Who is to tell of it once it is believed.
        var prospect = Role.waits
        /// What its own watch has told since it last succeeded, whatever wider trouble came in between.
        var told: Troubles.Trouble?

        /// Whether it may be what was under way when a wider trouble ended.
        var isDoubted: Bool { isReleased && count < 2 }

        /// Whether its watch is in trouble.
        var isBelieved: Bool { believed != nil }

        /// The same, by what its watch says.
        var asBelieved: Failure {
            var failure = self
            failure.trouble = believed ?? trouble
            return failure
        }
    }

    /// The failures by their targets.
    var failing: [PollTarget: Failure] = [:]
    /// What has succeeded since a target that tells of others began to fail.
    private var worked: [PollTarget: Set<PollTarget>] = [:]
    /// What there is no request to be had for.
    private var lateTargets: Set<PollTarget> = []
    /// Since when that is nothing.
    private var onTimeSince: Moment?
    /// The budget is used up.
    private(set) var late: Troubles.Trouble?
    /// Trouble with which nothing of the account succeeds.
    var whole: Troubles.Trouble? { didSet { if whole != nil { (late, lateTargets) = (nil, []) } } }
    /// The event with which something of it has succeeded last.
    var workedAt = 0
    /// The event with which Meta throttled it last.
    private var throttledAt = 0
    /// Whether its token is refused: its watch tells of that.
    var isRefused = false

    /// What is late soon after something was is the same trouble: where the budget is used up there is one request in five minutes. While something waits
    /// for the budget all the time, it is so for as long as calls count.
    private static let (lasting, lastingWhileShort) = (Duration.seconds(600), Duration.seconds(3600))

    /// Whether Meta throttles it.
    var isThrottled: Bool { whole?.state == .throttled }

    /// Whether nothing is wrong with it.
    var isIdle: Bool { failing.isEmpty && late == nil && whole == nil && !isRefused }

    /// The targets whose trouble nobody tells of yet, in their order.
    var waiting: [PollTarget] {
        failing.filter { $0.value.isBelieved && $0.value.role == .waits }.keys.sorted {
            ($0.kind, $0.phoneNumberID ?? "") < ($1.kind, $1.phoneNumberID ?? "")
        }
    }

    /// When something that waits is told in any case.
    var deadline: Moment? {
        isRefused ? nil : failing.values.lazy.filter { $0.isBelieved && $0.role == .waits }.map(\.deadline).min()
    }

    /// Whether Meta cannot be reached for it, as far as was asked since something succeeded: a core target, or several others.
    var isDown: Bool {
        let down = failing.lazy.filter { $0.value.trouble.state == .unreachable && $0.value.since > workedAt }
        return down.contains { CallPlan.core.contains($0.key.kind) } || down.prefix(2).count > 1
    }
}

// MARK: What happens

extension AccountTroubles {
    /// There is no request to be had for a target for longer than its interval.
    mutating func late(_ target: PollTarget, _ reason: String) {
        guard whole == nil else { return }
        late = late ?? Troubles.Trouble(state: .late, reason: reason)
        lateTargets.insert(target)
        onTimeSince = nil
    }

    /// - Parameter isShort: whether anything waits for the budget.
    mutating func settleLate(now: Moment, isShort: () -> Bool) {
        guard late != nil, lateTargets.isEmpty else { return }
        let since = onTimeSince ?? now
        onTimeSince = since
        if now - since >= Self.lastingWhileShort || now - since >= Self.lasting && !isShort() { late = nil }
    }

    mutating func failed(_ target: PollTarget, _ trouble: Troubles.Trouble, isReached: Bool, _ event: Int, deadline: Moment) {
        lateTargets.remove(target)
        var failure = failing[target] ?? Failure(trouble: trouble, since: event, deadline: deadline, isReached: isReached)
        // Whose trouble of another sort is has to be found out anew. What nobody tells of yet does not wait longer by that.
        if trouble.state != failure.trouble.state, failure.role != .waits { (failure.since, failure.deadline) = (event, deadline) }
        failure.trouble = trouble
        failure.isReached = isReached
        if failure.isReleased, failure.count == 0 { failure.deadline = deadline }
        if failure.hasWorked { (failure.since, failure.isReleased, failure.hasWorked) = (event, false, false) }
        failure.count += 1
        failure.prospect = .waits
        failing[target] = failure
    }

    mutating func believed(_ target: PollTarget, _ trouble: Troubles.Trouble) {
        guard var failure = failing[target] else { return }
        failure.trouble = trouble
        failure.believed = trouble
        failing[target] = failure
        assign(failure.prospect, to: target)
    }

    /// Says who tells of a failure from now on.
    mutating func assign(_ role: Role, to target: PollTarget) {
        guard var failure = failing[target] else { return }
        failure.role = role
        if role == .tells {
            if failure.told == nil { worked[target] = [] }
            failure.told = failure.asBelieved.trouble
        }
        if case .follows(let leader) = role, worked[leader] != nil {
            failure.told = nil
            worked[target] = nil
        }
        failing[target] = failure
    }

    /// Meta throttles it.
    mutating func throttled(_ trouble: Troubles.Trouble, _ event: Int) { (whole, throttledAt) = (trouble, event) }

    /// Meta answered otherwise than by a throttle, which is over if the request was made since: what was asked before says nothing of it.
    mutating func served(_ event: Int, asked: Int) {
        guard isThrottled, asked >= throttledAt else { return }
        whole = nil
        release({ $0.kind == .account && $0.phoneNumberID == nil }, event)
    }

    mutating func succeeded(_ target: PollTarget, _ event: Int, deadline: Moment) {
        workedAt = event
        isRefused = false
        for leader in worked.keys where leader.isLike(target) { worked[leader]?.insert(target) }
        forget(target, event)
        guard whole != nil, !isThrottled else { return }
        whole = nil
        release({ $0.kind == .account && $0.phoneNumberID == nil }, event)
    }

    /// A target's poll succeeded and cannot be recorded: its watch stays as it is, and its trouble has to fail anew.
    mutating func succeededUnrecorded(_ target: PollTarget, _ event: Int) {
        workedAt = event
        release(target, event)
        failing[target]?.hasWorked = true
        guard whole != nil, !isThrottled else { return }
        whole = nil
        release({ $0.kind == .account && $0.phoneNumberID == nil }, event)
    }

    /// Its token is refused: what else fails is to fail anew when another is there. What was told stays told.
    mutating func tokenRefused(_ event: Int) {
        (whole, late, lateTargets, isRefused) = (nil, nil, [], true)
        for target in Array(failing.keys) { release(target, event) }
    }

    /// A target does not fail any more, or is none.
    mutating func forget(_ target: PollTarget, _ event: Int) {
        lateTargets.remove(target)
        failing[target] = nil
        guard worked.removeValue(forKey: target) != nil else { return }
        release({ $0 == target }, event)
    }

    /// What these told of is over: what followed them has to fail anew.
    mutating func release(_ isOver: (PollTarget) -> Bool, _ event: Int) {
        for (target, failure) in failing {
            guard case .follows(let other) = failure.role, isOver(other) else { continue }
            release(target, event)
        }
    }

    private mutating func release(_ target: PollTarget, _ event: Int) {
        guard var failure = failing[target] else { return }
        (failure.since, failure.count, failure.isReleased, failure.believed, failure.role) = (event, 0, true, nil, .waits)
        failing[target] = failure
    }
}

// MARK: What is decided

extension AccountTroubles {
    /// Whose a failure is that is not the whole account's: its own, or that of another of its kind or number which fails as it does and has told so.
    func narrowCause(of target: PollTarget, _ failure: Failure) -> Troubles.Cause {
        if failure.told?.state == failure.trouble.state { return .own }
        let leaders = worked.filter { leader, worked in
            guard leader != target, leader.isLike(target), !worked.contains(target),
                failing[leader]?.told?.state == failure.trouble.state
            else { return false }
            // Where another of the kind works, it is not the kind.
            return leader.phoneNumberID == target.phoneNumberID || !worked.contains { $0.kind == target.kind }
        }.keys
        guard let leader = leaders.min(by: { "\($0)" < "\($1)" }), let trouble = failing[leader]?.told else { return .own }
        return .wider(trouble, by: leader)
    }

    /// The words in which a target's own trouble is told: they say so where others of its number or kind fail as it does.
    func words(for target: PollTarget, _ trouble: Troubles.Trouble) -> String {
        let alike = failing.filter { $0.key != target && $0.value.trouble.state == trouble.state && $0.value.role == .waits }.keys
        let reason = Self.plain(trouble).reason
        if let number = target.phoneNumberID, alike.contains(where: { $0.phoneNumberID == number }) {
            return Self.several(trouble.state).ofNumber + reason
        }
        if alike.contains(where: { $0.kind == target.kind }) { return Self.several(trouble.state).ofKind + reason }
        return trouble.reason
    }

    private static func several(_ state: WatchState) -> (ofNumber: String, ofKind: String) {
        let state = state.rawValue.replacing("_", with: " ")
        return ("several kinds of this number are \(state): ", "several numbers of this kind are \(state): ")
    }

    /// A trouble in words that say nothing of others: what a watch has told before may.
    static func plain(_ trouble: Troubles.Trouble) -> Troubles.Trouble {
        let (ofNumber, ofKind) = several(trouble.state)
        var trouble = trouble
        for words in [ofNumber, ofKind] where trouble.reason.hasPrefix(words) { trouble.reason.removeFirst(words.count) }
        return trouble
    }

    /// Whether the account itself and its list of numbers fail alike.
    func areCoresFailing(_ failure: Failure) -> Bool {
        let cores = failing.filter {
            CallPlan.core.contains($0.key.kind) && $0.value.trouble.state == failure.trouble.state && $0.value.count > 0
        }
        return cores.count >= CallPlan.core.count && workedAt < failure.since
    }

    /// Whether what fails as a target does is more than one of its kinds or one of its numbers.
    func isWide(_ failure: Failure, of target: PollTarget) -> Bool {
        let alike = failing.filter { $0.value.trouble.state == failure.trouble.state }.keys
        return !alike.allSatisfy { $0.kind == target.kind }
            && !(target.phoneNumberID != nil && alike.allSatisfy { $0.phoneNumberID == target.phoneNumberID })
    }
}

extension PollTarget {
    /// Whether it is of the same number or the same kind as another.
    fileprivate func isLike(_ other: PollTarget) -> Bool {
        kind == other.kind || (phoneNumberID != nil && phoneNumberID == other.phoneNumberID)
    }
}
