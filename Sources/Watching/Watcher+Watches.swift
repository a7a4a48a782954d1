import Changes
import GraphAPI
import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

// How looks move the watches.

extension Watcher {
    /// What is known of drift over a unit.
    func drift(of unit: Unit) -> Drift {
        guard let account = accounts[unit.account] else { return Drift() }
        var drift = Drift()
        drift.leftOut = account.leftOut[unit.kind] ?? LeftOut()
        drift.odd = oddities[unit]?.reasons ?? []
        // Apps are asked for by themselves then.
        if unit.kind == .account {
            drift.leftOut.unknown.remove(Edge.appsField)
            drift.leftOut.refused.remove(Edge.appsField)
            drift.upgraded = account.upgraded
        }
        drift.taken = account.vanishing[unit.kind]?.drifted ?? []
        drift.unsteady = quorums[unit]?.unsteady ?? []
        drift.hold = holds[unit] ?? Hold()
        drift.plural = Rules.of(unit.kind).plural
        if unit.kind == .phoneNumber, case .only(let ids) = account.plan.numbers {
            drift.named = ids
            drift.shown = account.numbers
        }
        if unit.phoneNumberID != nil,
            watched[unit]?.watch.state == .drifted || quorums[unit] != nil || holds[unit] != nil || drift.isAny
        {
            let others = account.numbers.lazy.filter { $0 != unit.phoneNumberID }.compactMap {
                self.watched[Unit(account: unit.account, kind: unit.kind, phoneNumberID: $0)]?.watch
            }
            drift.echoes = Set(others.filter { $0.state == .drifted }.compactMap(\.reason))
        }
        return drift
    }

    /// How a complete look at a unit ends.
    func standing(_ unit: Unit, vanished: [String] = []) -> Watch.Outcome {
        let drift = drift(of: unit)
        return drift.outcome(vanished.filter(drift.taken.contains))
    }

    /// There is no request to be had for now.
    func late(_ unit: Unit, _ until: Moment) async -> Look {
        // Late by less than an interval is nothing to tell.
        if let every = interval(of: unit), until - world.now() > every { await tellLate(unit) }
        return Look(result: .unaffordable(until: until))
    }

    /// Says of everything that waits for the budget longer than its interval that it is late.
    func tellOfLate(_ name: String) async {
        for (unit, time) in schedule.waiting(name, now: world.now()) {
            guard let every = interval(of: unit), time > every, watched[unit]?.watch.state != .late else { continue }
            await tellLate(unit)
        }
    }

    private func tellLate(_ unit: Unit) async {
        guard let budget = accounts[unit.account]?.budget else { return }
        let isBlocked = budget.blockedUntil.map { $0 > world.now() } ?? false
        let reason = isBlocked ? "Meta throttles the account" : "the account's budget of \(budget.callsPerHour) calls an hour is used up"
        // What is not asked for has not failed: another state than a good one stays until an answer says otherwise.
        guard let state = watched[unit]?.watch.state, !state.isTrouble else { return }
        await move(unit, .failed(.late, reason: reason))
        await moveFollowers(of: unit)
    }

    /// Moves a watch by how a look ended, and has told what is to be told.
    func move(_ unit: Unit, _ outcome: Watch.Outcome) async {
        let now = world.wallClock()
        guard let watched = watched[unit] else { return }
        let (before, others) = (watched.watch, !drift(of: unit).echoes.isEmpty)
        let telling = watched.watch.on(outcome, at: now, others: others)
        let watch = watched.watch
        guard var note = WatchNote(telling, of: watch, before, over: unit) else { return }
        note.needs = accounts[unit.account]?.plan.needs ?? .account
        do {
            try await ledger.record([note], at: now)
        } catch {
            // What nobody was told of has not happened yet: the next look's end moves the watch from where it was.
            if watched.watch == watch { watched.watch = before }
            log.debug("a watch could not be recorded", metadata: ["unit": "\(unit)", "error": "\(error)"])
        }
    }
}

extension WatchNote {
    /// What is to be kept and told of a watch that moved; `nil` if it stayed.
    init?(_ telling: Watch.Telling, of watch: Watch, _ before: Watch, over unit: Unit) {
        guard telling != .nothing else { return nil }
        self.init(watch: unit.watch, document: watch.document, change: telling == .told ? watch.change(of: unit, from: before) : nil)
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
