import Logging
import ServiceLifecycle
import Varlink

/// Lets others find the daemon where the system has the convention: a link to its socket in the registry of Varlink services, and its numbers on a
/// socket of their own among the sources of `systemd-report`. Where a folder is not there, or not to be written to, all else goes on without.
struct DiscoveryService: Service {
    let socket: ListeningSocket
    let identity: ServiceIdentity
    let metrics: MetricsService
    let log: Logger
    var registry = "/run/varlink/registry"
    var reports = "/run/systemd/report"

    /// The interface's name, which is also the socket's and the link's.
    static let name = "io.wabawatch"

    func run() async throws {
        let registration = register()
        defer { registration?.remove() }
        if !Registration.exists(reports) {
            try? await gracefulShutdown()
            return
        }
        do {
            let server = try VarlinkServer(identity: identity, interfaces: [metrics])
            try await withGracefulShutdownHandler {
                try await server.run(on: .path("\(reports)/\(Self.name)", mode: 0o666))
            } onGracefulShutdown: {
                server.shutdown()
            }
        } catch let error as ServerSetupError {
            log.info("the metrics' socket could not be made", metadata: ["error": "\(error)"])
            try? await gracefulShutdown()
        }
    }

    private func register() -> Registration? {
        guard let file = socket.file else { return nil }
        do { return try Registration(of: file, as: Self.name, in: registry) } catch {
            log.info("the socket could not be registered", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
