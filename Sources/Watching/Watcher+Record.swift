import Changes
import GraphAPI
import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

// What a complete look says: recorded with the watch over it, in one transaction.

extension Watcher {
    /// Has what a look found recorded.
    func record(_ found: Sweep.Found, _ memory: CacheValidator?, of target: PollTarget, _ sweep: Sweep) async -> PollOutcome {
        guard accounts[target.account] != nil else { return PollOutcome(result: .notWatched) }
        await tokenIsGood(target)
        guard let plan = plan(toRecord: target) else { return PollOutcome(result: .notWatched) }
        var observation: Observation
        do throws(GraphFailure) {
            (observation, oddities[target]) = try Observation.read(target, of: plan, found, asked: sweep.fields)
        } catch {
            return await fail(target, error)
        }
        if let rotation = rotations[target], sweep.coverage != .whole {
            observation.isWhole = false
            observation.shows = rotation.shows(sweep.coverage, wallClock: world.wallClock())
        }
        observation.mayLack(oddities[target])
        observation.needs = plan.needs
        let isOneOfMany = target.phoneNumberID != nil && target.kind.edge.form != .list
        if isOneOfMany {
            observation.keepsVanished = true
            observation.gone = accounts[plan.name]?.vanishing[target.kind]?.gone(at: target.phoneNumberID ?? "") ?? []
        }
        do throws(LedgerError) {
            var recording = try await self.record(observation)
            var changes = recording.changes
            guard !recording.isVoid else { return PollOutcome(result: .notWatched) }
            let gone = isOneOfMany ? try await decide(recording, observation) : []
            if !gone.isEmpty {
                // A person took them away, so they are changes like any other.
                observation.gone.formUnion(gone)
                observation.quorum = recording.quorum
                observation.isComparedAgain = true
                recording = try await self.record(observation)
                changes += recording.changes
            }
            await settle(recording, observation, memory, sweep, found, plan)
            var next = confirmation(of: recording, target)
            if target.kind == .account {
                let apps = try await recordApps(found, plan, sweep)
                changes += apps.changes
                next = [next, apps.next].compactMap(\.self).min()
                // The same answer again would say nothing new of what could not be read or is not decided yet.
                if followers(of: target).contains(where: { !isSettled($0) }) { watched[target]?.memory = nil }
            }
            return PollOutcome(result: .recorded(changes: changes), next: sooner(next, target))
        } catch {
            // Whoever looks after the ledger says so, once. What could not be recorded is seen again by the next look.
            log.debug("a look could not be recorded", metadata: ["target": "\(target)", "error": "\(error)"])
            return PollOutcome(result: .unrecorded(error))
        }
    }

    /// Records an observation and moves the watch over it.
    private func record(_ observation: Observation) async throws(LedgerError) -> Recording {
        let target = observation.target
        let now = world.wallClock()
        var observation = observation
        if !observation.isComparedAgain { observation.quorum = quorums[target] ?? Quorum() }
        observation.hold = holds[target] ?? Hold()
        observation.now = .nanoseconds(world.now().nanoseconds)
        observation.isAccountGone = watched[PollTarget(account: target.account, kind: .account)]?.watch.state == .notFound
        let before = watched[target]?.watch ?? Watch(over: target, since: now)
        let drift = drift(of: target)
        let move: @Sendable (inout Watch, Recording) -> Watch.Telling = { watch, recording in
            watch.on(drift.outcome(recording), at: now, others: !drift.echoes.isEmpty)
        }
        let recording = try await ledger.record(observation, at: now) { recording in
            var watch = before
            return WatchNote(move(&watch, recording), of: watch, before, over: target)
        }
        guard !recording.isVoid, let watched = watched[target] else { return recording }
        watched.watch = before
        _ = move(&watched.watch, recording)
        quorums[target] = recording.quorum.isIdle ? nil : recording.quorum
        holds[target] = recording.hold.isActive ? recording.hold : nil
        return recording
    }

    /// When a look is made that confirms what this one lacked, if that is not to wait for its turn.
    private func confirmation(of recording: Recording, _ target: PollTarget) -> Moment? {
        if recording.quorum.isDoubtful { return sooner(world.now() + Self.doubt, target) }
        let isShort = target.kind == .messageTemplate || target.kind == .qrCode || target.kind == .subscribedApp
        guard isShort, rotations[target]?.mode != .time, !recording.missed.isEmpty, !recording.hold.isActive else { return nil }
        return world.now() + Self.missing
    }

    /// What a look lacked is looked for again this soon: members, and things of a list that is short.
    private static let doubt = Duration.seconds(5)
    private static let missing = Duration.seconds(15)

    /// Decides about members that a number no longer shows; returns those that a person took away, where the look that was just recorded did not know it.
    private func decide(_ recording: Recording, _ observation: Observation) async throws(LedgerError) -> Set<String> {
        let target = observation.target
        let loss = FieldLossQuorum.Loss(doubtful: recording.doubtful, confirmed: recording.confirmed, all: Set(recording.vanished))
        let vanished = loss.doubtful.union(loss.confirmed)
        guard let number = target.phoneNumberID,
            let open = accounts[target.account]?.vanishing[target.kind] ?? (vanished.isEmpty ? nil : FieldLossQuorum())
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
        var vanishing = accounts[target.account]?.vanishing[target.kind] ?? open
        let answer = vanishing.on(number, loss: loss, shown: shown, holders: { holders[$0] ?? [] }) { other in
            let other = PollTarget(account: target.account, kind: target.kind, phoneNumberID: other)
            return self.watched[other].map { !$0.watch.state.isTrouble } ?? false
        }
        accounts[target.account]?.vanishing[target.kind] = vanishing.isIdle ? nil : vanishing
        for other in answer.ask.sorted() {
            on(.hasten(PollTarget(account: target.account, kind: target.kind, phoneNumberID: other), ahead: false), world.now())
        }
        if !vanishing.drifted.isDisjoint(with: loss.all) { await move(target, standing(target, vanished: recording.vanished)) }
        return answer.gone
    }

    /// What follows from a recorded look.
    private func settle(
        _ recording: Recording, _ observation: Observation, _ memory: CacheValidator?, _ sweep: Sweep, _ found: Sweep.Found,
        _ plan: AccountPlan
    ) async {
        let target = observation.target
        let isSettled =
            !recording.pending && recording.vanished.isEmpty && recording.quorum.isIdle && watched[target]?.watch.state == .current
            && (target.kind != .account || !plan.watches(.subscribedApp) || Self.apps(in: found) != nil)
        watched[target]?.memory = isSettled && sweep.coverage == .whole ? memory : nil
        if rotations[target] != nil {
            rotations[target]?.on(
                sweep.coverage, keys: found.keys, missed: recording.missed, removed: recording.removed, now: world.now())
            await probe(target, plan, hasThings: !observation.items.isEmpty || !observation.ids.isEmpty)
        }
        guard target.kind == .phoneNumber else { return }
        for number in recording.removed { forget(number: number, of: plan.name) }
        watch(numbers: recording.ids, of: plan.name)
    }

    /// Finds out once whether an edge heeds time.
    private func probe(_ target: PollTarget, _ plan: AccountPlan, hasThings: Bool) async {
        guard hasThings, rotations[target]?.isUndecided == true, let window = WindowRotation.probe else { return }
        guard let account = accounts[plan.name] else { return }
        var request = request(for: target, account)
        request.window = window
        switch await ask(request, for: target) {
        case .success(let found)?: rotations[target]?.on(probe: found.keys.allSatisfy(\.keys.isEmpty))
        case .failure(let failure)? where failure.code == .invalidRequest: rotations[target]?.on(probe: false)
        default: break
        }
    }

    // MARK: Apps

    /// Whether the last look left nothing of a target open.
    private func isSettled(_ target: PollTarget) -> Bool {
        watched[target]?.watch.state == .current && watched[target]?.watch.failures == 0 && quorums[target] == nil
            && !missing.contains(target)
    }

    /// There was no request to be had for what does not come with its account: it is as late as that.
    private func leaveUnasked(_ target: PollTarget) async {
        guard let watch = watched[target]?.watch, let every = interval(of: PollTarget(account: target.account, kind: .account)) else {
            return
        }
        let ago = watch.lastSuccess.map { Duration.milliseconds(world.wallClock().milliseconds - $0.milliseconds) }
        // What it followed is over.
        guard watch.state.isTrouble || ago.map({ $0 > every * 2 }) ?? true else { return }
        await follow([target], .late, "there is no request to be had for it")
    }

    /// The apps that came with an account's answer; `nil` where there are more, or none: then the edge itself says it for certain.
    private static func apps(in found: Sweep.Found) -> [JSONValue]? {
        guard let apps = found.items.first?[Edge.appsField], apps["paging"]?["next"] == nil, let data = apps["data"]?.array else {
            return nil
        }
        return data.isEmpty ? nil : data
    }

    /// Has an account's apps recorded, which came with the account's own answer, or are asked for where they did not.
    private func recordApps(
        _ account: Sweep.Found, _ plan: AccountPlan, _ sweep: Sweep
    ) async throws(LedgerError) -> (changes: Int, next: Moment?) {
        let target = PollTarget(account: plan.name, kind: .subscribedApp)
        guard watched[target] != nil else { return (0, nil) }
        let found: Sweep.Found
        if let apps = Self.apps(in: account) {
            found = Sweep.Found(items: apps)
        } else {
            switch await ask(GraphRequest(Edge.subscribedApps, id: plan.wabaID), for: target) {
            case .success(let answer)?: found = answer
            case .failure(let failure)?: return (0, await fail(target, failure).next)
            case nil:
                await leaveUnasked(target)
                return (0, nil)
            }
        }
        var observation: Observation
        do throws(GraphFailure) {
            (observation, oddities[target]) = try Observation.read(target, of: plan, found, asked: [])
            observation.mayLack(oddities[target])
            observation.needs = .account
        } catch {
            return (0, await fail(target, error).next)
        }
        let recording = try await record(observation)
        if recording.pending { missing.insert(target) } else { missing.remove(target) }
        return (recording.changes, confirmation(of: recording, target))
    }

    /// A moment that comes before a target's turn would; `nil` if it does not.
    func sooner(_ moment: Moment?, _ target: PollTarget) -> Moment? {
        let looked = target.kind == .subscribedApp ? PollTarget(account: target.account, kind: .account) : target
        guard let moment, let every = interval(of: looked), moment < world.now() + every else { return nil }
        return moment
    }

    /// The account's answer was the one that it gave the last time, and its apps with it: it is not known again by its bytes where it left anything of
    /// them open.
    func confirmApps(of name: String) async {
        let target = PollTarget(account: name, kind: .subscribedApp)
        guard watched[target] != nil else { return }
        ledger.confirm(target, at: world.wallClock())
        await move(target, standing(target))
    }
}
