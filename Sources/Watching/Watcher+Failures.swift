import Changes
import GraphAPI
import Ledger
import Logging
import WhatsAppBusiness

// What failures do: to the watch, to those that follow it, and to the schedule.

extension Watcher {
    /// Whether a poll is over before it has begun: the account's token is refused, or the target came back only to see whether there is another.
    /// - Parameter isAsked: whether somebody waits for the poll.
    func notAdmitted(_ target: PollTarget, isAsked: Bool) async -> PollOutcome? {
        guard let account = accounts[target.account], let polled = watched[target] else { return PollOutcome(result: .notWatched) }
        let now = world.now()
        let asksAt = account.lookout.asksAt(target)
        let entrance = await account.gate.enter(
            target, isRefused: polled.state.refusedSince != nil, isEarly: asksAt.map { now < $0 && !isAsked } ?? false)
        if asksAt != nil, case .open = entrance { account.lookout.ends(target) }
        switch entrance {
        case .open: return nil
        case .renewed(let standing):
            if accounts[target.account] === account, account.stands(standing) { stretch(target.account) }
            hastenRetries(of: target.account, butFor: target)
            return nil
        case .early: return PollOutcome(result: .refused, next: min(asksAt ?? now, now + Lookout.every))
        case .closed(let until, let isRefused):
            if isRefused { await followToken([target]) }
            // Whoever is to ask may have been unscheduled since it was named: then another does.
            if await replaceSentinel(account) { return PollOutcome(result: .refused, next: world.now() + Credential.check) }
            return PollOutcome(result: .refused, next: until)
        }
    }

    /// Has another target ask while the token is in doubt, where the one that is to is polled no longer; whether it was so.
    private func replaceSentinel(_ account: AccountState) async -> Bool {
        guard let sentinel = await account.gate.standing.sentinel, schedule.interval(of: sentinel) == nil else { return false }
        await account.gate.forget([sentinel])
        return true
    }

    private static let tokenReason = "the account's token was refused"

    /// What waits for a retry is polled within some seconds, as far as the budget goes. What is being polled is polled once more: it may have been asked
    /// for in the old way.
    /// - Parameter andDrifted: whether what is complete but for fields that were dropped is asked for anew as well.
    func hastenRetries(of name: String, butFor target: PollTarget? = nil, andDrifted: Bool = false) {
        troubles.tokenTaken(name)
        let waiting = targets(of: name).filter { other in
            guard other != target, schedule.interval(of: other) != nil, let watch = watched[other]?.state.watch else { return false }
            return watch.failures > 0 || watch.state.isTrouble || (andDrifted && watch.state == .drifted)
                || accounts[name]?.outage.contains(other) == true
        }
        for other in waiting where schedule.due(other) == nil { on(.hasten(other, ahead: false), world.now()) }
        expedite(waiting)
    }

    /// Polls these within some seconds.
    private func expedite(_ targets: some Collection<PollTarget>) {
        let now = world.now()
        for target in targets {
            accounts[target.account]?.lookout.ends(target)
            schedule.on(.expedite(target, by: now + retry.spread(over: targets.count, random: world.random())), now: now)
        }
        if !targets.isEmpty { world.alarm.set(wake) }
    }

    /// The targets of an account that are polled by themselves.
    private func targets(of name: String) -> [PollTarget] {
        AccountPlan.accountKinds.map { PollTarget(account: name, kind: $0) }
            + (accounts[name]?.numbers.sorted() ?? []).flatMap { number in
                AccountPlan.numberKinds.map { PollTarget(account: name, kind: $0, phoneNumberID: number) }
            }
    }

    // MARK: Failures

    /// No usable answer: the watch says so, and the next try is set by what failed.
    /// - Parameter refusal: what it means to the account's token, where that was refused.
    func fail(_ target: PollTarget, _ failure: GraphFailure, _ refusal: TokenRefusal?) async -> PollOutcome {
        let now = world.now()
        watched[target]?.state.know(by: nil)
        log.debug("a poll failed", metadata: ["target": "\(target)", "error": "\(failure)"])
        guard accounts[target.account] != nil else { return PollOutcome(result: .notWatched) }
        var state = Watch.State(failure.code)
        if state == .unauthorized {
            if let refusal, refusal.verdict != .own { return await refused(target, failure, refusal) }
            // Others have been answered with this token since it was refused here.
            state = .forbidden
        }
        var cause = cause(of: state, failure, at: target)
        if isOvertaken(target), cause == .undecided, let token = watched[PollTarget(account: target.account, kind: .account)]?.state.watch,
            token.state == .unauthorized
        {
            // Without a token nothing of the account can be known: what fails in another way in between is no news.
            cause = .wider(
                Troubles.Trouble(state: .unauthorized, reason: target.kind == .account ? token.reason ?? "" : Self.tokenReason),
                by: PollTarget(account: target.account, kind: .account))
        }
        await move(target, .failed(state, reason: failure.description, cause: cause))
        await moveFollowers(of: target)
        await believeTrouble(of: target)
        return PollOutcome(result: .failed(state, failure), next: keepLookout(target, state, next(target, failure, state, now)))
    }

    /// The token was refused, and not to this target alone.
    private func refused(_ target: PollTarget, _ failure: GraphFailure, _ refusal: TokenRefusal) async -> PollOutcome {
        switch refusal.verdict {
        case .doubted: if let account = accounts[target.account], let core = context(of: target, account).confirmer { call(core) }
        case .refused: await tellOfToken(target.account, failure)
        case .known: if refusal.isBelieved { await followToken([target]) }
        case .own: preconditionFailure("what is refused to one target alone says nothing of the token")
        }
        return PollOutcome(result: .failed(.unauthorized, failure), next: refusal.until)
    }

    /// A request of a target's was refused that is no poll of it: for the token, that is as good as one.
    func refused(beside target: PollTarget, _ failure: GraphFailure, _ refusal: TokenRefusal?) async {
        guard let refusal, refusal.verdict != .own else { return }
        _ = await refused(target, failure, refusal)
        // Where no other is to confirm it, this one does, ahead of its turn.
        if await accounts[target.account]?.gate.standing.sentinel == target { on(.hasten(target, ahead: false), world.now()) }
    }

    /// Another target is to show soon whether the account works.
    func call(_ target: PollTarget) {
        if schedule.due(target) == nil { on(.hasten(target, ahead: false), world.now()) }
        on(.expedite(target, by: world.now() + Retry.confirmation), world.now())
    }

    /// The token is refused: the watch over the account tells it, and no other looks current any more.
    private func tellOfToken(_ name: String, _ failure: GraphFailure) async {
        let target = PollTarget(account: name, kind: .account)
        beginWatch(over: target)
        troubles.tokenRefused(name)
        await move(target, .failed(.unauthorized, reason: failure.description, isCertain: true))
        let others = watched.keys.filter { $0.account == name && $0 != target }
        await followToken(Array(others))
    }

    /// These wait for the account's token, of which its own watch tells: where that could not be written down, it is told now.
    private func followToken(_ targets: [PollTarget]) async {
        guard let name = targets.first?.account else { return }
        let account = PollTarget(account: name, kind: .account)
        if beginWatch(over: account).state.watch.state != .unauthorized {
            await move(account, .failed(.unauthorized, reason: Self.tokenReason, isCertain: true))
        }
        let others = targets.filter { $0 != account }
        if !others.isEmpty { await follow(others, .unauthorized, Self.tokenReason, by: account) }
    }

    private func next(_ target: PollTarget, _ failure: GraphFailure, _ state: Watch.State, _ now: Moment) -> Moment {
        guard let account = accounts[target.account], let polled = watched[target] else { return now }
        let isCore = CallPlan.core.contains(target.kind)
        switch state {
        case .forbidden, .notFound, .unauthorized:
            let since = polled.state.refused(now)
            let isAffordable = isCore || account.standing.isHalfUnused(but: account.pacing.morePerHour)
            return now
                + retry.delay(
                    afterRefusal: since == nil, for: since.map { now - $0 } ?? .zero, isAffordable: isAffordable, random: world.random())
        case .throttled:
            polled.state.isNotRefused()
            return now + (failure.throttledFor ?? .zero)
        default:
            polled.state.isNotRefused()
            return now + retry.delay(afterFailures: polled.state.watch.failures, random: world.random(), isCore: isCore)
        }
    }

    /// One of the refused targets comes back sooner, to see whether there is another credential.
    private func keepLookout(_ target: PollTarget, _ state: Watch.State, _ next: Moment) -> Moment {
        guard let account = accounts[target.account], state.doubt == .refusal else { return next }
        return account.lookout.refused(target, asksAt: next, now: world.now()) { schedule.interval(of: $0) != nil }
    }

    // MARK: The end of trouble

    /// A target was answered.
    func answered(_ target: PollTarget) {
        watched[target]?.state.isNotRefused()
        accounts[target.account]?.lookout.ends(target)
    }

    /// Keeps in mind what waits for a retry, and hastens it when a poll shows that an outage is over.
    func note(_ result: PollResult, of target: PollTarget) {
        guard let account = accounts[target.account] else { return }
        let now = world.now()
        var isReached = true
        switch result {
        case .recorded: expedite(account.outage.succeeded(target, now: now))
        case .failed(_, let failure):
            account.outage.failed(target, now: now)
            if case .unreachable = failure.code { isReached = false }
        case .refused:
            account.outage.failed(target, now: now)
            return
        default: return
        }
        if isReached { expedite(network.succeeded(target, now: now)) } else { network.failed(target, now: now) }
    }

    // MARK: Watches that follow another

    /// What comes with a target's answers is not current where the target is not.
    func moveFollowers(of target: PollTarget) async {
        guard let watch = watched[target]?.state.watch, watch.state.isTrouble else { return }
        let followers = target.kind.riders.map { PollTarget(account: target.account, kind: $0, phoneNumberID: target.phoneNumberID) }
        guard !followers.isEmpty else { return }
        let wider = if case .other(let other) = watch.teller { other } else { target }
        await follow(followers, watch.state, watch.reason ?? "", by: wider)
    }
}
