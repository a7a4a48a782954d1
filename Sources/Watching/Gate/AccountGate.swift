import Changes
import GraphAPI
import Ledger
import StrictJSON
import WhatsAppBusiness

/// The only way to Meta for one account: its client, its credential and its budget. Whatever asks (polls, probes, actions) sends its requests here.
///
/// A request is counted and written down before it is made. A GET that was refused with a token which is no longer the account's is made again with the
/// present one; nothing else is ever repeated here.
actor AccountGate {
    /// The account's name in the configuration.
    nonisolated let name: String
    let world: World
    private let retry: Retry
    private let reservations: CallReservations
    private(set) var client: GraphClient
    private var renewedClient: @Sendable () -> GraphClient?
    private(set) var credential = Credential()
    private(set) var budget: CallBudget
    private var revision: UInt64 = 0
    /// What answers with expansions count as, by the kind that is polled.
    private var expansionCosts: [Kind: ExpansionCost] = [:]
    /// The same of answers without, for when there are others to compare with.
    private var usualCost = ExpansionCost()
    /// Whether requests go together, and those that are to and wait for others.
    var batchUse = BatchUse()
    var gatherings: [UInt64: Gathered] = [:]
    /// What Meta says of the token.
    var tokenHealth = TokenHealth()
    /// Messages, which Meta counts apart.
    var sendQuota = SendQuota()
    /// What came of all requests.
    var requests = RequestTally()

    /// The gate of an account that nothing is known of yet.
    init(_ plan: AccountPlan, world: World, retry: Retry, reservations: CallReservations) {
        name = plan.name
        client = plan.client
        renewedClient = plan.renewedClient
        budget = CallBudget(plan.ceiling)
        self.world = world
        self.retry = retry
        self.reservations = reservations
    }

    /// How the account stands now.
    var standing: GateStanding {
        revision += 1
        return GateStanding(
            revision: revision, callsPerHour: budget.callsPerHour, callsLastHour: budget.callsLastHour(world.now()),
            expansionCalls: expansionCosts.mapValues { $0.calls(of: budget.seen) }.filter { $0.value > 1 },
            usagePercent: budget.usagePercent, blockedUntil: budget.blockedUntil, isRefused: credential.isRefused,
            token: credential.generation,
            sentinel: credential.sentinel, usesBatches: batchUse.isUsable, batchRefusal: batchUse.refusal)
    }

    // MARK: The way in

    /// Whether a target may ask.
    enum Entrance: Sendable {
        case open
        /// There is another token, and it may ask with that.
        case renewed(GateStanding)
        /// It came back only to see whether there is another token, and there is none.
        case early
        /// The token is refused, or in doubt.
        case closed(until: Moment, isRefused: Bool)
    }

    /// A target is about to ask.
    /// - Parameters:
    ///   - isRefused: whether it was refused when it asked last: another token may be another answer.
    ///   - isEarly: whether it is not to ask yet with the same token.
    func enter(_ target: PollTarget, isRefused: Bool, isEarly: Bool) -> Entrance {
        if isRefused || credential.sentinel == target, let renewed = renewedClient() {
            client = renewed
            credential.renewed()
            return .renewed(standing)
        }
        if isEarly { return .early }
        switch credential.admit(target, now: world.now()) {
        case .open: return .open
        case .closed(let until): return .closed(until: until, isRefused: credential.isRefused)
        }
    }

    /// Sends a request, within the budget, and takes in what the answer says of budget and credential.
    /// - Parameters:
    ///   - digest: that of an earlier answer, which is not read again.
    ///   - keysOnly: whether of the things in a page only the keys are wanted.
    ///   - seat: its place among others that it may go together with.
    func send(
        _ request: GraphRequest, _ context: RequestContext, digest: Digest? = nil, keysOnly: Bool = false, seat: BatchSeat? = nil
    ) async -> GateReply {
        budget.core = context.coreCallsPerHour
        let expanded = request.expansions.isEmpty ? nil : context.target.kind
        var seat = seat
        // What it came to in a batch, where it is made once more by itself.
        var unusable: GraphFailure?
        while true {
            let calls = expanded.flatMap { expansionCosts[$0]?.calls(of: budget.seen) } ?? 1
            do throws(LedgerError) {
                if let until = try await afford(context.lane, calls: calls) { return unmade(.unaffordable(until: until), seat) }
            } catch { return unmade(.unwritten(error), seat) }
            var ended: Ended?
            if let place = seat {
                seat = nil
                let waiting = Waiting(request: request, digest: digest, keysOnly: keysOnly, minute: world.now().minute)
                var turn = await self.turn(of: waiting, at: place)
                if case .send(let group) = turn { turn = await send(group) }
                switch turn {
                case .send, .alone: break
                case .again: continue
                case .ended(let end): ended = end
                case .cancelled: return unmade(.unaffordable(until: world.now()), nil)
                }
            }
            if let ended, ended.isUnusable, case .failure(let failure) = ended.result {
                requests.failed(failure)
                note(failure.usage, ended.sent.counted, calls, isAnswered: failure.status != nil)
                unusable = failure
                continue
            }
            let isSingle = ended == nil
            let end = if let ended { ended } else { await fetch(request, digest: digest, keysOnly: keysOnly) }
            if isSingle, case .success(let answer) = end.result {
                if unusable?.isInvalid == true { batchUse.on(.givenUp(.contradicted)) }
                batchUse.on(.single(tellsUsage: answer.answer.usage != nil))
            }
            if let reply = taken(end, context, request, calls: calls, expanded) { return reply }
        }
    }

    /// A request is not made: nobody waits for it.
    private func unmade(_ outcome: GateReply.Outcome, _ seat: BatchSeat?) -> GateReply {
        if let seat { leave(seat) }
        return GateReply(outcome: outcome, standing: standing)
    }

    /// Takes in what came of a request; `nil` where it is to be made again.
    private func taken(_ end: Ended, _ context: RequestContext, _ request: GraphRequest, calls: Int, _ expanded: Kind?) -> GateReply? {
        let (sent, isPresent) = (end.sent, end.sent.generation == credential.generation)
        switch end.result {
        case .success(let answer):
            requests.succeeded()
            measure(answer.answer.usage, expanded)
            note(answer.answer.usage, sent.counted, calls, isAnswered: true)
            if answer.answer.usage == nil { budget.toldNothing(world.now()) }
            let ends = isPresent && credential.accepted(context.target, isSuccess: true)
            return GateReply(
                outcome: .answer(answer.answer, keys: answer.page), standing: standing, endsRefusal: ends,
                upgrade: upgrade(answer.answer, sent.client))
        case .failure(let failure):
            requests.failed(failure)
            measure(failure.usage, nil)
            // Nobody knows how many calls a batch counts as that was refused as a whole.
            note(failure.usage, sent.counted, calls, isAnswered: failure.status != nil && !end.isWhole)
            if let wait = failure.throttledFor { budget.note(percent: nil, of: 0, regainAfter: wait, now: world.now()) }
            // A token that was replaced meanwhile says nothing of the one that replaced it.
            guard isPresent else {
                if failure.code == .unauthorized, request.method.isRepeatable { return nil }
                return GateReply(outcome: .failed(failure, nil), standing: standing)
            }
            return failed(failure, context)
        }
    }

    /// Asks once, for one request alone.
    private func fetch(_ request: GraphRequest, digest: Digest?, keysOnly: Bool) async -> Ended {
        let sent = sent
        do throws(GraphFailure) {
            let answer =
                keysOnly
                ? try await sent.client.fetchKeys(request, digest: digest)
                : KeyAnswer(page: nil, answer: try await sent.client.fetch(request, digest: digest))
            return Ended(result: .success(answer), sent: sent)
        } catch { return Ended(result: .failure(error), sent: sent) }
    }

    private func failed(_ failure: GraphFailure, _ context: RequestContext) -> GateReply {
        let (now, target) = (world.now(), context.target)
        guard failure.code == .unauthorized else {
            var ends = false
            if failure.showsToken {
                ends = credential.accepted(target, isSuccess: false)
            } else {
                credential.failed(target, now: now)
            }
            return GateReply(outcome: .failed(failure, nil), standing: standing, endsRefusal: ends)
        }
        let (retry, random) = (retry, world.random())
        let verdict = credential.refused(target, now: now, confirmer: context.confirmer) { isFirst, time in
            retry.delay(afterRefusal: isFirst, for: time, random: random)
        }
        var until = now + Credential.check
        if case .closed(let moment) = credential.admission(of: target, now: now) { until = moment }
        let refusal = TokenRefusal(verdict: verdict, isBelieved: credential.isRefused, until: until)
        return GateReply(outcome: .failed(failure, refusal), standing: standing)
    }

    /// Takes a request out of the budget; returns when there is one to be had if there is none now.
    /// - Parameter calls: how many calls it counts as.
    private func afford(_ lane: Lane, calls: Int) async throws(LedgerError) -> Moment? {
        try await afford { budget, now in budget.take(now, core: lane == .core, calls: calls) }
    }

    /// The same for a request of an action.
    func affordWrite() async throws(LedgerError) -> Moment? { try await afford { budget, now in budget.takeWrite(now) } }

    private func afford(_ take: (inout CallBudget, Moment) -> CallBudget.Verdict) async throws(LedgerError) -> Moment? {
        while true {
            let now = world.now()
            switch take(&budget, now) {
            case .granted: return nil
            case .wait(let until): return until
            case .unreserved: guard try await reservations.reserve(self) else { return now }
            }
            // Whoever is cancelled waits for nothing, and is given nothing.
            if Task.isCancelled { return now }
        }
    }

    /// Takes a request that is no poll's out of the budget; whether there is one now.
    func affords(_ lane: Lane, coreCallsPerHour: Int) async -> Bool {
        budget.core = coreCallsPerHour
        do throws(LedgerError) { return try await afford(lane, calls: 1) == nil } catch { return false }
    }

    /// Whether the token may be used for an action. Where it is refused it is looked for another.
    func admitsWrite() -> Bool {
        guard credential.isRefused else { return true }
        guard let renewed = renewedClient() else { return false }
        client = renewed
        credential.renewed()
        return true
    }

    /// Meta lets nothing through for so long.
    func throttled(for wait: Duration) { budget.note(percent: nil, of: 0, regainAfter: wait, now: world.now()) }

    /// A request that is no poll's was answered.
    func answeredBesides() { budget.answered(world.now()) }

    /// Takes in what an answer says of the calls that answers with expansions count as.
    private func measure(_ usage: Usage?, _ expanded: Kind?) {
        guard let percent = usage?.callPercent else { return }
        let now = world.now()
        if let expanded, expansionCosts[expanded] == nil { expansionCosts[expanded] = usualCost }
        usualCost.on(percent: percent, isExpanded: expanded == nil ? false : nil, now: now)
        for kind in expansionCosts.keys {
            // What another host's answers count as says nothing of this one's.
            expansionCosts[kind]?.on(percent: percent, isExpanded: expanded == nil ? false : expanded == kind ? true : nil, now: now)
        }
    }

    func note(_ usage: Usage?, _ counted: Int, _ calls: Int, isAnswered: Bool) {
        let now = world.now()
        if isAnswered { budget.answered(now, calls: calls) }
        guard let usage else { return }
        budget.note(percent: Int(usage.percent), of: counted + calls, regainAfter: usage.regainAfter, now: now)
    }

    private func upgrade(_ answer: Answer, _ client: GraphClient) -> String? {
        let asked = client.endpoint.version
        guard let version = answer.apiVersion, let parsed = GraphVersion(parsing: version), parsed != asked else { return nil }
        return "Meta answers calls of version \(asked) as \(version)"
    }

    // MARK: Changes

    /// The account is to be asked as this plan says; whatever was refused may be tried again.
    func use(_ plan: AccountPlan) -> GateStanding {
        client = plan.client
        renewedClient = plan.renewedClient
        budget.ceiling = plan.ceiling
        credential.renewed()
        expansionCosts = [:]
        batchUse = BatchUse()
        tokenHealth.reload()
        return standing
    }

    /// Targets are no longer watched.
    func forget(_ targets: [PollTarget]) { for target in targets { credential.forget(target) } }

    /// A refused token is asked for again now: nobody waits.
    func hurry() { credential.hurry(now: world.now()) }

    // MARK: What is written down

    /// Goes on where the process before this one was.
    func restore(_ document: JSONObject) -> GateStanding {
        budget.restore(document, world.now(), wallClock: world.wallClock(), boot: world.boot)
        return standing
    }

    /// Calls that may be made once they are written down, with the document that says so; `nil` if none are wanted now.
    /// - Parameter isWanted: whether somebody waits for them, or did: a round may have come before.
    func offer(isWanted: Bool) -> (document: JSONObject, offer: CallBudget.Offer)? {
        let now = world.now()
        guard isWanted && budget.needsReservation(now) || budget.wantsReservation(now) else { return nil }
        let offer = budget.offer(now)
        return (budget.document(now, wallClock: world.wallClock(), boot: world.boot, offer: offer), offer)
    }

    /// The calls of an offer are written down.
    func accept(_ offer: CallBudget.Offer) { budget.accept(offer) }

    /// What is to be known of the calls that were made, at the end: there will be no more.
    func close() -> JSONObject {
        budget.release()
        return budget.document(world.now(), wallClock: world.wallClock(), boot: world.boot)
    }
}

extension GraphFailure {
    /// How long nothing is asked for after this failure, where Meta throttles the account.
    var throttledFor: Duration? {
        guard case .throttled(let regainAfter) = code else { return nil }
        return regainAfter ?? .seconds(300)
    }

    /// Whether it shows that Meta took the token: an answer about permissions or about the request comes behind that.
    fileprivate var showsToken: Bool {
        guard graph != nil else { return false }
        switch code {
        case .forbidden, .notFound, .policy, .invalidField, .invalidRequest: return true
        default: return false
        }
    }
}
