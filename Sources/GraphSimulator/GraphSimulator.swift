import NIOCore
import NIOHTTP1
import NIOPosix
public import StrictJSON
import Synchronization
public import WhatsAppBusiness

/// A stand-in for Meta's Graph API on a TCP port, with state that can be changed and faults that can be set while it runs.
public final class GraphSimulator: Sendable {
    /// Where it answers: `http://127.0.0.1:PORT`.
    public let baseURL: String
    /// The port that it got.
    public let port: Int

    private let group: MultiThreadedEventLoopGroup
    private let core: SimulatorCore

    private init(group: MultiThreadedEventLoopGroup, core: SimulatorCore, host: String, port: Int) {
        self.group = group
        self.core = core
        self.port = port
        baseURL = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Listens on a port; 0 takes a free one. `now` is the clock of the usage windows, tokens and dates.
    /// `keeping` bounds `requests`. `controlled` opens the paths below `/simulator`, for changes from outside the process. `webhooks` is where webhooks of the changes
    /// go that Meta reports. Throws NIO's error if the port cannot be had.
    public static func start(
        _ platform: Platform = Platform(), host: String = "127.0.0.1", port: Int = 0, threads: Int = 1, keeping: Int = 20_000,
        controlled: Bool = false, webhooks: WebhookTarget? = nil,
        now: @escaping @Sendable () -> Timestamp = { .system }
    ) async throws -> GraphSimulator {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let core = SimulatorCore(
            Simulation(platform: platform), keeping: keeping, controlled: controlled,
            sender: webhooks.map { WebhookSender($0, on: group.next()) }, now: now)
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        try channel.pipeline.syncOperations.addHandler(HTTPHandler(core: core))
                    }
                }
                .bind(host: host, port: port).get()
            let bound = channel.localAddress?.port ?? port
            let simulator = GraphSimulator(group: group, core: core, host: host, port: bound)
            core.setOrigin(simulator.baseURL)
            return simulator
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// Changes the state while it runs; no request is answered meanwhile.
    public func update<R: Sendable, E: Error>(_ body: (inout Platform) throws(E) -> R) throws(E) -> R { try core.update(body) }

    /// Sets a fault for the next calls that match, or for all if `times` is `nil`. The fault that was set last strikes first.
    public func setFault(_ fault: Fault, on match: EdgeMatch = .any, times: Int? = nil) { core.setFault(fault, match, times) }

    /// Sets a fault by its name, with its parameters and those that every fault has: `NamedFault.all` lists them.
    /// Throws error 100 where there is no such fault, or a parameter is missing, unknown or out of range.
    public func setFault(named name: String, _ parameters: JSONObject = [:]) throws(SimulatedError) {
        core.setFault(try ArmedFault(named: name, parameters))
    }

    /// Has webhooks come otherwise than each once, at once and in order; what was gathered so far is sent.
    public func setWebhooks(_ behaviour: WebhookBehaviour) { core.setWebhooks(behaviour) }

    /// What became of the webhooks so far.
    public var webhookCounts: WebhookCounts { core.webhookCounts }

    /// Takes every fault back.
    public func clearFaults() { core.clearFaults() }

    /// Forgets the calls of the last hour, so that every budget is whole again.
    public func forgetUsage() { core.forgetUsage() }

    /// Calls of the last rolling hour that were counted for an account.
    public func usage(of account: String, _ type: UsageType = .management) -> Int { core.usage(account, type) }

    /// The requests so far, the oldest left out when there are too many.
    public var requests: [RecordedRequest] { core.requests }

    /// How many requests there were.
    public var requestCount: Int { core.requestCount }

    /// Every request from now on, in order. A reader that lags behind 100,000 requests misses the oldest.
    public func requestStream() -> AsyncStream<RecordedRequest> { core.requestStream() }

    /// Closes every connection and the port.
    public func stop() async throws {
        core.finishStreams()
        try await group.shutdownGracefully()
    }
}
