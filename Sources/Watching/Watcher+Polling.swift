import Changes
public import GraphAPI
public import Ledger
import Logging
import StrictJSON
public import WhatsAppBusiness

/// What a poll came to, for whoever asked for it.
public enum PollResult: Sendable {
    /// It was complete, and has been recorded with so many changes, baselines included.
    case recorded(changes: Int)
    /// There was no usable answer.
    case failed(WatchState, GraphFailure)
    /// The account's token was refused; it is not tried again for now.
    case refused
    /// The budget has no request before that moment.
    case unaffordable(until: Moment)
    /// It could not be recorded.
    case unrecorded(LedgerError)
    /// The target is not watched, or no longer.
    case notWatched
}

/// A poll's end.
struct PollOutcome {
    var result: PollResult
    /// When to poll again; `nil` for one interval later.
    var next: Moment?
}

extension Watcher {
    /// Polls a target, has the answer recorded and the watch moved.
    /// - Parameters:
    ///   - isAsked: whether somebody waits for it.
    ///   - mayCarry: whether it may ask for other targets' things as well.
    ///   - seat: its place among others that its first request may go together with.
    func pollOnce(_ target: PollTarget, isAsked: Bool = false, mayCarry: Bool = true, seat: HeldSeat? = nil) async -> PollOutcome {
        guard let account = accounts[target.account], let polled = watched[target] else { return PollOutcome(result: .notWatched) }
        let before = account[target.kind].leftOut
        // Rides that an answer of this poll failed with: it is asked for without them.
        var broken: (carried: [RideKey], failure: GraphFailure)?
        var isBroken = false
        // Each turn leaves out a field, or asks for fewer things: there are only so many.
        while true {
            if let outcome = await notAdmitted(target, isAsked: isAsked) { return outcome }
            guard isStill(polled, of: account) else { return PollOutcome(result: .notWatched) }
            if target.kind == .account { account.upgrade = nil }
            // What a poll before this one could not find out comes first.
            switch resumedSearch(of: target, account, polled) {
            case .awaits(let failure): return waiting(failure)
            case .goesOn:
                await seat?.leave()
                if let outcome = await outcome(of: await search(target), at: target) { return outcome }
            case .none: break
            }
            guard isStill(polled, of: account) else { return PollOutcome(result: .notWatched) }
            let begun = polled.state.takeSweep()
            if begun != nil { await seat?.leave() }
            // A list that was begun is gone on with as it was asked for.
            let isAlone = begun != nil || isBroken || !mayCarry
            let plan = fetchPlan(for: target, account, carrying: isAlone ? [] : carried(by: polled, account))
            let isWhole = polled.state.takeIsToBeWhole()
            var sweep = begun ?? sweep(plan, polled.state, isWhole: isWhole)
            let division = polled.state.division
            let ending = await walk(plan, &sweep, seat)
            // A poll that the shutdown ended says nothing about Meta, and one of what is no longer watched nothing to anybody.
            guard !Task.isCancelled, isStill(polled, of: account) else { return PollOutcome(result: .notWatched) }
            polled.state.went(to: nil)
            // The windows are others by now: what they are to show is asked for anew.
            guard division == polled.state.division else { continue }
            switch ending {
            case .complete(let found, let validator):
                tell(account, plan, broken)
                if note(requests: usualRequests(sweep, polled), of: target) { stretch(target.account) }
                return await record(found, validator, plan, sweep)
            case .unchanged:
                tell(account, plan, broken)
                if let first = sweep.found.first { polled.state.order?.on(first) }
                if sweep.known != nil, note(requests: usualRequests(sweep, polled), of: target) { stretch(target.account) }
                await confirm(plan, isWhole: sweep.known == nil)
                return PollOutcome(result: .recorded(changes: 0))
            case .failed(let failure, _) where !plan.carried.isEmpty && account.rides.isDoubtful(failure, of: target.kind):
                log.debug("a poll that carries others failed", metadata: ["target": "\(target)", "error": "\(failure)"])
                broken = (plan.carried, failure)
                isBroken = true
            case .failed(let failure, let refusal):
                // It was not what rode.
                broken = nil
                let remedy = await remedy(failure, refusal, of: target, asked: sweep.fields, before: before)
                guard isStill(polled, of: account) else { return PollOutcome(result: .notWatched) }
                if let outcome = await outcome(of: remedy, at: target) { return outcome }
            case .unaffordable where sweep.answers == 0 && account.standing.expansionCalls[target.kind] ?? 1 > 1 && !plan.carried.isEmpty:
                // One call may be left where several are not.
                return await pollOnce(target, isAsked: isAsked, mayCarry: false)
            case .unaffordable(let until):
                if sweep.answers > 0 { polled.state.pause(sweep) }
                return await late(target, until)
            case .unwritten(let error): return PollOutcome(result: .unrecorded(error))
            }
        }
    }

    /// Whether a target is what it was when its poll began: an account of that name may be another by now, and its answers say nothing of that.
    private func isStill(_ polled: WatchedTarget, of account: AccountState) -> Bool {
        watched[polled.target] === polled && accounts[polled.target.account] === account
    }

    /// How a poll ends by what was done about its failure; `nil` if it is made again.
    private func outcome(of remedy: Remedy, at target: PollTarget) async -> PollOutcome? {
        guard !Task.isCancelled, watched[target] != nil else { return PollOutcome(result: .notWatched) }
        switch remedy {
        case .again: return nil
        case .none(let failure, let refusal): return await fail(target, failure, refusal)
        case .wait(let failure): return waiting(failure)
        case .unaffordable(let until): return await late(target, until)
        case .unwritten(let error): return PollOutcome(result: .unrecorded(error))
        }
    }

    /// Another poll finds out what the failure is about: this one comes back soon.
    private func waiting(_ failure: GraphFailure) -> PollOutcome {
        PollOutcome(result: .failed(Watch.State(failure.code), failure), next: world.now() + .seconds(2))
    }

    /// What a poll of a target asks for and shows.
    func fetchPlan(for target: PollTarget, _ account: AccountState, carrying carried: [RideKey] = []) -> FetchPlan {
        let kind = account[target.kind]
        return FetchPlan(
            target, of: account.plan, at: world.now(), leftOut: kind.leftOut.names, limit: kind.limit, carrying: carried
        ) { rider in
            account.fields(of: rider)
        }
    }

    /// - Parameter isWhole: whether everything is read, whatever may decide for less.
    private func sweep(_ plan: FetchPlan, _ state: TargetState, isWhole: Bool) -> Sweep {
        let fields = plan.request.fields ?? []
        guard let rotation = state.rotation, let every = interval(of: plan.target) else {
            return Sweep([(nil, plan.request)], fields: fields)
        }
        let coverage = rotation.coverage(
            wallClock: world.wallClock(), now: world.now(), every: every, isFirst: isWhole || state.watch.lastSuccess == nil)
        guard case .windows(let indices) = coverage else {
            let known = isWhole ? nil : knownFirstPage(of: plan.target, state, every: every)
            return Sweep([(nil, plan.request)], fields: fields, known: known)
        }
        let requests = indices.map { index -> (window: Int?, request: GraphRequest) in
            var request = plan.request
            request.window = rotation.window(index)
            return (index, request)
        }
        return Sweep(requests, fields: fields, coverage: coverage)
    }

    /// How a walk over a target's pages ended.
    private enum Ending: Sendable {
        case complete(Sweep.Found, CacheValidator?)
        /// Meta's answer is the one that it gave the last time.
        case unchanged
        case failed(GraphFailure, TokenRefusal?)
        /// There was no request to be had before that moment.
        case unaffordable(until: Moment)
        /// A request could not be written down, and was not made.
        case unwritten(LedgerError)
    }

    /// Walks over the pages of a target's list.
    private func walk(_ plan: FetchPlan, _ sweep: inout Sweep, _ seat: HeldSeat?) async -> Ending {
        let target = plan.target
        // While what rides on it was never seen, every answer is read.
        let isNew = plan.riders.contains { watched[$0.target]?.state.watch.lastSuccess == nil }
        // While it is open who took a member away, or whether time is heeded, too.
        let isOpen = accounts[target.account]?[target.kind].losses != nil || watched[target]?.state.rotation?.isUndecided == true
        let (last, account) = (watched[target]?.state.validator, accounts[target.account])
        let known = sweep.isFresh && !isOpen && !isNew && asks(plan, asBefore: account) ? last?.digest : nil
        var validator: CacheValidator?
        var refusal: TokenRefusal?
        while true {
            let request: GraphRequest
            switch sweep.next {
            case .complete(let found): return .complete(found, sweep.answers == 1 ? validator : nil)
            case .unchanged: return .unchanged
            case .void(let failure): return .failed(failure, refusal)
            case .ask(let next): request = next
            }
            let digest = sweep.answers > 0 ? nil : sweep.known.map(\.digest) ?? known
            switch await send(request, for: target, digest: digest, keysOnly: sweep.wantsKeys, seat: seat?.take()) {
            case .answer(let answer, _) where answer.notModified: return .unchanged
            case .answer(let answer, let keys):
                if let keys { sweep.on(keys, digest: answer.digest) } else { sweep.on(answer) }
                validator = answer.digest.map { CacheValidator(digest: $0) }
            case .failed(let failure, let token):
                refusal = token
                sweep.on(failure)
            case .unaffordable(let until): return .unaffordable(until: until)
            case .unwritten(let error): return .unwritten(error)
            }
            // How far it is, for whoever wants to know.
            if sweep.answers > 1 { watched[target]?.state.went(to: WatchReport.Progress(pages: sweep.answers, things: sweep.things)) }
            if Task.isCancelled { return .unaffordable(until: world.now()) }
        }
    }

    /// Whether the answer that is known by its bytes was one to the same question, as far as others' things go.
    private func asks(_ plan: FetchPlan, asBefore account: AccountState?) -> Bool {
        plan.target.kind.possibleRiders.isEmpty || account?.carried[plan.target.kind] ?? [] == plan.carried
    }

    /// Keeps how many requests a poll of a target took; whether that is news.
    func note(requests: Int, of target: PollTarget) -> Bool {
        guard requests > 0, let polled = watched[target], polled.state.requests != requests else { return false }
        accounts[target.account]?[target.kind].moreRequests += requests - polled.state.requests
        polled.state.took(requests: requests)
        return true
    }
}
