import StrictJSON
import WabaWatchInterface

/// Decides how a reader of changes goes on: where it subscribes, what it tells, when it comes back after a failure.
struct Resumption {
    enum Input {
        /// The reader wants something, and there is no connection.
        case begin
        case reply(SubscribeReply)
        case unreadable(JSONObject, MemberError)
        case failed(ClientError)
    }

    enum Action: Equatable {
        case subscribe(SubscribeParameters)
        case tell(ChangeEvent)
        /// Hang up, wait, and begin again.
        case retry(after: Duration)
        case finish
        case fail(ClientError)
    }

    private enum State { case away, subscribed, ended }

    private var state = State.away
    private var start: ChangeStart
    private var backoff: Backoff
    private var isOutageTold = false
    private let filter: Filter?
    private let heartbeatSeconds: Int

    init(start: ChangeStart, filter: Filter?, heartbeatSeconds: Int, backoff: Backoff) {
        self.start = start
        self.filter = filter
        self.heartbeatSeconds = heartbeatSeconds
        self.backoff = backoff
    }

    /// `random` is a number from 0 to 1 that the wait after a failure is drawn from.
    mutating func on(_ input: Input, random: Double = 1) -> [Action] {
        precondition(state != .ended, "a reader of changes has ended and is asked again")
        switch input {
        case .begin:
            precondition(state == .away, "a reader of changes subscribes only where it is not subscribed")
            state = .subscribed
            return start == .snapshot ? [.subscribe(parameters), .tell(.snapshotBegins)] : [.subscribe(parameters)]
        case .reply(let reply):
            precondition(state == .subscribed, "a reply comes only to a subscription")
            backoff.reset()
            isOutageTold = false
            return [.tell(heard(reply))]
        case .unreadable(let json, let error):
            if let cursor = json["change"]?["cursor"]?.string { move(to: Cursor(cursor)) }
            return [.tell(.unreadable(json, error))]
        case .failed(let error): return failed(error, random)
        }
    }

    /// A cursor inside an unfinished snapshot is not moved to: without the rest of the snapshot it would be a gap.
    private mutating func move(to cursor: Cursor) { start = .after(cursor) }

    private mutating func heard(_ reply: SubscribeReply) -> ChangeEvent {
        switch reply {
        case .resource(let resource): return .resource(resource)
        case .ready(let cursor):
            move(to: cursor)
            return .ready(cursor)
        case .change(let change):
            move(to: change.cursor)
            return .change(change)
        case .heartbeat(let cursor):
            if start != .snapshot { move(to: cursor) }
            return .heartbeat(cursor)
        }
    }

    private mutating func failed(_ error: ClientError, _ random: Double) -> [Action] {
        if case .service(.historyLost(let oldest, let current)) = error.code {
            state = .ended
            return [.tell(.historyLost(oldest: oldest, current: current)), .finish]
        }
        guard error.isPassing else {
            state = .ended
            return [.fail(error)]
        }
        state = .away
        defer { isOutageTold = true }
        let retry = Action.retry(after: backoff.next(random: random))
        return isOutageTold ? [retry] : [.tell(.disconnected(error)), retry]
    }

    private var parameters: SubscribeParameters {
        switch start {
        case .now: SubscribeParameters(filter: filter, heartbeatSeconds: heartbeatSeconds)
        case .snapshot: SubscribeParameters(filter: filter, snapshot: true, heartbeatSeconds: heartbeatSeconds)
        case .after(let cursor): SubscribeParameters(filter: filter, after: cursor, heartbeatSeconds: heartbeatSeconds)
        }
    }
}
