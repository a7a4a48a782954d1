import Changes
public import GraphAPI
public import Ledger
import Logging
import StrictJSON
public import WhatsAppBusiness

/// What a look came to, for whoever asked for it.
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

/// A look's end.
struct PollOutcome {
    var result: PollResult
    /// When to look again; `nil` for one interval later.
    var next: Moment?
}

extension Watcher {
    /// Looks at a target, has the answer recorded and the watch moved.
    func ending(of target: PollTarget, isAsked: Bool = false) async -> PollOutcome {
        let before = accounts[target.account]?.leftOut[target.kind] ?? LeftOut()
        // Each turn leaves out a field, or asks for fewer things: there are only so many.
        while true {
            guard accounts[target.account] != nil, watched[target] != nil else { return PollOutcome(result: .notWatched) }
            if let look = await refused(target, isAsked: isAsked) { return look }
            if target.kind == .account { accounts[target.account]?.upgraded = nil }
            if let failure = awaited(target) { return waiting(failure) }
            // What a look before this one could not find out comes first.
            if searches[target] != nil, let look = await look(after: await search(target), at: target) { return look }
            guard accounts[target.account] != nil, watched[target] != nil else { return PollOutcome(result: .notWatched) }
            var sweep = sweeps.removeValue(forKey: target) ?? sweep(over: target)
            let ending = await walk(target, &sweep)
            // A look that the shutdown ended says nothing about Meta, and one at what is no longer watched nothing to anybody.
            guard !Task.isCancelled, watched[target] != nil else { return PollOutcome(result: .notWatched) }
            progress[target] = nil
            switch ending {
            case .complete(let found, let memory):
                if accounts[target.account]?.keep(pages: sweep.answers, ofLookAt: target) == true { stretch(target.account) }
                return await record(found, memory, of: target, sweep)
            case .unchanged:
                ledger.confirm(target, at: world.wallClock())
                await move(target, standing(target))
                await tokenIsGood(target)
                if target.kind == .account { await confirmApps(of: target.account) }
                return PollOutcome(result: .recorded(changes: 0))
            case .failed(let failure):
                let remedy = await remedy(failure, of: target, asked: sweep.fields, before: before)
                if let look = await look(after: remedy, at: target) { return look }
            case .unaffordable(let until):
                // What was read of a long list is not asked for twice.
                if sweep.answers > 0 { sweeps[target] = sweep }
                return await late(target, until)
            case .unwritten(let error): return PollOutcome(result: .unrecorded(error))
            }
        }
    }

    /// How a look ends by what was done about its failure; `nil` if it is made again.
    private func look(after remedy: Remedy, at target: PollTarget) async -> PollOutcome? {
        guard !Task.isCancelled, watched[target] != nil else { return PollOutcome(result: .notWatched) }
        switch remedy {
        case .again: return nil
        case .none(let failure): return await fail(target, failure)
        case .wait(let failure): return waiting(failure)
        case .unaffordable(let until): return await late(target, until)
        case .unwritten(let error): return PollOutcome(result: .unrecorded(error))
        }
    }

    /// Another look finds out what the failure is about: this one comes back soon.
    private func waiting(_ failure: GraphFailure) -> PollOutcome {
        PollOutcome(result: .failed(Watch.State(failure.code), failure), next: world.now() + .seconds(2))
    }

    /// How a walk over a target's pages ended.
    private enum Ending: Sendable {
        case complete(Sweep.Found, CacheValidator?)
        /// Meta's answer is the one that it gave the last time.
        case unchanged
        case failed(GraphFailure)
        /// There was no request to be had before that moment.
        case unaffordable(until: Moment)
        /// A request could not be written down, and was not made.
        case unwritten(LedgerError)
    }

    private func sweep(over target: PollTarget) -> Sweep {
        guard let account = accounts[target.account] else { preconditionFailure("a target of an account that is watched is looked at") }
        let request = request(for: target, account)
        let fields = request.fields ?? []
        guard let rotation = rotations[target], let every = interval(of: target) else { return Sweep([(nil, request)], fields: fields) }
        let coverage = rotation.coverage(
            wallClock: world.wallClock(), now: world.now(), every: every, isFirst: watched[target]?.watch.lastSuccess == nil)
        guard case .windows(let indices) = coverage else { return Sweep([(nil, request)], fields: fields) }
        let requests = indices.map { index -> (window: Int?, request: GraphRequest) in
            var request = request
            request.window = rotation.window(index)
            return (index, request)
        }
        return Sweep(requests, fields: fields, coverage: coverage)
    }

    /// Walks over the pages of a target's list, each request out of the budget.
    private func walk(_ target: PollTarget, _ sweep: inout Sweep) async -> Ending {
        guard let plan = accounts[target.account]?.plan else { return .unaffordable(until: world.now()) }
        // While it is open who took a member away, or whether time is heeded, every answer is read.
        let isOpen = accounts[target.account]?.vanishing[target.kind] != nil || rotations[target]?.isUndecided == true
        let known = sweep.isFresh && !isOpen ? watched[target]?.memory : nil
        var memory: CacheValidator?
        while true {
            let request: GraphRequest
            switch sweep.next {
            case .complete(let found): return .complete(found, sweep.answers == 1 ? memory : nil)
            case .void(let failure): return .failed(failure)
            case .ask(let next): request = next
            }
            do throws(LedgerError) {
                if let until = try await afford(target) { return .unaffordable(until: until) }
            } catch { return .unwritten(error) }
            let counted = counted(target.account)
            let digest = sweep.answers == 0 ? known?.digest : nil
            do throws(GraphFailure) {
                let answer: Answer
                if sweep.wantsKeys {
                    let keys = try await plan.client.fetchKeys(request, digest: digest)
                    answer = keys.answer
                    if let page = keys.page { sweep.on(page) }
                } else {
                    answer = try await plan.client.fetch(request, digest: digest)
                    if !answer.notModified { sweep.on(answer) }
                }
                await note(answer, plan, counted)
                if answer.notModified { return .unchanged }
                memory = answer.digest.map { CacheValidator(digest: $0) }
            } catch {
                note(error.usage, target.account, counted, isAnswered: error.status != nil)
                sweep.on(error)
            }
            // How far it is, for whoever wants to know.
            if watched[target] != nil, sweep.answers > 1 {
                progress[target] = WatchReport.Progress(pages: sweep.answers, things: sweep.things)
            }
            if Task.isCancelled { return .unaffordable(until: world.now()) }
        }
    }

    /// Asks an edge that may be read at once, outside any target's own look.
    func ask(_ request: GraphRequest, for target: PollTarget) async -> Result<Sweep.Found, GraphFailure>? {
        guard let plan = accounts[target.account]?.plan else { return nil }
        var sweep = Sweep([(nil, request)], fields: request.fields ?? request.edge.fields)
        while true {
            switch sweep.next {
            case .complete(let found): return .success(found)
            case .void(let failure): return .failure(failure)
            case .ask(let request):
                do throws(LedgerError) {
                    guard try await afford(target) == nil, !Task.isCancelled else { return nil }
                } catch { return nil }
                let counted = counted(target.account)
                do throws(GraphFailure) {
                    let answer = try await plan.client.fetch(request)
                    await note(answer, plan, counted)
                    sweep.on(answer)
                } catch {
                    note(error.usage, target.account, counted, isAnswered: error.status != nil)
                    sweep.on(error)
                }
            }
        }
    }

    /// Takes one request out of the budget; returns when there is one to be had if there is none now. One that cannot be written down is not made.
    func afford(_ target: PollTarget) async throws(LedgerError) -> Moment? {
        while true {
            let now = world.now()
            switch accounts[target.account]?.budget.take(now, core: CallPlan.core.contains(target.kind)) {
            case .granted?: return nil
            case .wait(let until)?: return until
            case nil: return now
            case .unreserved?:
                try await saveBudgets([target.account] + accounts.filter { $0.value.budget.wantsReservation(now) }.keys)
            }
        }
    }

    /// Writes down the calls that were made and those that may be made next; at the end there are none of these.
    func saveBudgets(_ names: some Sequence<String>, atTheEnd: Bool = false) async throws(LedgerError) {
        let (now, clock) = (world.now(), world.wallClock())
        var documents: [String: JSONObject] = [:]
        var offers: [String: Budget.Offer] = [:]
        for name in names {
            if atTheEnd { accounts[name]?.budget.release() } else { offers[name] = accounts[name]?.budget.offer(now) }
            documents[name] = accounts[name]?.budget.document(now, wallClock: clock, boot: world.boot, offer: offers[name])
        }
        try await ledger.save(budgets: documents)
        for (name, offer) in offers { accounts[name]?.budget.accept(offer) }
    }

    /// Takes in what an answer says of the budget and of the version that it was given by.
    func note(_ answer: Answer, _ plan: AccountPlan, _ counted: Int) async {
        note(answer.usage, plan.name, counted)
        if answer.usage == nil { accounts[plan.name]?.budget.toldNothing(world.now()) }
        let asked = plan.client.endpoint.version.description
        guard let version = answer.apiVersion, let parsed = GraphVersion(parsing: version), parsed != plan.client.endpoint.version else {
            return
        }
        accounts[plan.name]?.upgraded = "Meta answers calls of version \(asked) as \(version)"
        let target = PollTarget(account: plan.name, kind: .account)
        // Only a look at the account can say that it is over.
        guard plan.watches(.account) else { return }
        if let state = watched[target]?.watch.state, state == .current || state == .starting { await move(target, standing(target)) }
    }

    /// Calls that Meta will have counted when a request that is made now comes to it.
    func counted(_ name: String) -> Int { accounts[name]?.budget.answersLastHour(world.now()) ?? 0 }

    func note(_ usage: Usage?, _ name: String, _ counted: Int, isAnswered: Bool = true) {
        let now = world.now()
        if isAnswered { accounts[name]?.budget.answered(now) }
        guard let usage else { return }
        accounts[name]?.budget.note(percent: Int(usage.percent), of: counted + 1, regainAfter: usage.regainAfter, now: now)
        stretch(name)
    }
}

extension Edge {
    /// The field of an account that brings its apps.
    static let appsField = "subscribed_apps"
}
