import Actions
import Announcing
import Changes
import Continuations
import GraphAPI
import Ledger
import Logging
import ServiceLifecycle
import Synchronization
import WabaWatchInterface
import Watching
import WhatsAppBusiness

/// Carries actions out, whoever waits for them: a caller that goes away stops nothing that has begun.
///
/// Each is written to the ledger before its first request leaves, told to the journal when it has ended, looked at afterwards, and then taken out again. So a
/// daemon that is killed at any of these steps repeats nothing, and the next one does what is left: it tells what is known of the action, unless the journal
/// has it already, and looks. Only where the process is killed between journald's taking an entry and the mark of that is the same entry written once more.
final class ActionDesk: Service {
    /// What somebody waits for.
    struct Ended: Sendable {
        var outcome: ActionOutcome
        /// How many changes the look afterwards recorded, and the place behind them.
        var changes = 0
        var cursor: LedgerCursor
    }

    private struct Job: Sendable {
        var action: Action
        var actor: String
        var userID: UInt32
        let ended = OneShot<Ended?>()
    }

    /// An action of a daemon before this one.
    private struct Left: Sendable {
        var action: BegunAction
        var ticket: ActionTicket
    }

    /// What the journal did not take, of an action that is done with otherwise.
    private struct Untold: Sendable {
        var record: ActionRecord
        var number: Int64?
    }

    private struct Line: Sendable {
        var left: [Left] = []
        var untold: [Untold] = []
        var isOpen = true
        var underWay = 0
    }

    let watcher: Watcher
    let ledger: Ledger
    let journal: ActionJournal
    private let wallClock: @Sendable () -> Timestamp
    private let log: Logger
    private let line = Mutex(Line())
    private let jobs: AsyncStream<Job>
    private let entrance: AsyncStream<Job>.Continuation

    /// Actions at a time. Nothing is queued behind them.
    static let most = 64

    init(watcher: Watcher, ledger: Ledger, journal: ActionJournal, wallClock: @escaping @Sendable () -> Timestamp, log: Logger) {
        self.wallClock = wallClock
        self.log = log
        self.watcher = watcher
        self.ledger = ledger
        self.journal = journal
        (jobs, entrance) = AsyncStream.makeStream()
    }

    /// Carries out what comes until the shutdown, which leaves it open what is under way then.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                for left in takeLeft() { group.addTask { await self.finish(left) } }
                for await job in jobs { group.addTask { await self.carryOut(job) } }
                group.cancelAll()
            }
        }
        line.withLock { $0.isOpen = false }
        entrance.finish()
        for await job in jobs { job.ended.fulfil(nil) }
    }

    /// Carries an action out and returns when what followed from it is recorded; `nil` where the daemon ends.
    /// - Throws: `budgetExhausted` where too many are under way.
    func carryOut(_ action: Action, actor: String, userID: UInt32) async throws(WabaWatchError) -> Ended? {
        let job = Job(action: action, actor: actor, userID: userID)
        let mayCome = line.withLock { line in
            guard line.isOpen, line.underWay < Self.most else { return false }
            line.underWay += 1
            return true
        }
        guard mayCome else { throw .budgetExhausted(account: action.place.account, retryAfterSeconds: 1) }
        if case .terminated = entrance.yield(job) { return nil }
        return await job.ended.value(whenCancelled: nil)
    }

    private func carryOut(_ job: Job) async {
        let action = job.action
        await tellAgain()
        let ticket = await watcher.begin(action.causes(by: job.actor))
        var course = ActionCourse(action)
        var number: Int64?
        // Where the daemon ends meanwhile, it is not known whether it is in the ledger: then the next one tells of it.
        var isOpen = false
        do throws(LedgerError) {
            number = try await ledger.begin(BegunAction(action, actor: job.actor, userID: job.userID, at: wallClock()))
            if number == nil { course.on(.unwritten("too many actions wait for that")) }
        } catch {
            isOpen = error.code == .cancelled
            course.on(.unwritten(error.cause))
        }
        while let request = course.next {
            let end = await watcher.write(request, of: action.place.account, sends: action.sends)
            course.on(ActionCourse.Event(end))
        }
        let outcome = course.outcome ?? .uncertain("it did not end")
        await mark(number, .ended(BegunAction.End(result: outcome.summary, isWhole: outcome.isWhole)))
        let record = ActionRecord(action, actor: job.actor, userID: job.userID, outcome)
        let isTold = if isOpen { true } else { await journal.tell(record) }
        var changes = 0
        if course.mayHaveActed {
            if isTold { await mark(number, .told) }
            let seen = await look(after: ticket, account: action.place.account, action: action.name.rawValue)
            changes = seen ?? 0
            if seen != nil { await end(Untold(record: record, number: number), isTold: isTold) }
        } else {
            await watcher.end(ticket)
            await end(Untold(record: record, number: number), isTold: isTold)
        }
        line.withLock { $0.underWay -= 1 }
        job.ended.fulfil(Ended(outcome: outcome, changes: changes, cursor: ledger.cursor))
    }

    /// Is done with an action that needs no more looks: once the journal has it, at the latest when another daemon begins.
    private func end(_ action: Untold, isTold: Bool) async {
        if isTold { return await mark(action.number, .forgotten) }
        // As many as the ledger has. Of what it has not, the log tells.
        if action.number != nil { line.withLock { $0.untold.append(action) } }
    }

    /// Tells the journal what it did not take before, until it takes no more.
    private func tellAgain() async {
        while let next = line.withLock({ $0.untold.isEmpty ? nil : $0.untold.removeFirst() }) {
            let isTold = await journal.tell(next.record)
            await end(next, isTold: isTold)
            if !isTold { return }
        }
    }

    /// Polls what an action may have changed.
    /// - Returns: how many changes that were; `nil` where the daemon ends first, and the next one has to look.
    private func look(after ticket: ActionTicket, account: String, action: String) async -> Int? {
        var changes = 0
        do throws(PollError) { changes = try await watcher.look(after: ticket) } catch {
            if Task.isCancelled { return nil }
            // A later poll sees it, and knows whose doing it is.
            log.warning(
                "what an action changed cannot be seen yet",
                metadata: ["account": "\(account)", "action": "\(action)", "error": "\(error)"])
        }
        return changes
    }

    /// Writes down how far an action has come. What cannot be written now is written later, at the latest at the end.
    private func mark(_ number: Int64?, _ mark: ActionMark) async {
        guard let number else { return }
        do throws(LedgerError) { try await ledger.mark(action: number, mark) } catch {
            guard error.code != .cancelled else { return }
            log.warning("how far an action has come cannot be written down yet", metadata: ["error": "\(error)"])
        }
    }

    // MARK: What a daemon before this one left

    /// Takes up the actions that a daemon before this one had under way when it was killed. Called before anything is polled, so that whichever poll sees what
    /// they changed knows whose doing it was.
    func takeUp() async {
        do throws(LedgerError) {
            for action in try await ledger.begunActions() {
                let ticket = await watcher.begin(action.causes)
                line.withLock { $0.left.append(Left(action: action, ticket: ticket)) }
            }
        } catch { log.error("the results of earlier actions cannot be reported", metadata: ["error": "\(error)"]) }
    }

    /// Tells the journal of what was taken up and looks at it. An action that the journal has already is not told again.
    private func finish(_ left: Left) async {
        let isTold = await tell(left.action)
        await watcher.untilBegun()
        guard await look(after: left.ticket, account: left.action.account, action: left.action.action) != nil else { return }
        await end(Untold(record: ActionRecord(left.action), number: left.action.number), isTold: isTold)
    }

    /// The same where everything has been polled and nothing is any more.
    func finishWithoutPolling() async {
        for left in takeLeft() {
            let isTold = await tell(left.action)
            await watcher.end(left.ticket)
            await end(Untold(record: ActionRecord(left.action), number: left.action.number), isTold: isTold)
        }
    }

    /// Whether the journal has it.
    private func tell(_ action: BegunAction) async -> Bool {
        guard !action.isTold else { return true }
        guard await journal.tell(ActionRecord(action)) else { return false }
        await mark(action.number, .told)
        return true
    }

    private func takeLeft() -> [Left] {
        line.withLock { line in
            defer { line.left = [] }
            return line.left
        }
    }
}

extension ActionCourse.Event {
    /// What the watcher says of a request.
    fileprivate init(_ end: WriteEnd) {
        self =
            switch end {
            case .replied(let reply): .replied(reply)
            case .budgetExhausted(let wait): .notMade(.budget(wait))
            case .tokenRefused: .notMade(.way(state: WatchState.unauthorized.rawValue, reason: "the account's token is refused"))
            case .notWatched: .notMade(.way(state: WatchState.notFound.rawValue, reason: "the account is watched no longer"))
            case .unwritten(let error):
                .notMade(.way(state: "unrecorded", reason: "the request could not be written down: \(error.cause)"))
            }
    }

    /// The action could not be written down, and nothing of it was sent.
    fileprivate static func unwritten(_ cause: String) -> ActionCourse.Event {
        .notMade(.way(state: "unrecorded", reason: "the action could not be written down: \(cause)"))
    }
}
