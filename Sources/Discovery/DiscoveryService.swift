package import Logging
import ServiceLifecycle
package import Varlink

/// Lets others find the daemon where the system has the convention: a link to its socket in the registry of Varlink services, and its numbers on a
/// socket of their own among the sources of `systemd-report`. Where a folder is not there, or not to be written to, all else goes on without.
///
/// Under systemd both are the units' work (`wabawatchd-registry.service`, `wabawatchd-metrics.socket`): the service itself may not write there.
package struct DiscoveryService: Service {
    private let socket: ListeningSocket
    private let inherited: ListeningSocket?
    private let isFoundByUnits: Bool
    private let identity: ServiceIdentity
    private let metrics: MetricsService
    private let log: Logger
    private let registry: String
    private let reports: String
    private let tell: @Sendable (ServerEvent) -> Void

    /// The interface's name, which is also the socket's and the link's.
    static let name = "io.wabawatch"

    /// - Parameters:
    ///   - socket: the daemon's own, which is to be found.
    ///   - inherited: the socket that the manager opened for the numbers, if it did.
    ///   - isFoundByUnits: whether the manager's units see to it all.
    ///   - tell: is told what peers do wrong at the numbers' socket; called from any thread.
    package init(
        socket: ListeningSocket, inherited: ListeningSocket? = nil, isFoundByUnits: Bool = false, identity: ServiceIdentity,
        metrics: MetricsService, log: Logger, registry: String = "/run/varlink/registry", reports: String = "/run/systemd/report",
        tell: @escaping @Sendable (ServerEvent) -> Void
    ) {
        self.socket = socket
        self.inherited = inherited
        self.isFoundByUnits = isFoundByUnits
        self.identity = identity
        self.metrics = metrics
        self.log = log
        self.registry = registry
        self.reports = reports
        self.tell = tell
    }

    /// Until the shutdown.
    package func run() async throws {
        let registration = isFoundByUnits ? nil : register()
        defer { registration?.remove() }
        guard let listening else {
            try? await gracefulShutdown()
            return
        }
        do {
            let server = try VarlinkServer(identity: identity, interfaces: [metrics], limits: .metrics, report: tell)
            try await withGracefulShutdownHandler {
                try await server.run(on: listening)
            } onGracefulShutdown: {
                server.shutdown()
            }
        } catch let error as ServerSetupError {
            log.info("the metrics' socket could not be made", metadata: ["error": "\(error)"])
            try? await gracefulShutdown()
        }
    }

    /// Where the numbers are told, if anywhere.
    private var listening: ListeningSocket? {
        if inherited != nil || isFoundByUnits { return inherited }
        return Registration.exists(reports) ? .path("\(reports)/\(Self.name)", mode: mode) : nil
    }

    /// The numbers name accounts and phone numbers: they are for whom the other socket is for.
    private var mode: UInt32 { if case .path(_, let mode) = socket { mode } else { 0o660 } }

    private func register() -> Registration? {
        guard let file = socket.file else { return nil }
        do { return try Registration(of: file, as: Self.name, in: registry) } catch {
            log.info("the socket could not be registered", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
