internal import Continuations
package import HTTPFront
package import Logging
internal import NIOCore
internal import NIOPosix

/// Hears Meta's webhooks over HTTP and hands each to the daemon, body and signature. It verifies nothing itself beyond size and form, and keeps nothing: what
/// is answered by 200 is on the daemon's disk.
package final class WebhookFront: Sendable {
    private let rules: RequestRules
    private let limits: FrontLimits
    private let reporter: any WebhookReporting
    private let log: Logger
    private let requests: FrontLog
    private let budget: BodyBudget
    private let connections: FrontConnections
    private let stopping = OneShot<Void>()

    /// A front.
    /// - Parameters:
    ///   - path: the one path that is answered.
    ///   - token: what Meta's verification of the callback must bring.
    ///   - now: a monotonic clock, for what is logged seldom.
    package init(
        path: String = "/", token: VerifyToken, limits: FrontLimits = FrontLimits(), reporter: any WebhookReporting, log: Logger,
        now: @escaping @Sendable () -> Duration = { .nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds)) }
    ) {
        rules = RequestRules(path: path, token: token, bodyBytes: limits.bodyBytes)
        self.limits = limits
        self.reporter = reporter
        self.log = log
        requests = FrontLog(log, every: limits.complaintInterval, now: now)
        budget = BodyBudget(limits.allBodies)
        connections = FrontConnections(limit: limits.connections)
    }

    /// Answers so far, by their status.
    package var answers: [Int: Int] { requests.answers }
    /// The same as one line for a person.
    package var summary: String { requests.summary }
    /// Bytes of bodies that are here now.
    package var bodyBytes: Int { budget.bytes }
    /// Connections that are open now.
    package var connectionCount: Int { connections.count }

    /// Logs how many requests were answered, and how.
    package func tellAnswers() { requests.tellAnswers("webhook requests were answered, by status") }

    /// Ends `run`: nothing more is taken, what is in progress is answered.
    package func shutdown() { stopping.fulfil() }

    /// Answers requests until `shutdown()` or until the task is cancelled. Throws where it cannot listen.
    /// - Parameter listening: called once senders can connect, with the addresses.
    package func run(on addresses: [ListenAddress], listening: @escaping @Sendable ([String]) -> Void = { _ in }) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: addresses, group, listening)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(
        on addresses: [ListenAddress], _ group: MultiThreadedEventLoopGroup, _ listening: @Sendable ([String]) -> Void
    ) async throws {
        // Bounded by the connections: each has one at most, and gives its body back only when the job is done.
        let (jobs, submitted) = AsyncStream<FrontJob>.makeStream()
        let shared = FrontShared(
            rules: rules, limits: limits, budget: budget, connections: connections, log: requests, submit: { submitted.yield($0) })
        let bounds = FrontServer.Limits(headBytes: limits.headBytes, headFields: limits.headFields, unreadBytes: limits.unreadBytes)
        var listeners: [FrontListener] = []
        for address in addresses {
            listeners.append(
                try await FrontServer.listen(
                    at: address, group, bounds, connections, turnedAway: { [requests] in requests.turnedAway() },
                    handler: { FrontHandler(shared, first: $0) }))
        }
        let told = listeners.map(\.name)
        log.info("webhooks are listened for", metadata: ["addresses": "\(told.joined(separator: " "))"])
        let complaints = group.next().scheduleRepeatedTask(
            initialDelay: TimeAmount(limits.complaintInterval), delay: TimeAmount(limits.complaintInterval)
        ) { [requests] _ in requests.tell() }
        listening(told)
        await withDiscardingTaskGroup { [listeners, stopping, reporter] calls in
            calls.addTask {
                await stopping.wait()
                for listener in listeners { await listener.close() }
                await self.connections.drain(within: TimeAmount(self.limits.shutdownTime), group)
                submitted.finish()
            }
            for await job in jobs {
                calls.addTask { job.done(await reporter.report(body: job.body, signature: job.signature)) }
            }
            // Nobody waits any more for the answers of those that are still being made.
            calls.cancelAll()
        }
        complaints.cancel()
        requests.tell(all: true)
        requests.tellAnswers("no more webhooks are listened for")
    }
}
