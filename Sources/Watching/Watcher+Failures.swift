import Changes
import GraphAPI
import Ledger
import Logging
import WhatsAppBusiness

// What failures do: to the watch, to those that follow it, and to the schedule.

extension Watcher {
    /// Whether a look is over before it has begun: the account's token is refused, or the unit came back only to see whether there is another.
    /// - Parameter isAsked: whether somebody waits for the look.
    func refused(_ unit: Unit, isAsked: Bool) async -> Look? {
        guard let account = accounts[unit.account] else { return nil }
        let now = world.now()
        let isSentinel = account.token.sentinel == unit
        if isSentinel || account.refusedSince[unit] != nil, let client = account.plan.renewedClient() {
            account.plan.client = client
            useToken(of: unit.account, butFor: unit)
            return nil
        }
        if let lookout = account.lookout, lookout.unit == unit {
            guard now >= lookout.until || isAsked else {
                return Look(result: .refused, next: min(lookout.until, now + TokenTrust.check))
            }
            account.lookout = nil
        }
        let gate = account.token.gate(unit, now: now) { schedule.interval(of: $0) != nil }
        guard case .closed(let until) = gate else { return nil }
        if account.token.isRefused { await follow(unit, .unauthorized, Self.tokenReason) }
        return Look(result: .refused, next: until)
    }

    private static let tokenReason = "the account's token was refused"

    /// There is another token, or the same one is to be tried again, and whatever was refused with it.
    func useToken(of name: String, butFor unit: Unit? = nil, isReload: Bool = false) {
        accounts[name]?.token = TokenTrust()
        hastenRetries(of: name, butFor: unit, andDrifted: isReload)
    }

    /// What waits for a retry is looked at within some seconds, as far as the budget goes. What is being looked at is looked at once more: it may
    /// have been asked for in the old way.
    /// - Parameter andDrifted: whether what is complete but for fields that were dropped is asked for anew as well.
    func hastenRetries(of name: String, butFor unit: Unit? = nil, andDrifted: Bool = false) {
        let waiting = units(of: name).filter { other in
            guard other != unit, schedule.interval(of: other) != nil, let watch = watched[other]?.watch else { return false }
            return watch.failures > 0 || watch.state.isTrouble || (andDrifted && watch.state == .drifted)
                || accounts[name]?.outage.contains(other) == true
        }
        for other in waiting where schedule.due(other) == nil { on(.hasten(other, ahead: false), world.now()) }
        expedite(waiting)
    }

    /// Looks at these within some seconds.
    private func expedite(_ units: some Collection<Unit>) {
        let now = world.now()
        for unit in units {
            if accounts[unit.account]?.lookout?.unit == unit { accounts[unit.account]?.lookout = nil }
            schedule.on(.expedite(unit, by: now + retry.spread(over: units.count, random: world.random())), now: now)
        }
        if !units.isEmpty { world.alarm.set(schedule.wake) }
    }

    /// The units of an account that are looked at by themselves.
    private func units(of name: String) -> [Unit] {
        AccountPlan.accountKinds.map { Unit(account: name, kind: $0) }
            + (accounts[name]?.numbers.sorted() ?? []).flatMap { number in
                AccountPlan.numberKinds.map { Unit(account: name, kind: $0, phoneNumberID: number) }
            }
    }

    // MARK: Failures

    /// No usable answer: the watch says so, and the next try is set by what failed.
    func fail(_ unit: Unit, _ failure: GraphFailure) async -> Look {
        let now = world.now()
        watched[unit]?.memory = nil
        log.debug("a look failed", metadata: ["unit": "\(unit)", "error": "\(failure)"])
        guard let account = accounts[unit.account] else { return Look(result: .notWatched) }
        var state = Watch.State(failure.code)
        if state == .unauthorized {
            if let look = await refuse(unit, failure, account) { return look }
            // Others have been answered with this token since it was refused here.
            state = .forbidden
        } else if failure.showsToken {
            await tokenIsGood(unit, isSuccess: false)
        }
        await move(unit, .failed(state, reason: failure.description))
        await moveFollowers(of: unit)
        let next = next(unit, failure, state, now)
        account.token.failed(unit, until: next)
        return Look(result: .failed(state, failure), next: keepLookout(unit, state, next))
    }

    /// The token was refused; `nil` if it was only to this unit.
    private func refuse(_ unit: Unit, _ failure: GraphFailure, _ account: Account) async -> Look? {
        let now = world.now()
        // A core kind asks for all where there is one that was not refused itself.
        let core = [Kind.phoneNumber, .account].lazy.map { Unit(account: unit.account, kind: $0) }.first { core in
            core != unit && self.schedule.interval(of: core) != nil
        }
        let (retry, random) = (retry, world.random())
        let verdict = account.token.refused(unit, now: now, core: core) { isFirst, time in
            retry.delay(afterRefusal: isFirst, for: time, random: random)
        }
        switch verdict {
        case .own: return nil
        case .doubted: if let core { call(core, by: now + Retry.confirmation) }
        case .refused: await tellOfToken(unit.account, failure)
        case .known: if account.token.isRefused { await follow(unit, .unauthorized, Self.tokenReason) }
        }
        let gate = account.token.gate(unit, now: now) { schedule.interval(of: $0) != nil }
        var next = now + TokenTrust.check
        if case .closed(let until) = gate { next = until }
        return Look(result: .failed(.unauthorized, failure), next: next)
    }

    /// Another unit is to ask by then.
    private func call(_ unit: Unit, by moment: Moment) {
        if schedule.due(unit) == nil { on(.hasten(unit, ahead: false), world.now()) }
        on(.expedite(unit, by: moment), world.now())
    }

    /// The token is refused: the watch over the account tells it, and no other looks current any more.
    private func tellOfToken(_ name: String, _ failure: GraphFailure) async {
        let unit = Unit(account: name, kind: .account)
        beginWatch(over: unit)
        await move(unit, .failed(.unauthorized, reason: failure.description, isCertain: true))
        let others = watched.keys.filter { $0.account == name && $0 != unit }
        await follow(others, .unauthorized, Self.tokenReason)
    }

    private func next(_ unit: Unit, _ failure: GraphFailure, _ state: Watch.State, _ now: Moment) -> Moment {
        guard let account = accounts[unit.account] else { return now }
        switch state {
        case .forbidden, .notFound, .unauthorized:
            let since = account.refusedSince[unit]
            account.refusedSince[unit] = since ?? now
            let isAffordable = CallPlan.core.contains(unit.kind) || account.budget.callsLastHour(now) * 2 < account.budget.callsPerHour
            return now
                + retry.delay(
                    afterRefusal: since == nil, for: since.map { now - $0 } ?? .zero, isAffordable: isAffordable, random: world.random())
        case .throttled:
            account.refusedSince[unit] = nil
            var wait = Duration.seconds(300)
            if case .throttled(let regainAfter?) = failure.code { wait = regainAfter }
            account.budget.note(percent: nil, of: 0, regainAfter: wait, now: now)
            return now + wait
        default:
            account.refusedSince[unit] = nil
            return now
                + retry.delay(
                    afterFailures: watched[unit]?.watch.failures ?? 1, random: world.random(), isCore: CallPlan.core.contains(unit.kind))
        }
    }

    /// One of the refused units comes back sooner, to see whether there is another credential.
    private func keepLookout(_ unit: Unit, _ state: Watch.State, _ next: Moment) -> Moment {
        guard let account = accounts[unit.account], state.doubt == .refusal, next - world.now() > TokenTrust.check else { return next }
        if let lookout = account.lookout, lookout.unit != unit, schedule.interval(of: lookout.unit) != nil { return next }
        account.lookout = (unit, next)
        return world.now() + TokenTrust.check
    }

    // MARK: The end of trouble

    /// An answer came: the token is not refused, or no longer.
    func tokenIsGood(_ unit: Unit, isSuccess: Bool = true) async {
        guard let account = accounts[unit.account] else { return }
        if isSuccess {
            account.refusedSince[unit] = nil
            if account.lookout?.unit == unit { account.lookout = nil }
        }
        if account.token.accepted(unit, isSuccess: isSuccess) { hastenRetries(of: unit.account, butFor: unit) }
        // Its own look says it where there is one.
        let watch = Unit(account: unit.account, kind: .account)
        guard schedule.interval(of: watch) == nil, !account.token.isRefused, watched[watch]?.watch.state == .unauthorized else { return }
        await move(watch, .complete)
    }

    /// Keeps in mind what waits for a retry, and hastens it when a look shows that an outage is over.
    func note(_ result: LookResult, of unit: Unit) {
        guard let account = accounts[unit.account] else { return }
        let now = world.now()
        var isReached = true
        switch result {
        case .recorded: expedite(account.outage.succeeded(unit, now: now))
        case .failed(_, let failure):
            account.outage.failed(unit, now: now)
            if case .unreachable = failure.code { isReached = false }
        case .refused:
            account.outage.failed(unit, now: now)
            return
        default: return
        }
        if isReached { expedite(network.succeeded(unit, now: now)) } else { network.failed(unit, now: now) }
    }

    // MARK: Watches that follow another

    /// The watches over what comes with a unit's answers.
    func followers(of unit: Unit) -> [Unit] {
        guard unit.kind == .account else { return [] }
        let apps = Unit(account: unit.account, kind: .subscribedApp)
        return watched[apps] == nil ? [] : [apps]
    }

    /// What comes with a unit's answers is not current where the unit is not.
    func moveFollowers(of unit: Unit) async {
        guard let watch = watched[unit]?.watch, watch.state.isTrouble else { return }
        await follow(followers(of: unit), watch.state, watch.reason ?? "")
    }

    private func follow(_ unit: Unit, _ state: Watch.State, _ reason: String) async { await follow([unit], state, reason) }

    /// Takes the trouble of a wider watch, in one transaction.
    func follow(_ units: [Unit], _ state: Watch.State, _ reason: String) async {
        let now = world.wallClock()
        var befores: [Unit: (before: Watch, after: Watch)] = [:]
        var notes: [WatchNote] = []
        for unit in units {
            guard let watched = watched[unit] else { continue }
            let before = watched.watch
            let telling = watched.watch.on(.follows(state, reason: reason), at: now)
            watched.memory = nil
            guard var note = WatchNote(telling, of: watched.watch, before, over: unit) else { continue }
            note.needs = accounts[unit.account]?.plan.needs ?? .account
            notes.append(note)
            befores[unit] = (before, watched.watch)
        }
        guard !notes.isEmpty else { return }
        do {
            try await ledger.record(notes, at: now)
        } catch {
            for (unit, pair) in befores where watched[unit]?.watch == pair.after { watched[unit]?.watch = pair.before }
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
