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

/// Carries actions out, whoever waits for them: a caller that goes away stops nothing that has begun. Each is written down, and looked at afterwards.
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

    private struct Line: Sendable {
        var isOpen = true
        var underWay = 0
    }

    let watcher: Watcher
    let ledger: Ledger
    let journal: ActionJournal
    private let log: Logger
    private let line = Mutex(Line())
    private let jobs: AsyncStream<Job>
    private let entrance: AsyncStream<Job>.Continuation

    /// Actions at a time. Nothing is queued behind them.
    static let most = 64

    init(watcher: Watcher, ledger: Ledger, journal: ActionJournal, log: Logger) {
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
        let ticket = await watcher.begin(action.causes(by: job.actor))
        var course = ActionCourse(action)
        while let request = course.next {
            let end = await watcher.write(request, of: action.place.account, sends: action.sends)
            course.on(ActionCourse.Event(end))
        }
        let outcome = course.outcome ?? .uncertain("it did not end")
        await journal.tell(ActionRecord(action, actor: job.actor, userID: job.userID, outcome))
        var changes = 0
        if course.mayHaveActed {
            do throws(PollError) { changes = try await watcher.look(after: ticket) } catch {
                // A later poll sees it, and knows whose doing it is.
                log.warning(
                    "what an action changed cannot be seen yet",
                    metadata: ["account": "\(action.place.account)", "action": "\(action.name.rawValue)", "error": "\(error)"])
            }
        } else {
            await watcher.end(ticket)
        }
        line.withLock { $0.underWay -= 1 }
        job.ended.fulfil(Ended(outcome: outcome, changes: changes, cursor: ledger.cursor))
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
}

extension ActionRecord {
    /// What came of an action.
    init(_ action: Action, actor: String, userID: UInt32, _ outcome: ActionOutcome) {
        self.init(action, actor: actor, userID: userID, result: outcome.summary, isWhole: outcome.isWhole)
    }

    init(_ action: Action, actor: String, userID: UInt32, result: String, isWhole: Bool) {
        let (kind, id) = action.thing
        self.init(
            account: action.place.account, wabaID: action.place.wabaID, action: action.name.rawValue, kind: kind, id: id,
            phoneNumberID: action.place.phoneNumberID, actor: actor, userID: userID, deed: action.summary, result: result, isWhole: isWhole)
    }
}
