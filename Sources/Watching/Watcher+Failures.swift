import Changes
import GraphAPI
import Ledger
import Logging
import WhatsAppBusiness

// What failures do: to the watch, to those that follow it, and to the schedule.

extension Watcher {
    /// Whether a look is over before it has begun: the account's token is refused, or the target came back only to see whether there is another.
    /// - Parameter isAsked: whether somebody waits for the look.
    func refused(_ target: PollTarget, isAsked: Bool) async -> PollOutcome? {
        guard let account = accounts[target.account] else { return nil }
        let now = world.now()
        let isSentinel = account.token.sentinel == target
        if isSentinel || account.refusedSince[target] != nil, let client = account.plan.renewedClient() {
            account.plan.client = client
            useToken(of: target.account, butFor: target)
            return nil
        }
        if let lookout = account.lookout, lookout.target == target {
            guard now >= lookout.until || isAsked else {
                return PollOutcome(result: .refused, next: min(lookout.until, now + TokenTrust.check))
            }
            account.lookout = nil
        }
        let gate = account.token.gate(target, now: now) { schedule.interval(of: $0) != nil }
        guard case .closed(let until) = gate else { return nil }
        if account.token.isRefused { await follow(target, .unauthorized, Self.tokenReason) }
        return PollOutcome(result: .refused, next: until)
    }

    private static let tokenReason = "the account's token was refused"

    /// There is another token, or the same one is to be tried again, and whatever was refused with it.
    func useToken(of name: String, butFor target: PollTarget? = nil, isReload: Bool = false) {
        accounts[name]?.token = TokenTrust()
        hastenRetries(of: name, butFor: target, andDrifted: isReload)
    }

    /// What waits for a retry is looked at within some seconds, as far as the budget goes. What is being looked at is looked at once more: it may
    /// have been asked for in the old way.
    /// - Parameter andDrifted: whether what is complete but for fields that were dropped is asked for anew as well.
    func hastenRetries(of name: String, butFor target: PollTarget? = nil, andDrifted: Bool = false) {
        let waiting = targets(of: name).filter { other in
            guard other != target, schedule.interval(of: other) != nil, let watch = watched[other]?.watch else { return false }
            return watch.failures > 0 || watch.state.isTrouble || (andDrifted && watch.state == .drifted)
                || accounts[name]?.outage.contains(other) == true
        }
        for other in waiting where schedule.due(other) == nil { on(.hasten(other, ahead: false), world.now()) }
        expedite(waiting)
    }

    /// Looks at these within some seconds.
    private func expedite(_ targets: some Collection<PollTarget>) {
        let now = world.now()
        for target in targets {
            if accounts[target.account]?.lookout?.target == target { accounts[target.account]?.lookout = nil }
            schedule.on(.expedite(target, by: now + retry.spread(over: targets.count, random: world.random())), now: now)
        }
        if !targets.isEmpty { world.alarm.set(schedule.wake) }
    }

    /// The targets of an account that are looked at by themselves.
    private func targets(of name: String) -> [PollTarget] {
        AccountPlan.accountKinds.map { PollTarget(account: name, kind: $0) }
            + (accounts[name]?.numbers.sorted() ?? []).flatMap { number in
                AccountPlan.numberKinds.map { PollTarget(account: name, kind: $0, phoneNumberID: number) }
            }
    }

    // MARK: Failures

    /// No usable answer: the watch says so, and the next try is set by what failed.
    func fail(_ target: PollTarget, _ failure: GraphFailure) async -> PollOutcome {
        let now = world.now()
        watched[target]?.memory = nil
        log.debug("a look failed", metadata: ["target": "\(target)", "error": "\(failure)"])
        guard let account = accounts[target.account] else { return PollOutcome(result: .notWatched) }
        var state = Watch.State(failure.code)
        if state == .unauthorized {
            if let look = await refuse(target, failure, account) { return look }
            // Others have been answered with this token since it was refused here.
            state = .forbidden
        } else if failure.showsToken {
            await tokenIsGood(target, isSuccess: false)
        }
        await move(target, .failed(state, reason: failure.description))
        await moveFollowers(of: target)
        let next = next(target, failure, state, now)
        account.token.failed(target, until: next)
        return PollOutcome(result: .failed(state, failure), next: keepLookout(target, state, next))
    }

    /// The token was refused; `nil` if it was only to this target.
    private func refuse(_ target: PollTarget, _ failure: GraphFailure, _ account: Account) async -> PollOutcome? {
        let now = world.now()
        // A core kind asks for all where there is one that was not refused itself.
        let core = [Kind.phoneNumber, .account].lazy.map { PollTarget(account: target.account, kind: $0) }.first { core in
            core != target && self.schedule.interval(of: core) != nil
        }
        let (retry, random) = (retry, world.random())
        let verdict = account.token.refused(target, now: now, core: core) { isFirst, time in
            retry.delay(afterRefusal: isFirst, for: time, random: random)
        }
        switch verdict {
        case .own: return nil
        case .doubted: if let core { call(core, by: now + Retry.confirmation) }
        case .refused: await tellOfToken(target.account, failure)
        case .known: if account.token.isRefused { await follow(target, .unauthorized, Self.tokenReason) }
        }
        let gate = account.token.gate(target, now: now) { schedule.interval(of: $0) != nil }
        var next = now + TokenTrust.check
        if case .closed(let until) = gate { next = until }
        return PollOutcome(result: .failed(.unauthorized, failure), next: next)
    }

    /// Another target is to ask by then.
    private func call(_ target: PollTarget, by moment: Moment) {
        if schedule.due(target) == nil { on(.hasten(target, ahead: false), world.now()) }
        on(.expedite(target, by: moment), world.now())
    }

    /// The token is refused: the watch over the account tells it, and no other looks current any more.
    private func tellOfToken(_ name: String, _ failure: GraphFailure) async {
        let target = PollTarget(account: name, kind: .account)
        beginWatch(over: target)
        await move(target, .failed(.unauthorized, reason: failure.description, isCertain: true))
        let others = watched.keys.filter { $0.account == name && $0 != target }
        await follow(others, .unauthorized, Self.tokenReason)
    }

    private func next(_ target: PollTarget, _ failure: GraphFailure, _ state: Watch.State, _ now: Moment) -> Moment {
        guard let account = accounts[target.account] else { return now }
        switch state {
        case .forbidden, .notFound, .unauthorized:
            let since = account.refusedSince[target]
            account.refusedSince[target] = since ?? now
            let isAffordable = CallPlan.core.contains(target.kind) || account.budget.callsLastHour(now) * 2 < account.budget.callsPerHour
            return now
                + retry.delay(
                    afterRefusal: since == nil, for: since.map { now - $0 } ?? .zero, isAffordable: isAffordable, random: world.random())
        case .throttled:
            account.refusedSince[target] = nil
            var wait = Duration.seconds(300)
            if case .throttled(let regainAfter?) = failure.code { wait = regainAfter }
            account.budget.note(percent: nil, of: 0, regainAfter: wait, now: now)
            return now + wait
        default:
            account.refusedSince[target] = nil
            return now
                + retry.delay(
                    afterFailures: watched[target]?.watch.failures ?? 1, random: world.random(), isCore: CallPlan.core.contains(target.kind)
                )
        }
    }

    /// One of the refused targets comes back sooner, to see whether there is another credential.
    private func keepLookout(_ target: PollTarget, _ state: Watch.State, _ next: Moment) -> Moment {
        guard let account = accounts[target.account], state.doubt == .refusal, next - world.now() > TokenTrust.check else { return next }
        if let lookout = account.lookout, lookout.target != target, schedule.interval(of: lookout.target) != nil { return next }
        account.lookout = (target, next)
        return world.now() + TokenTrust.check
    }

    // MARK: The end of trouble

    /// An answer came: the token is not refused, or no longer.
    func tokenIsGood(_ target: PollTarget, isSuccess: Bool = true) async {
        guard let account = accounts[target.account] else { return }
        if isSuccess {
            account.refusedSince[target] = nil
            if account.lookout?.target == target { account.lookout = nil }
        }
        if account.token.accepted(target, isSuccess: isSuccess) { hastenRetries(of: target.account, butFor: target) }
        // Its own look says it where there is one.
        let watch = PollTarget(account: target.account, kind: .account)
        guard schedule.interval(of: watch) == nil, !account.token.isRefused, watched[watch]?.watch.state == .unauthorized else { return }
        await move(watch, .complete)
    }

    /// Keeps in mind what waits for a retry, and hastens it when a look shows that an outage is over.
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

    /// The watches over what comes with a target's answers.
    func followers(of target: PollTarget) -> [PollTarget] {
        guard target.kind == .account else { return [] }
        let apps = PollTarget(account: target.account, kind: .subscribedApp)
        return watched[apps] == nil ? [] : [apps]
    }

    /// What comes with a target's answers is not current where the target is not.
    func moveFollowers(of target: PollTarget) async {
        guard let watch = watched[target]?.watch, watch.state.isTrouble else { return }
        await follow(followers(of: target), watch.state, watch.reason ?? "")
    }

    private func follow(_ target: PollTarget, _ state: Watch.State, _ reason: String) async { await follow([target], state, reason) }

    /// Takes the trouble of a wider watch, in one transaction.
    func follow(_ targets: [PollTarget], _ state: Watch.State, _ reason: String) async {
        let now = world.wallClock()
        var befores: [PollTarget: (before: Watch, after: Watch)] = [:]
        var notes: [WatchNote] = []
        for target in targets {
            guard let watched = watched[target] else { continue }
            let before = watched.watch
            let telling = watched.watch.on(.follows(state, reason: reason), at: now)
            watched.memory = nil
            guard var note = WatchNote(telling, of: watched.watch, before, over: target) else { continue }
            note.needs = accounts[target.account]?.plan.needs ?? .account
            notes.append(note)
            befores[target] = (before, watched.watch)
        }
        guard !notes.isEmpty else { return }
        do {
            try await ledger.record(notes, at: now)
        } catch {
            for (target, pair) in befores where watched[target]?.watch == pair.after { watched[target]?.watch = pair.before }
            log.debug("watches could not be recorded", metadata: ["error": "\(error)"])
        }
    }
}

extension GraphFailure {
    /// Whether it shows that Meta took the token: an answer about permissions or about the request comes behind that.
    fileprivate var showsToken: Bool {
        guard graph != nil else { return false }
        switch code {
        case .forbidden, .notFound, .policy, .invalidField, .invalidRequest: return true
        default: return false
        }
    }
}
