public import Changes
public import WhatsAppBusiness

/// At what scope each trouble is told, so that one cause is told once: by the connection's watch, the account's, one that stands for a kind or a number, or
/// the target's own. A pure decision.
///
/// A trouble is told narrowly only when it is known that the wider thing works: since it began, something else of the account has succeeded. Until then it
/// waits, at most until its deadline; then it is told at the scope of what has failed. What a wider watch tells of is followed without a word, and what fails
/// on after that is over is told by itself when it has failed twice since.
public struct Troubles: Sendable {
    /// What is wrong, as a watch says it.
    public struct Trouble: Sendable, Equatable {
        /// A state that is trouble.
        public var state: WatchState
        /// The sentence.
        public var reason: String
    }

    /// Whose trouble a failure is.
    public enum Cause: Sendable, Equatable {
        /// The target's own: its watch tells of it.
        case own
        /// It is not known yet: nobody tells of it.
        case undecided
        /// The watch over another target tells of it, and so.
        case wider(Trouble, by: PollTarget)
    }

    /// What is to be done about watches that waited.
    enum Step: Sendable, Equatable {
        /// The trouble is the target's own: its watch tells of it, in these words.
        case tell(PollTarget, reason: String)
        /// The trouble is another watch's: these take it without a word.
        case join([PollTarget], Trouble, by: PollTarget)
    }

    /// What an account's targets come to.
    var accounts: [String: AccountTroubles] = [:]
    /// What is wrong with the way to Meta, if anything is.
    private(set) var connection: Trouble?
    /// When anything at all has worked last, and when an answer of any sort came last.
    private var (workedAt, answeredAt) = (0, 0)
    /// Events are counted, for several may come at one moment.
    private(set) var event = 0
    /// Accounts of which all that was asked since something succeeded cannot be reached.
    private var downAccounts: Set<String> = []
    /// When something that waits is decided in any case.
    private(set) var wake: Moment?

    /// Nothing is wrong, or the connection was when the last process ended.
    init(connection: Trouble? = nil) { self.connection = connection }

    /// Whether anything has worked since the process began.
    var hasWorked: Bool { workedAt > 0 }

    /// Whether anything of an account has.
    func hasWorked(_ account: String) -> Bool { accounts[account].map { $0.workedAt > 0 } ?? false }

    /// What is wrong with an account as a whole, if anything is.
    func whole(of account: String) -> Trouble? { accounts[account]?.whole ?? accounts[account]?.late }

    /// Whether nothing is wrong with an account.
    func isIdle(_ account: String) -> Bool { accounts[account]?.isIdle ?? true }

    /// Whether nobody tells of a target's trouble yet.
    func isWaiting(_ target: PollTarget) -> Bool {
        guard let failure = accounts[target.account]?.failing[target] else { return false }
        return failure.isBelieved && failure.role == .waits
    }

    /// Whether a target has failed since it last succeeded.
    func isFailing(_ target: PollTarget) -> Bool { accounts[target.account]?.failing[target] != nil }
}

// MARK: What happens

extension Troubles {
    /// A poll of a target failed: whose trouble that is, as far as it is known.
    /// - Parameters:
    ///   - isReached: whether an answer of any sort came.
    ///   - patience: how long it may wait to be told.
    mutating func failed(_ target: PollTarget, _ trouble: Trouble, isReached: Bool, now: Moment, patience: Duration) -> Cause {
        event += 1
        if isReached { heard(of: target.account, trouble.state) }
        let event = event
        change(target.account) { account in
            if trouble.state == .throttled { account.throttled(trouble, event) }
            account.failed(target, trouble, isReached: isReached, event, deadline: now + patience)
        }
        guard let cause = cause(of: target) else { return .undecided }
        // What is its own is decided when it is believed, one after the other, so that of several that fail at once one tells.
        if cause == .own, accounts[target.account]?.failing[target]?.role != .tells { return .undecided }
        change(target.account) { $0.failing[target]?.prospect = AccountTroubles.Role(cause) }
        return cause
    }

    /// A failure is believed: the watch is in trouble.
    /// - Parameter trouble: what the watch says of it, where it says so itself: another than the last failure's where that was the first of its kind.
    mutating func believed(_ target: PollTarget, _ trouble: Trouble? = nil) {
        guard let failure = accounts[target.account]?.failing[target], !failure.isDoubted else { return }
        change(target.account) { $0.believed(target, trouble ?? failure.trouble) }
        if isWaiting(target) { wake = min(wake ?? failure.deadline, failure.deadline) }
    }

    /// A poll of a target succeeded.
    mutating func succeeded(_ target: PollTarget, now: Moment, patience: Duration) {
        event += 1
        answeredAt = event
        connectionWorked()
        guard accounts[target.account]?.isIdle == false else {
            accounts[target.account, default: AccountTroubles()].workedAt = event
            return
        }
        let event = event
        change(target.account) { $0.succeeded(target, event, deadline: now + patience) }
    }

    /// A poll of a target succeeded, and cannot be recorded.
    mutating func succeededUnrecorded(_ target: PollTarget) {
        event += 1
        answeredAt = event
        connectionWorked()
        let event = event
        change(target.account) { $0.succeededUnrecorded(target, event) }
    }

    /// There is no request to be had for a target for longer than its interval.
    mutating func late(_ target: PollTarget, _ reason: String) -> Cause {
        let account = PollTarget(account: target.account, kind: .account)
        change(target.account) { $0.late(target, reason) }
        return whole(of: target.account).map { .wider($0, by: account) } ?? .own
    }

    /// The account's token is refused: whatever else is wrong with it cannot be known.
    mutating func tokenRefused(_ account: String) {
        event += 1
        connectionWorked()
        let event = event
        change(account) { $0.tokenRefused(event) }
    }

    /// An answer of any sort came for an account, be it a poll's or not.
    /// - Parameters:
    ///   - state: what it failed with, if it did.
    ///   - asked: `event` when its request was made; `nil` where that is not known.
    mutating func heard(of account: String, _ state: WatchState?, asked: Int? = nil) {
        event += 1
        answeredAt = event
        // A server that cannot answer is as good as none, unless there is nothing to compare it with.
        if state != .unreachable || accounts.keys.allSatisfy({ $0 == account }) { connectionWorked() }
        // What cannot be read may be of somebody in between.
        guard let asked, ![.unreachable, .invalidAnswer, .throttled].contains(state), accounts[account]?.isThrottled == true else { return }
        let event = event
        change(account) { $0.served(event, asked: asked) }
    }

    /// The account's token is taken again, or is another.
    mutating func tokenTaken(_ account: String) { if accounts[account]?.isRefused == true { change(account) { $0.isRefused = false } } }

    /// An account is watched from now on.
    mutating func watch(_ account: String) { if accounts[account] == nil { accounts[account] = AccountTroubles() } }

    /// An account is no longer watched.
    mutating func forget(account: String) {
        accounts[account] = nil
        downAccounts.remove(account)
    }

    /// A target is no longer watched.
    mutating func forget(_ target: PollTarget) {
        guard accounts[target.account]?.isIdle == false else { return }
        let event = event
        change(target.account) { $0.forget(target, event) }
    }

    private mutating func change(_ name: String, _ body: (inout AccountTroubles) -> Void) {
        body(&accounts[name, default: AccountTroubles()])
        if accounts[name]?.isDown == true { downAccounts.insert(name) } else { downAccounts.remove(name) }
    }

    /// Meta answers: if it could not be reached, it can be again, and what followed that has to fail anew.
    private mutating func connectionWorked() {
        workedAt = event
        guard connection != nil else { return }
        connection = nil
        for name in Array(accounts.keys) { accounts[name]?.release({ $0 == .connection }, event) }
    }
}

// MARK: What is decided

extension Troubles {
    /// Whose trouble a failure is, where that is known by now.
    private func cause(of target: PollTarget) -> Cause? {
        guard let account = accounts[target.account], let failure = account.failing[target] else { return nil }
        return cause(of: target, failure, account)
    }

    private func cause(of target: PollTarget, _ failure: AccountTroubles.Failure, _ account: AccountTroubles) -> Cause? {
        if let connection, failure.trouble.state == .unreachable { return .wider(connection, by: .connection) }
        if account.isRefused { return nil }
        if let whole = account.whole { return .wider(whole, by: PollTarget(account: target.account, kind: .account)) }
        return failure.told != nil || account.workedAt >= failure.since ? account.narrowCause(of: target, failure) : nil
    }

    /// Decides about what waits: of one account, or of all where something is due.
    /// - Parameter isShort: whether anything of the account waits for the budget.
    mutating func settle(_ account: String, now: Moment, isShort: () -> Bool = { false }) -> [Step] {
        if accounts[account]?.late != nil { change(account) { $0.settleLate(now: now, isShort: isShort) } }
        var steps = settleAccount(account, now: now)
        guard wake.map({ $0 <= now }) ?? false || steps.contains(where: { if case .join(_, _, .connection) = $0 { true } else { false } })
        else { return steps }
        for name in accounts.keys.sorted() where name != account { steps += settleAccount(name, now: now) }
        wake = accounts.values.compactMap(\.deadline).min()
        return steps
    }

    private mutating func settleAccount(_ name: String, now: Moment) -> [Step] {
        guard let waiting = accounts[name]?.waiting, !waiting.isEmpty else { return [] }
        var steps: [Step] = []
        var joining: [PollTarget: (trouble: Trouble, targets: [PollTarget])] = [:]
        // The widest scope first: what is told by it, no other tells.
        for target in waiting {
            guard let account = accounts[name], let failure = account.failing[target]?.asBelieved else { continue }
            if cause(of: target, failure, account) == nil, widen(failure, of: target, now: now) { break }
        }
        for target in waiting {
            guard let account = accounts[name], let failure = account.failing[target]?.asBelieved else { continue }
            var cause = cause(of: target, failure, account)
            if cause == nil, now >= failure.deadline, accounts[name]?.isRefused == false {
                cause = accounts[name]?.narrowCause(of: target, failure)
            }
            guard let cause else { continue }
            change(name) { $0.assign(AccountTroubles.Role(cause), to: target) }
            switch cause {
            case .undecided: break
            case .own: steps.append(.tell(target, reason: accounts[name]?.words(for: target, failure.trouble) ?? failure.trouble.reason))
            case .wider(let trouble, let other): joining[other, default: (trouble, [])].targets.append(target)
            }
        }
        for (other, join) in joining.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            steps.append(.join(join.targets, join.trouble, by: other))
        }
        return steps
    }

    /// Whether a failure of which nothing is known yet has turned out to be the connection's or the account's.
    private mutating func widen(_ failure: AccountTroubles.Failure, of target: PollTarget, now: Moment) -> Bool {
        guard let account = accounts[target.account] else { return false }
        let isOver = now >= failure.deadline
        if failure.trouble.state == .unreachable, workedAt < failure.since {
            let isUnanswered = !failure.isReached && answeredAt < failure.since
            let isEverybody =
                downAccounts.count == accounts.count && (accounts.count > 1 || isUnanswered && account.areCoresFailing(failure))
            if isEverybody || isOver && (isUnanswered && account.isWide(failure, of: target) || downAccounts.count > 1) {
                let reason = AccountTroubles.plain(failure.trouble).reason
                connection = Trouble(state: .unreachable, reason: "Meta cannot be reached: \(reason)")
                return true
            }
        }
        // That no other account is concerned is not known before something has worked: each fails at a time of its own.
        let mayBeAll = failure.trouble.state == .unreachable && accounts.count > 1 && workedAt < failure.since && !isOver
        guard !account.isRefused, !mayBeAll, account.areCoresFailing(failure) || isOver && account.isWide(failure, of: target)
        else { return false }
        change(target.account) { $0.whole = AccountTroubles.plain(failure.trouble) }
        return true
    }
}
