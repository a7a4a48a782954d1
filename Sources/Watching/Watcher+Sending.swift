import Changes
import GraphAPI
import Logging
import WhatsAppBusiness

// Requests through an account's gate, and what their replies say of the account.

extension Watcher {
    /// Sends a request for a target.
    func send(
        _ request: GraphRequest, for target: PollTarget, digest: Digest? = nil, keysOnly: Bool = false, seat: BatchSeat? = nil
    ) async -> GateReply.Outcome {
        // An account of that name may be another by now, and its gate knows nothing of the seat.
        guard let account = accounts[target.account], seat == nil || seat?.gate === account.gate else {
            if let seat { await seat.gate.leave(seat) }
            return .unaffordable(until: world.now())
        }
        let asked = troubles.event
        let reply = await account.gate.send(request, context(of: target, account), digest: digest, keysOnly: keysOnly, seat: seat)
        // An account of that name may be another by now.
        if accounts[target.account] === account { await take(reply, for: target, account, asked: asked) }
        return reply.outcome
    }

    /// Whether a target's first request may go together with others of its account: a plain one, of something that does not fail. What fails is asked for
    /// alone, so that what hinders only batches is seen through.
    func mayGoTogether(_ target: PollTarget) -> Bool {
        guard target.phoneNumberID != nil, let account = accounts[target.account], account.standing.usesBatches,
            let watch = watched[target]?.state.watch
        else { return false }
        return watch.failures == 0 && !watch.state.isTrouble
    }

    /// The seats of polls that begin together; none for one that begins alone.
    func seats(for turn: [PollTarget]) -> [BatchSeat?] {
        guard turn.count > 1, let gate = accounts[turn[0].account]?.gate else { return turn.map { _ in nil } }
        lastGathering += 1
        return turn.indices.map { BatchSeat(gate: gate, gathering: lastGathering, members: turn.count, member: $0) }
    }

    func context(of target: PollTarget, _ account: AccountState) -> RequestContext {
        let confirmer = [Kind.phoneNumber, .account].lazy.map { PollTarget(account: target.account, kind: $0) }.first { core in
            core != target && self.schedule.interval(of: core) != nil
        }
        return RequestContext(target: target, lane: Lane(target), coreCallsPerHour: account.coreCallsPerHour, confirmer: confirmer)
    }

    /// - Parameter asked: how far `troubles` had come when the request was made.
    private func take(_ reply: GateReply, for target: PollTarget, _ account: AccountState, asked: Int) async {
        let name = target.account
        switch reply.outcome {
        case .answer: troubles.heard(of: name, nil, asked: asked)
        case .failed(let failure, _) where !failure.isUnreached: troubles.heard(of: name, Watch.State(failure.code), asked: asked)
        case .failed, .unaffordable, .unwritten: break
        }
        if let why = reply.standing.batchRefusal, account.standing.batchRefusal == nil {
            log.debug("requests are made one by one", metadata: ["account": "\(name)", "reason": "\(why)"])
        }
        if account.stands(reply.standing) {
            stretch(name)
            weigh(account)
        }
        if reply.endsRefusal { hastenRetries(of: name, butFor: target) }
        let watch = PollTarget(account: name, kind: .account)
        // Only a poll of the account can say that it is over.
        if let upgrade = reply.upgrade {
            account.upgrade = upgrade
            if account.plan.watches(.account), let state = watched[watch]?.state.watch.state, state == .current || state == .starting {
                await moveByCompletePoll(of: watch, isOwn: false)
            }
        }
        // Where the account itself is not polled, any answer that Meta took the token for says that it is good.
        let isAnswer = if case .answer = reply.outcome { true } else { false }
        guard isAnswer || reply.endsRefusal, schedule.interval(of: watch) == nil else { return }
        if !account.standing.isRefused, watched[watch]?.state.watch.state == .unauthorized { await move(watch, .complete) }
    }

    /// Asks an edge that may be read at once, outside any target's own poll.
    func ask(_ request: GraphRequest, for target: PollTarget) async -> Asked {
        var sweep = Sweep([(nil, request)], fields: request.fields ?? request.edge.fields)
        var refusal: TokenRefusal?
        while true {
            switch sweep.next {
            case .complete(let found): return .found(found)
            case .unchanged: preconditionFailure("what is asked for at once is read to its end")
            case .void(let failure): return .failed(failure, refusal)
            case .ask(let request):
                guard !Task.isCancelled else { return .unasked }
                switch await send(request, for: target) {
                case .answer(let answer, _): sweep.on(answer)
                case .failed(let failure, let token):
                    refusal = token
                    sweep.on(failure)
                case .unaffordable, .unwritten: return .unasked
                }
            }
        }
    }

    /// What came of asking an edge.
    enum Asked {
        case found(Sweep.Found)
        case failed(GraphFailure, TokenRefusal?)
        /// There was no request to be had.
        case unasked
    }
}
