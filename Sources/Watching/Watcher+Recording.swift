import Changes
import Continuations
import GraphAPI
import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

// What complete polls say: recorded with the watches over it, each in one transaction.

extension Watcher {
    /// Has recorded what a poll found: of its target, and of those that ride on it.
    func record(_ found: Sweep.Found, _ validator: CacheValidator?, _ plan: FetchPlan, _ sweep: Sweep) async -> PollOutcome {
        let target = plan.target
        answered(target)
        // Until all of it is recorded, no answer is the one that is known.
        watched[target]?.state.know(by: nil)
        var (changes, next): (Int, Moment?) = (0, nil)
        do throws(LedgerError) {
            switch try await record(found, of: target, sweep, asked: plan.askedAt) {
            case .recorded(let recorded, let again): (changes, next) = (recorded, again)
            case .failed(let failure): return await fail(target, failure, nil)
            case .void: return PollOutcome(result: .notWatched)
            }
            var isSettled = watched[target]?.state.isSettled ?? false
            for rider in plan.riders where watched[rider.target] != nil {
                let recorded = try await record(rider, with: found)
                changes += recorded.changes
                next = [next, recorded.next].compactMap(\.self).min()
                // The same answer again would say nothing new of what could not be read in it or is not decided yet.
                if FetchPlan.things(of: rider, in: found) == nil || watched[rider.target]?.state.isSettled != true { isSettled = false }
            }
            await apply(plan, found)
            // A reload may have come meanwhile: then the same bytes would be the answer to another question.
            if isSettled, sweep.coverage == .whole, let account = accounts[target.account],
                fetchPlan(for: target, account).request.fields == plan.request.fields
            {
                watched[target]?.state.know(by: validator)
                if !target.kind.possibleRiders.isEmpty { account.carried[target.kind] = plan.carried }
            }
            return PollOutcome(result: .recorded(changes: changes), next: sooner(next, target))
        } catch {
            // Whoever looks after the ledger says so, once. What could not be recorded is seen again by the next poll.
            log.debug("a poll could not be recorded", metadata: ["target": "\(target)", "error": "\(error)"])
            return PollOutcome(result: .unrecorded(error))
        }
    }

    /// What came of recording a target's things.
    private enum Recorded {
        /// With so many changes; and when it is to be polled again, if that is not to wait for its turn.
        case recorded(changes: Int, next: Moment?)
        /// The answer cannot be used.
        case failed(GraphFailure)
        /// It is not watched any more.
        case void
    }

    /// Has a target's things recorded.
    /// - Parameters:
    ///   - sweep: how they were asked for; `nil` where they came with another's.
    ///   - asked: when.
    private func record(_ found: Sweep.Found, of target: PollTarget, _ sweep: Sweep?, asked: Moment? = nil) async throws(LedgerError)
        -> Recorded
    {
        guard let plan = plan(toRecord: target), let polled = watched[target] else { return .void }
        var observation: Observation
        do throws(GraphFailure) {
            let oddities: Oddities?
            (observation, oddities) = try Observation.read(target, of: plan, found, asked: sweep?.fields ?? [])
            observation.ignore(plan.ignored[target.kind] ?? [])
            polled.state.read(oddities)
            observation.mayLack(oddities)
        } catch { return .failed(error) }
        if let rotation = polled.state.rotation, let coverage = sweep?.coverage, coverage != .whole {
            observation.isWhole = false
            observation.shows = rotation.shows(coverage, wallClock: world.wallClock())
        }
        // Its things come with the account's, so that they need nothing else.
        observation.needs = target.kind.row.ridesOn == nil ? plan.needs : .account
        let isOneOfMany = target.phoneNumberID != nil && target.kind.edge.form != .list
        if isOneOfMany {
            observation.keepsVanished = true
            observation.gone = accounts[plan.name]?[target.kind].losses?.gone(at: target.phoneNumberID ?? "") ?? []
        }
        let names = GraphRequest.names(in: sweep?.fields ?? [])
        guard var recording = try await record(observation, asked: names) else { return .void }
        var changes = recording.changes
        let mark = asked == nil || polled.state.oddities?.hasStrays == true ? nil : mark(observation, sweep?.coverage ?? .whole)
        let gone = isOneOfMany ? try await decide(recording, observation, asked: names) : []
        if !gone.isEmpty {
            // A person took them away, so they are changes like any other.
            observation.gone.formUnion(gone)
            observation.quorum = recording.quorum
            observation.isComparedAgain = true
            guard let again = try await record(observation, asked: names) else { return .void }
            recording = again
            changes += recording.changes
        }
        await settle(recording, observation, found, plan, sweep?.coverage ?? .whole)
        if let asked { compare(mark, of: polled, asked: asked, isNews: changes > 0, shows: observation.showsSomething) }
        return .recorded(changes: changes, next: confirmation(of: recording, target))
    }

    /// Records an observation and moves the watch over it; `nil` where it is not watched any more.
    /// - Parameter fields: what it was asked with; nothing where it came with another's.
    private func record(_ observation: Observation, asked fields: Set<String>) async throws(LedgerError) -> Recording? {
        let target = observation.target
        let (known, account) = await beginTelling(of: target)
        defer { endTelling(of: target, account) }
        guard let polled = await still(target) else { return nil }
        let drift = known.ofPoll(asking: fields)
        let now = world.wallClock()
        var observation = observation
        if !observation.isComparedAgain { observation.quorum = polled.state.quorum }
        observation.hold = polled.state.hold
        observation.causes = actions.causes(of: target, now: world.now())
        observation.now = .nanoseconds(world.now().nanoseconds)
        // What nobody is told of yet may be no more than that one poll.
        let whole = watched[PollTarget(account: target.account, kind: .account)]?.state.watch
        observation.isAccountGone = whole?.state == .notFound && whole?.teller == .itself
        let isOvertaken = isOvertaken(target)
        let before = polled.state.record()
        let move: @Sendable (inout Watch, Recording) -> Watch.Telling = { watch, recording in
            watch.on(isOvertaken ? .overtaken : drift.outcome(recording), at: now, others: !drift.echoes.isEmpty)
        }
        var after: Watch?
        defer {
            polled.state.recorded(after)
            moved.answer(target, with: ())
        }
        let recording: Recording
        do {
            recording = try await ledger.record(observation, at: now) { recording in
                var watch = before
                return WatchNote(move(&watch, recording), of: watch, before, over: target)
            }
        } catch {
            if !isOvertaken { troubles.succeededUnrecorded(target) }
            throw error
        }
        guard !recording.isVoid else { return nil }
        noteSuccess(of: target)
        var watch = before
        _ = move(&watch, recording)
        after = watch
        polled.state.leaves(
            recording.quorum, recording.hold, isIncomplete: recording.pending || !recording.vanished.isEmpty)
        return recording
    }

    /// When a poll is made that confirms what this one lacked, if that is not to wait for its turn.
    private func confirmation(of recording: Recording, _ target: PollTarget) -> Moment? {
        if recording.quorum.isDoubtful { return sooner(world.now() + Self.doubt, target) }
        let row = target.kind.row
        let isShort = row.edge?.form == .list && !row.keepsOnlyKeys && !row.listsPhoneNumbers
        // What is held has time.
        guard isShort, watched[target]?.state.rotation?.mode != .time, recording.missed.contains(where: { !recording.hold.holds($0) })
        else { return nil }
        return world.now() + Self.missing
    }

    /// What a poll lacked is looked for again this soon: members, and things of a list that is short.
    private static let doubt = Duration.seconds(5)
    private static let missing = Duration.seconds(15)

    /// Decides about members that a number no longer shows; returns those that a person took away, where the poll that was just recorded did not know it.
    private func decide(_ recording: Recording, _ observation: Observation, asked fields: Set<String>) async throws(LedgerError) -> Set<
        String
    > {
        let target = observation.target
        let loss = FieldLossQuorum.Loss(doubtful: recording.doubtful, confirmed: recording.confirmed, all: Set(recording.vanished))
        let vanished = loss.doubtful.union(loss.confirmed)
        guard let number = target.phoneNumberID,
            let open = accounts[target.account]?[target.kind].losses ?? (vanished.isEmpty ? nil : FieldLossQuorum())
        else { return [] }
        var holders: [String: Set<String>] = [:]
        if !open.drifted.isSuperset(of: vanished) {
            for stored in try await ledger.resources(accounts: [target.account], kinds: [target.kind]).resources {
                let odd = target.kind.edge.oddities(of: .object(stored.document)).map(\.path)
                let item = Observation.Item(id: stored.resource.id, document: stored.document, odd: Set(odd))
                for member in vanished where item.isWitness(of: member) { holders[member, default: []].insert(item.id) }
            }
        }
        let item = observation.items.first?.compared(by: Rules.of(target.kind))
        let shown = open.members.filter { item?.isWitness(of: $0) ?? false }
        var losses = accounts[target.account]?[target.kind].losses ?? open
        let answer = losses.on(number, loss: loss, shown: shown, holders: { holders[$0] ?? [] }) { other in
            let other = PollTarget(account: target.account, kind: target.kind, phoneNumberID: other)
            return self.watched[other].map { !$0.state.watch.state.isTrouble } ?? false
        }
        accounts[target.account]?[target.kind].losses = losses.isIdle ? nil : losses
        for other in answer.ask.sorted() {
            on(.hasten(PollTarget(account: target.account, kind: target.kind, phoneNumberID: other), ahead: false), world.now())
        }
        if !losses.drifted.isDisjoint(with: loss.all) {
            await moveByCompletePoll(of: target, asked: fields, without: recording.vanished)
        }
        return answer.gone
    }

    /// What follows from a recorded poll.
    private func settle(
        _ recording: Recording, _ observation: Observation, _ found: Sweep.Found, _ plan: AccountPlan, _ coverage: WindowRotation.Coverage
    ) async {
        let target = observation.target
        if let polled = watched[target], polled.state.rotation != nil {
            let now = world.now()
            polled.state.changeRotation {
                $0.on(coverage, keys: found.keys, missed: recording.missed, removed: recording.removed, now: now)
            }
            await probe(target, hasThings: !observation.items.isEmpty || !observation.ids.isEmpty)
            note(found, coverage, added: recording.added, of: polled, now)
        }
        guard target.kind.row.listsPhoneNumbers else { return }
        for number in recording.removed { forget(number: number, of: plan.name) }
        watch(numbers: recording.ids, of: plan.name)
        await tellGates()
    }

    /// Finds out once whether an edge heeds time.
    private func probe(_ target: PollTarget, hasThings: Bool) async {
        guard hasThings, watched[target]?.state.rotation?.isUndecided == true, let window = WindowRotation.probe,
            let account = accounts[target.account]
        else { return }
        var request = fetchPlan(for: target, account).request
        request.window = window
        switch await ask(request, for: target) {
        case .found(let found): watched[target]?.state.changeRotation { $0.on(probe: found.keys.allSatisfy(\.keys.isEmpty)) }
        case .failed(let failure, _) where failure.code == .invalidRequest: watched[target]?.state.changeRotation { $0.on(probe: false) }
        case .failed(let failure, let refusal): await refused(beside: target, failure, refusal)
        case .unasked: break
        }
    }

    // MARK: What rides on another

    /// Has a rider's things recorded, which came with its host's own answer, or are asked for where they did not.
    private func record(
        _ rider: FetchPlan.Rider, with host: Sweep.Found
    ) async throws(LedgerError) -> (changes: Int, next: Moment?) {
        let found: Sweep.Found
        if let things = FetchPlan.things(of: rider, in: host) {
            found = things
        } else {
            switch await ask(rider.request, for: rider.target) {
            case .found(let answer): found = answer
            case .failed(let failure, let refusal): return (0, await fail(rider.target, failure, refusal).next)
            case .unasked:
                await leaveUnasked(rider.target)
                return (0, nil)
            }
        }
        answered(rider.target)
        switch try await record(found, of: rider.target, nil) {
        case .recorded(let changes, let next): return (changes, next)
        case .failed(let failure): return (0, await fail(rider.target, failure, nil).next)
        case .void: return (0, nil)
        }
    }

    /// There was no request to be had for what does not come with its host: it is as late as that.
    private func leaveUnasked(_ target: PollTarget) async {
        guard let watch = watched[target]?.state.watch, let every = promised(target.host) else { return }
        let ago = watch.lastSuccess.map { Duration.milliseconds(world.wallClock().milliseconds - $0.milliseconds) }
        // What it followed is over.
        guard watch.state.isTrouble || ago.map({ $0 > every * 2 }) ?? true else { return }
        await follow([target], .late, "there is no request to be had for it")
    }

    /// A moment that comes before a target's turn would; `nil` if it does not.
    func sooner(_ moment: Moment?, _ target: PollTarget) -> Moment? {
        guard let moment, let every = interval(of: target.host), moment < world.now() + every else { return nil }
        return moment
    }

    /// The answer was the one that Meta gave the last time, and what rides on it the same: an answer is not known again by its bytes where it left anything of
    /// them open.
    /// - Parameter isWhole: whether the answer shows everything; a first page that decides alone is nothing that a ride could be compared with.
    func confirm(_ plan: FetchPlan, isWhole: Bool = true) async {
        answered(plan.target)
        let names = GraphRequest.names(in: plan.request.fields ?? [])
        for target in [plan.target] + plan.riders.map(\.target) where watched[target] != nil {
            ledger.confirm(target, at: world.wallClock())
            await moveByCompletePoll(of: target, asked: target == plan.target ? names : [])
        }
        // The same bytes from its own edge decide what rode and was in question.
        if isWhole, let polled = watched[plan.target] {
            compare(polled.state.marks.plain, of: polled, asked: plan.askedAt, isNews: false, shows: false)
        }
        checkRides(of: plan.target, plan.carried)
        for (key, target) in accounts[plan.target.account]?.brought[plan.target.kind]?.all ?? [] where plan.carried.contains(key) {
            await bring(target, by: key)
        }
    }
}
