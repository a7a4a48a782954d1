import Changes
import GraphAPI
import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

// How looks move the watches.

extension Watcher {
    /// What is known of drift over a target.
    func drift(of target: PollTarget) -> Drift {
        guard let account = accounts[target.account] else { return Drift() }
        var drift = Drift()
        drift.leftOut = account.leftOut[target.kind] ?? LeftOut()
        drift.odd = oddities[target]?.reasons ?? []
        // Apps are asked for by themselves then.
        if target.kind == .account {
            drift.leftOut.unknown.remove(Edge.appsField)
            drift.leftOut.refused.remove(Edge.appsField)
            drift.upgraded = account.upgraded
        }
        drift.taken = account.vanishing[target.kind]?.drifted ?? []
        drift.unsteady = quorums[target]?.unsteady ?? []
        drift.hold = holds[target] ?? Hold()
        drift.plural = Rules.of(target.kind).plural
        if target.kind == .phoneNumber, case .only(let ids) = account.plan.numbers {
            drift.named = ids
            drift.shown = account.numbers
        }
        if target.phoneNumberID != nil,
            watched[target]?.watch.state == .drifted || quorums[target] != nil || holds[target] != nil || drift.isAny
        {
            let others = account.numbers.lazy.filter { $0 != target.phoneNumberID }.compactMap {
                self.watched[PollTarget(account: target.account, kind: target.kind, phoneNumberID: $0)]?.watch
            }
            drift.echoes = Set(others.filter { $0.state == .drifted }.compactMap(\.reason))
        }
        return drift
    }

    /// How a complete look at a target ends.
    func standing(_ target: PollTarget, vanished: [String] = []) -> Watch.Outcome {
        let drift = drift(of: target)
        return drift.outcome(vanished.filter(drift.taken.contains))
    }

    /// There is no request to be had for now.
    func late(_ target: PollTarget, _ until: Moment) async -> PollOutcome {
        // Late by less than an interval is nothing to tell.
        if let every = interval(of: target), until - world.now() > every { await tellLate(target) }
        return PollOutcome(result: .unaffordable(until: until))
    }

    /// Says of everything that waits for the budget longer than its interval that it is late.
    func tellOfLate(_ name: String) async {
        for (target, time) in schedule.waiting(name, now: world.now()) {
            guard let every = interval(of: target), time > every, watched[target]?.watch.state != .late else { continue }
            await tellLate(target)
        }
    }

    private func tellLate(_ target: PollTarget) async {
        guard let budget = accounts[target.account]?.budget else { return }
        let isBlocked = budget.blockedUntil.map { $0 > world.now() } ?? false
        let reason = isBlocked ? "Meta throttles the account" : "the account's budget of \(budget.callsPerHour) calls an hour is used up"
        // What is not asked for has not failed: another state than a good one stays until an answer says otherwise.
        guard let state = watched[target]?.watch.state, !state.isTrouble else { return }
        await move(target, .failed(.late, reason: reason))
        await moveFollowers(of: target)
    }

    /// Moves a watch by how a look ended, and has told what is to be told.
    func move(_ target: PollTarget, _ outcome: Watch.Outcome) async {
        let now = world.wallClock()
        guard let watched = watched[target] else { return }
        let (before, others) = (watched.watch, !drift(of: target).echoes.isEmpty)
        let telling = watched.watch.on(outcome, at: now, others: others)
        let watch = watched.watch
        guard var note = WatchNote(telling, of: watch, before, over: target) else { return }
        note.needs = accounts[target.account]?.plan.needs ?? .account
        do {
            try await ledger.record([note], at: now)
        } catch {
            // What nobody was told of has not happened yet: the next look's end moves the watch from where it was.
            if watched.watch == watch { watched.watch = before }
            log.debug("a watch could not be recorded", metadata: ["target": "\(target)", "error": "\(error)"])
        }
    }
}

extension WatchNote {
    /// What is to be kept and told of a watch that moved; `nil` if it stayed.
    init?(_ telling: Watch.Telling, of watch: Watch, _ before: Watch, over target: PollTarget) {
        guard telling != .nothing else { return nil }
        self.init(watch: target.watch, document: watch.document, change: telling == .told ? watch.change(of: target, from: before) : nil)
    }
}

extension WatchState {
    init(_ code: GraphFailure.Code) {
        switch code {
        case .unauthorized: self = .unauthorized
        case .forbidden, .policy: self = .forbidden
        case .notFound: self = .notFound
        case .throttled: self = .throttled
        case .refusedField: self = .forbidden
        case .unreachable, .transient, .tooMuchData, .paging: self = .unreachable
        case .invalidField, .otherNode, .invalidRequest, .invalidAnswer: self = .invalidAnswer
        }
    }
}
