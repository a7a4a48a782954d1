internal import Continuations
package import HTTPFront
package import Logging
internal import Metrics
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Exposes metrics over HTTP: `GET /metrics`, in the format that the client accepts.
package final class MetricsFront: Sendable {
    private let limits: MetricsFrontLimits
    private let source: any ScrapeSource
    private let pause: @Sendable (Duration) async throws -> Void
    private let log: Logger
    private let scrapes: ScrapeLog
    private let connections: FrontConnections
    private let stopping = OneShot<Void>()
    private let places: ScrapePlaces

    private typealias Told = @Sendable (Result<GatheredMetrics, NoMetrics>) -> Void

    /// A front.
    /// - Parameters:
    ///   - pause: returns after that long, and throws when its task is cancelled.
    ///   - now: a monotonic clock, for what is logged seldom.
    package init(
        limits: MetricsFrontLimits = MetricsFrontLimits(), source: any ScrapeSource, log: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void,
        now: @escaping @Sendable () -> Duration = { .nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds)) }
    ) {
        self.limits = limits
        self.source = source
        self.pause = pause
        self.log = log
        scrapes = ScrapeLog(log, every: limits.complaintInterval, now: now)
        connections = FrontConnections(limit: limits.connections)
        places = ScrapePlaces(limits.scrapes)
    }

    /// Answers so far, by their status.
    package var answers: [Int: Int] { scrapes.answers }
    /// Connections that are open now.
    package var connectionCount: Int { connections.count }

    /// Ends `run`: nothing more is taken, what is in progress is answered.
    package func shutdown() { stopping.fulfil() }

    /// Answers requests until `shutdown()` or until the task is cancelled. Throws where it cannot listen.
    /// - Parameter listening: called once clients can connect, with the addresses.
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
        // Bounded by the connections: each has one at most.
        let (jobs, submitted) = AsyncStream<Told>.makeStream()
        let shared = ScrapeShared(limits: limits, log: scrapes, gather: { submitted.yield($0) })
        let bounds = FrontServer.Limits(headBytes: limits.headBytes, headFields: limits.headFields, unreadBytes: limits.unreadBytes)
        var listeners: [FrontListener] = []
        for address in addresses {
            listeners.append(
                try await FrontServer.listen(
                    at: address, group, bounds, connections, turnedAway: { [scrapes] in scrapes.turnedAway() },
                    handler: { ScrapeHandler(shared, first: $0) }))
        }
        let told = listeners.map(\.name)
        log.info("metrics are exposed", metadata: ["addresses": "\(told.joined(separator: " "))"])
        listening(told)
        await withDiscardingTaskGroup { [listeners, stopping] calls in
            calls.addTask {
                await stopping.wait()
                for listener in listeners { await listener.close() }
                await self.connections.drain(within: TimeAmount(self.limits.shutdownTime), group)
                submitted.finish()
            }
            for await job in jobs { calls.addTask { await self.scrape(job) } }
            // Nobody waits any more for what is still being gathered.
            calls.cancelAll()
        }
        log.info("metrics are exposed no more", metadata: ["answers": "\(answers.values.reduce(0, +))"])
    }

    /// Gathers for one request, within the time and beside few others.
    private func scrape(_ told: Told) async {
        guard let place = places.take() else { return told(.failure(NoMetrics("too many scrapes at one time"))) }
        let result = await withTaskGroup(of: Result<GatheredMetrics, NoMetrics>?.self) { [source, pause, limits] group in
            group.addTask {
                do {
                    let scraped = try await source.scrape()
                    return .success(GatheredMetrics(figures: scraped.figures, state: scraped.state, place: place))
                } catch { return .failure(error as? NoMetrics ?? NoMetrics("\(error)")) }
            }
            group.addTask {
                guard (try? await pause(limits.gatherTime)) != nil else { return nil }
                return .failure(NoMetrics("wabawatchd did not answer in time"))
            }
            defer { group.cancelAll() }
            for await result in group { if let result { return result } }
            return .failure(NoMetrics("the exporter is being stopped"))
        }
        if case .failure(let why) = result { scrapes.unavailable(why.description) }
        told(result)
    }
}
