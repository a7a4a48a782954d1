import Continuations
import GraphAPI
import WhatsAppBusiness

// First requests of polls that began together, as one request to Meta. Each is taken out of the budget and written down by its own poll before it waits for
// the others, and what came of it is taken in by its own poll again; one of them sends for all.

extension AccountGate {
    /// A request that waits for others to go with it.
    struct Waiting: Sendable {
        let request: GraphRequest
        let digest: Digest?
        let keysOnly: Bool
        /// The minute that it was counted in.
        let minute: Int64
        /// What it is to do when all have come.
        let turn = OneShot<Turn>()
    }

    /// What somebody does whose request waited.
    enum Turn: Sendable {
        /// It sends these, its own among them.
        case send([Waiting])
        /// Its request goes by itself.
        case alone
        /// Its request is made by itself, and counted again: what it was counted for is over, or may have been made.
        case again
        /// Another has sent it, and this came of it.
        case ended(Ended)
        /// It was cancelled.
        case cancelled
    }

    /// What came of a request.
    struct Ended: Sendable {
        var result: Result<KeyAnswer, GraphFailure>
        var sent: Sent
        /// What came is that of a whole batch.
        var isWhole = false

        /// Whether it was one of a batch and had no answer that can be used, which it may have by itself.
        var isUnusable: Bool {
            guard !isWhole, case .failure(let failure) = result else { return false }
            return failure.isLate || failure.isInvalid
        }
    }

    /// How the account stood when a request was sent.
    struct Sent: Sendable {
        var client: GraphClient
        var generation: Int
        /// Calls that Meta will have counted when it comes to it.
        var counted: Int
    }

    /// Those who wait, by their places in the gathering.
    struct Gathered: Sendable {
        var gathering: Gathering
        var waiting: [Int: Waiting] = [:]
    }

    /// A poll has no first request for its seat.
    func leave(_ seat: BatchSeat) {
        take(.leaves(seat.member), of: seat)
    }

    /// Waits until a request may go, and with which.
    func turn(of waiting: Waiting, at seat: BatchSeat) async -> Turn {
        guard batchUse.isUsable, waiting.request.method == .get, waiting.request.body == nil, waiting.request.expansions.isEmpty else {
            leave(seat)
            return .alone
        }
        gatherings[seat.gathering, default: Self.gathered(seat)].waiting[seat.member] = waiting
        take(.brings(seat.member), of: seat)
        let turn = await waiting.turn.value(whenCancelled: .cancelled)
        if case .cancelled = turn, gatherings[seat.gathering] != nil { leave(seat) }
        return turn
    }

    private static func gathered(_ seat: BatchSeat) -> Gathered {
        Gathered(gathering: Gathering(members: seat.members, most: BatchRequest.most))
    }

    private func take(_ event: Gathering.Event, of seat: BatchSeat) {
        var gathered = gatherings[seat.gathering] ?? Self.gathered(seat)
        let verdict = gathered.gathering.on(event)
        guard case .goes(let groups) = verdict else {
            gatherings[seat.gathering] = gathered
            return
        }
        gatherings[seat.gathering] = nil
        for group in groups { go(group.compactMap { gathered.waiting[$0] }) }
    }

    /// Has the first of these that was not cancelled send for all.
    private func go(_ group: [Waiting]) {
        let minute = world.now().minute
        // What is made in another minute than it was counted in would be counted too short.
        for late in group where late.minute != minute { late.turn.fulfil(.again) }
        var rest = group.filter { $0.minute == minute }[...]
        guard rest.count > 1, batchUse.isUsable else {
            for one in rest { one.turn.fulfil(.alone) }
            return
        }
        while let first = rest.first, !first.turn.fulfil(.send(Array(rest))) { rest.removeFirst() }
    }

    /// How the account stands now, for a request that is sent.
    var sent: Sent {
        Sent(client: client, generation: credential.generation, counted: budget.answersLastHour(world.now()))
    }

    /// Sends requests in one and lets each know what came of it; returns what came of the first, whose the sending is.
    func send(_ group: [Waiting]) async -> Turn {
        let (sent, round) = (sent, batchUse.round)
        guard group.count > 1, let batch = BatchRequest(group.map(\.request)) else {
            for other in group.dropFirst() { other.turn.fulfil(.alone) }
            return .alone
        }
        let turns: [Turn]
        do throws(GraphFailure) {
            let keysOnly = Set(group.indices.filter { group[$0].keysOnly })
            let results = try await sent.client.fetchKeys(batch, digests: group.map(\.digest), keysOnly: keysOnly)
            turns = results.map { .ended(Ended(result: $0, sent: sent)) }
            note(results, round)
        } catch { turns = self.turns(ofEach: group.count, whereAllFailed: error, sent, round) }
        for (other, turn) in zip(group, turns).dropFirst() { other.turn.fulfil(turn) }
        return turns[0]
    }

    /// Takes in what a batch's answers say of batches.
    private func note(_ results: [Result<KeyAnswer, GraphFailure>], _ round: Int) {
        var late = 0
        for result in results {
            switch result {
            case .success(let answer): batchUse.on(.item(tellsUsage: answer.answer.usage != nil))
            case .failure(let failure): if failure.isLate { late += 1 }
            }
        }
        batchUse.on(late == results.count ? .failed(round: round) : .answered)
    }

    /// What each of a batch does that failed as a whole.
    private func turns(ofEach count: Int, whereAllFailed failure: GraphFailure, _ sent: Sent, _ round: Int) -> [Turn] {
        // That its sender was cancelled is nobody else's failure.
        if Task.isCancelled { return [.cancelled] + Array(repeating: .again, count: count - 1) }
        switch failure.code {
        case .unauthorized, .throttled: break
        case .unreachable, .transient: batchUse.on(.failed(round: round))
        default:
            batchUse.on(.givenUp(.refused(failure.code)))
            if let usage = failure.usage { note(usage, sent.counted, 1, isAnswered: false) }
            return Array(repeating: .again, count: count)
        }
        return Array(repeating: .ended(Ended(result: .failure(failure), sent: sent, isWhole: true)), count: count)
    }
}

extension GraphFailure {
    /// Whether nothing came, and nothing was said.
    fileprivate var isLate: Bool { if case .unreachable = code { true } else { false } }
    /// Whether what came is no answer.
    var isInvalid: Bool { if case .invalidAnswer = code { true } else { false } }
}
