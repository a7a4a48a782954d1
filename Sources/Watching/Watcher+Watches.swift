import Changes
import Continuations
import GraphAPI
import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

// How polls move the watches. A watch is moved by one at a time, and one drift is told by one watch of a kind.

extension Watcher {
    /// What is known of drift over a target.
    func drift(of target: PollTarget) -> Drift {
        guard let account = accounts[target.account], let polled = watched[target] else { return Drift() }
        let kind = account[target.kind]
        var drift = Drift()
        drift.leftOut = kind.leftOut
        // What rides on it is asked for by itself then.
        for field in target.kind.riders.compactMap(\.row.ridesOn?.field) {
            drift.leftOut.unknown.remove(field)
            drift.leftOut.refused.remove(field)
        }
        drift.odd = polled.state.oddities?.reasons ?? []
        if target.kind == .account { drift.upgraded = account.upgrade }
        drift.taken = kind.losses?.drifted ?? []
        drift.unsteady = polled.state.quorum.unsteady
        drift.hold = polled.state.hold
        drift.plural = Rules.of(target.kind).plural
        if target.kind == .phoneNumber, case .only(let ids) = account.plan.numbers {
            drift.named = ids
            drift.shown = account.numbers
        }
        if target.phoneNumberID != nil,
            polled.state.watch.state == .drifted || polled.state.hasQuorum || polled.state.hold.isActive || drift.isAny
        {
            let others = account.numbers.lazy.filter { $0 != target.phoneNumberID }.compactMap {
                self.watched[PollTarget(account: target.account, kind: target.kind, phoneNumberID: $0)]?.state.watch
            }
            drift.echoes = Set(others.filter { $0.state == .drifted }.compactMap(\.reason))
        }
        return drift
    }

    /// Whether the token has been refused since a target's answer came: that is newer than the answer.
    func isOvertaken(_ target: PollTarget) -> Bool { accounts[target.account]?.standing.isRefused ?? false }

    /// There is no request to be had for now.
    func late(_ target: PollTarget, _ until: Moment) async -> PollOutcome {
        // Late by less than an interval is nothing to tell.
        if let every = promised(target), until - world.now() > every { await tellLate(target) }
        return PollOutcome(result: .unaffordable(until: until))
    }

    /// Says of everything that waits for the budget longer than its interval that it is late.
    func tellOfLate(_ name: String) async {
        for (target, time) in schedule.waiting(name, now: world.now()) {
            guard let every = promised(target), time > every, watched[target]?.state.watch.state != .late else { continue }
            await tellLate(target)
        }
    }

    private func tellLate(_ target: PollTarget) async {
        guard let standing = accounts[target.account]?.standing else { return }
        let isBlocked = standing.blockedUntil.map { $0 > world.now() } ?? false
        let reason =
            isBlocked ? "Meta throttles the account" : "the account's budget of \(standing.callsPerHour) calls an hour is used up"
        // What is not asked for has not failed: another state than a good one stays until an answer says otherwise.
        guard let state = watched[target]?.state.watch.state, !state.isTrouble else { return }
        await move(target, .failed(.late, reason: reason, cause: troubles.late(target, reason)))
        await moveFollowers(of: target)
        await settleTroubles(of: target.account)
    }

    // MARK: One change of a watch at a time

    /// A target whose watch nobody moves; `nil` if it is not watched, or the task is cancelled before.
    func still(_ target: PollTarget) async -> WatchedTarget? {
        while let polled = watched[target], !Task.isCancelled {
            guard polled.state.isMoving else { return polled }
            await moved.wait(for: target, whenCancelled: ())
        }
        return nil
    }

    /// Moves a watch by how a poll ended, and has told what is to be told.
    func move(_ target: PollTarget, _ outcome: Watch.Outcome) async { await move(target) { _ in outcome } }

    /// Moves a watch by a poll that was complete, but for these members.
    /// - Parameters:
    ///   - asked: the fields that it asked for, if that is known: of those another poll may have found meanwhile that they are not given.
    ///   - isOwn: whether it was a poll of the target, which then works.
    func moveByCompletePoll(of target: PollTarget, asked: Set<String> = [], without vanished: [String] = [], isOwn: Bool = true) async {
        if isOwn { noteSuccess(of: target) }
        await move(target) { drift in
            isOvertaken(target) ? .overtaken : drift.ofPoll(asking: asked).outcome(vanished.filter(drift.taken.contains))
        }
    }

    /// Moves a watch by what is decided about it when it may be moved.
    func move(_ target: PollTarget, _ decide: () -> Watch.Outcome) async { await move(target) { _ in decide() } }

    /// - Parameter decide: how the poll ended, by what is known of drift when it may be told.
    private func move(_ target: PollTarget, by decide: (Drift) -> Watch.Outcome) async {
        let (drift, account) = await beginTelling(of: target)
        defer { endTelling(of: target, account) }
        guard let polled = await still(target) else { return }
        let now = world.wallClock()
        guard let move = polled.state.move(decide(drift), at: now, others: !drift.echoes.isEmpty) else { return }
        await write([(polled, move)], at: now)
    }

    /// Takes what has turned out to be the trouble of a wider watch, in one transaction: whatever of it is in trouble still.
    func join(_ targets: [PollTarget], _ trouble: Troubles.Trouble, _ wider: PollTarget) async {
        let now = world.wallClock()
        var moves: [(WatchedTarget, TargetState.Move)] = []
        var busy: [PollTarget] = []
        for target in targets {
            guard let polled = watched[target] else { continue }
            guard !polled.state.isMoving else {
                busy.append(target)
                continue
            }
            let outcome = Watch.Outcome.joins(trouble.state, reason: trouble.reason, by: wider)
            if let move = polled.state.move(outcome, at: now) { moves.append((polled, move)) }
        }
        await write(moves, at: now)
        // What is being recorded may be a success; whatever fails on says so at its next poll.
        for target in targets where !busy.contains(target) { await moveFollowers(of: target) }
    }

    /// Takes the trouble of a wider watch, in one transaction.
    func follow(_ targets: [PollTarget], _ state: Watch.State, _ reason: String, by wider: PollTarget? = nil) async {
        let now = world.wallClock()
        var moves: [(WatchedTarget, TargetState.Move)] = []
        var busy: [PollTarget] = []
        for target in targets {
            guard let polled = watched[target] else { continue }
            polled.state.know(by: nil)
            guard !polled.state.isMoving else {
                busy.append(target)
                continue
            }
            if let move = polled.state.move(.follows(state, reason: reason, by: wider), at: now) { moves.append((polled, move)) }
        }
        await write(moves, at: now)
        for target in busy {
            // It may be over by then.
            guard let polled = await still(target), state != .unauthorized || isOvertaken(target) else { continue }
            polled.state.know(by: nil)
            if let move = polled.state.move(.follows(state, reason: reason, by: wider), at: world.wallClock()) {
                await write([(polled, move)], at: now)
            }
        }
    }

    /// Writes down how watches moved, and has told what is to be told, in one transaction.
    private func write(_ moves: [(polled: WatchedTarget, move: TargetState.Move)], at now: Timestamp) async {
        guard !moves.isEmpty else { return }
        var isWritten = false
        defer {
            for (polled, move) in moves {
                polled.state.wrote(move, isWritten: isWritten)
                moved.answer(polled.target, with: ())
            }
        }
        let notes = moves.compactMap { polled, move in
            var note = WatchNote(move.telling, of: move.after, move.before, over: polled.target)
            note?.needs = polled.target == .connection ? .nothing : accounts[polled.target.account]?.plan.needs ?? .account
            return note
        }
        do throws(LedgerError) {
            try await ledger.record(notes, at: now)
            isWritten = true
        } catch {
            log.debug("watches could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    // MARK: One drift, one telling

    /// What is known of drift over one of many numbers, at a time when no other poll of the kind that may tell a drift is being recorded.
    /// - Returns: the account whose others wait until `endTelling`, where this one may tell.
    func beginTelling(of target: PollTarget) async -> (drift: Drift, account: AccountState?) {
        while true {
            let drift = drift(of: target)
            guard target.phoneNumberID != nil, let account = accounts[target.account],
                let state = watched[target]?.state, drift.isAny || state.watch.state == .drifted || state.hasQuorum || state.hold.isActive
            else { return (drift, nil) }
            guard account[target.kind].isTelling else {
                account[target.kind].isTelling = true
                return (drift, account)
            }
            if Task.isCancelled { return (drift, nil) }
            await told.wait(for: KindOfAccount(account: target.account, kind: target.kind), whenCancelled: ())
        }
    }

    /// The others of the account may tell now.
    func endTelling(of target: PollTarget, _ account: AccountState?) {
        guard let account else { return }
        account[target.kind].isTelling = false
        told.answer(KindOfAccount(account: target.account, kind: target.kind), with: ())
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
