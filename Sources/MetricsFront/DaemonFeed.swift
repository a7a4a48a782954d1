internal import Continuations
package import Metrics
internal import StrictJSON
package import WabaWatchClient
internal import WabaWatchInterface

/// Keeps up with the daemon: numbers and alarms by a subscription, so that a scrape costs little however many there are; the figures are asked for at every
/// scrape. What is known is given up with the connection.
package actor DaemonFeed: ScrapeSource {
    private enum Standing {
        /// There is no whole snapshot, and why.
        case away(String)
        case current
    }

    private let client: WabaWatch
    private var standing = Standing.away("wabawatchd was not reached yet")
    private var state = MetricsState()
    /// Whether what is subscribed to has every number.
    private var perNumber = true
    private let waiting = WaitList<Int, Void>()
    /// Whether the present subscription has told everything that there is.
    private var wasCurrent = false
    /// Ends the subscription, or the wait for the next.
    private var renewal = OneShot<Void>()
    private var isResting = false

    /// A feed from a daemon.
    package init(_ client: WabaWatch) { self.client = client }

    /// Follows the daemon until the task is cancelled, over its restarts.
    package func run() async throws {
        var backoff = client.backoff
        while true {
            do {
                perNumber = try await figures().perNumber
                try await follow()
            } catch let error as CancellationError {
                throw error
            } catch { away("\(error)") }
            if wasCurrent { backoff.reset() }
            try await rest(backoff.next(random: client.random()))
        }
    }

    /// What the configuration says of where metrics are listened for.
    package func listen() async throws -> String? { try await figures().listen }

    package func scrape() async throws -> (figures: DaemonFigures, state: MetricsState) {
        let figures = try await figures()
        if figures.perNumber != perNumber {
            away(Self.anew)
            renewal.fulfil()
        }
        // Right after a start, and after the daemon's, the snapshot is on its way, or is asked for now: the daemon is there.
        if case .away = standing {
            if isResting { renewal.fulfil() }
            await waiting.wait(for: 0, whenCancelled: ())
        }
        guard case .current = standing else {
            if case .away(let reason) = standing { throw NoMetrics(reason) }
            throw NoMetrics("wabawatchd was not reached yet")
        }
        // What is known may be what another configuration let through.
        guard figures.perNumber == perNumber else {
            away(Self.anew)
            renewal.fulfil()
            throw NoMetrics(Self.anew)
        }
        return (figures, state)
    }

    /// Waits, unless a scrape finds the daemon there meanwhile.
    private func rest(_ time: Duration) async throws {
        let renewal = OneShot<Void>()
        (self.renewal, isResting) = (renewal, true)
        defer { isResting = false }
        try await withThrowingTaskGroup(of: Void.self) { [client] group in
            group.addTask { try await client.clock.sleep(for: time) }
            group.addTask { await renewal.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
    }

    /// One subscription, until something has to be read anew.
    private func follow() async throws {
        let renewal = OneShot<Void>()
        self.renewal = renewal
        wasCurrent = false
        let filter = MetricsState.filter(perNumber: perNumber)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await event in self.client.changes(from: .snapshot, filter: filter) {
                    guard await self.take(event) else { return }
                }
            }
            group.addTask { await renewal.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
    }

    /// Takes what the subscription tells; `false` where there has to be another.
    private func take(_ event: ChangeEvent) -> Bool {
        switch event {
        case .snapshotBegins: state = MetricsState()
        case .resource(let thing): state.take(thing)
        case .ready:
            (standing, wasCurrent) = (.current, true)
            waiting.answerAll(with: ())
        case .change(let change):
            guard state.take(change) else {
                away(Self.anew)
                return false
            }
        case .heartbeat: break
        // The reader would go on behind its cursor; what is known is old until then.
        case .disconnected(let error):
            away("\(error)")
            return false
        case .unreadable, .historyLost:
            away(Self.anew)
            return false
        }
        return true
    }

    private static let anew = "what is watched is read anew"

    private func away(_ reason: String) {
        standing = .away(reason)
        state = MetricsState()
    }

    private func figures() async throws -> DaemonFigures {
        var whole: DaemonFigures?
        for try await reply in client.replies(MetricsInterface.gather, [:]) {
            let part = try DaemonFigures(json: reply)
            if whole == nil { whole = part } else { whole?.add(part) }
        }
        guard let whole else { throw NoMetrics("wabawatchd tells no figures") }
        return whole
    }
}
