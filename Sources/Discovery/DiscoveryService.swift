import Logging
import ServiceLifecycle
import Varlink

/// Lets others find the daemon where the system has the convention: a link to its socket in the registry of Varlink services, and its numbers on a
/// socket of their own among the sources of `systemd-report`. Where a folder is not there, or not to be written to, all else goes on without.
///
/// Under systemd both are the units' work (`wabawatchd-registry.service`, `wabawatchd-metrics.socket`): the service itself may not write there.
struct DiscoveryService: Service {
    let socket: ListeningSocket
    /// The socket that the manager opened for the numbers, if it did.
    var inherited: ListeningSocket?
    /// Whether the manager's units see to it all.
    var isFoundByUnits = false
    let identity: ServiceIdentity
    let metrics: MetricsService
    /// What peers do wrong at its own socket.
    let events: ServerEventLog
    let log: Logger
    var registry = "/run/varlink/registry"
    var reports = "/run/systemd/report"

    /// The interface's name, which is also the socket's and the link's.
    static let name = "io.wabawatch"

    func run() async throws {
        let registration = isFoundByUnits ? nil : register()
        defer { registration?.remove() }
        guard let listening else {
            try? await gracefulShutdown()
            return
        }
        do {
            let server = try VarlinkServer(identity: identity, interfaces: [metrics], limits: .metrics) { [events] in events.tell($0) }
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
