package import GraphAPI
package import Logging
package import Notifying
import Systemd
import WabaWatchClient

/// Makes what carries out routes: the daemon's client, one HTTP transport for all, the senders.
package struct PostOffice: Sendable {
    /// Requests to all hosts at a time: each route makes one, and one whose destination hangs holds up no other.
    private static let connections = 2 * NotifyConfiguration.mostRoutes

    private let socket: String?
    /// What waits are drawn from: numbers from 0 to 1.
    private let random: @Sendable () -> Double
    private let time: NotifyTime
    private let transport: any Transport
    private let credentials: Credentials
    private let host: String
    private let log: Logger

    /// - Parameter socket: the daemon's socket; goes before the configuration's.
    package init(
        socket: String?, time: NotifyTime, random: @escaping @Sendable () -> Double, log: Logger
    ) throws(TransportError) {
        var settings = CurlTransport.Settings()
        // Each route has a time limit of its own, and none a longer one.
        settings.timeout = .seconds(600)
        settings.connections = Self.connections
        // What a hook says is of no interest but for its status.
        settings.bodyLimit = 1 << 20
        self.init(socket: socket, time: time, random: random, transport: try CurlTransport(settings), log: log)
    }

    package init(
        socket: String?, time: NotifyTime, random: @escaping @Sendable () -> Double, transport: any Transport, log: Logger
    ) {
        self.random = random
        self.socket = socket
        self.time = time
        self.transport = transport
        self.log = log
        credentials = .fromEnvironment
        host = CloudEvent.machineName()
    }

    private func client(_ configuration: NotifyConfiguration) -> WabaWatch {
        WabaWatch(socket: socket ?? configuration.socket ?? WabaWatch.defaultSocket)
    }

    /// What carries out a route.
    /// - Parameter folder: where its cursor lies.
    package func runner(_ route: NotifyRoute, _ configuration: NotifyConfiguration, folder: String) -> RouteRunner {
        RouteRunner(
            route, client: client(configuration), sender: sender(of: route, configuration),
            store: RouteStore(folder: folder, route: route.name),
            host: host, time: time, random: random, log: log)
    }

    /// Delivers a test to a route's destination.
    package func deliverTest(to route: NotifyRoute, _ configuration: NotifyConfiguration) async -> DeliveryOutcome {
        let sender = sender(of: route, configuration)
        let parcel = Parcel.test(route, host: host, time: time.wall())
        return await time.within(route.timeout) { await sender.deliver(parcel) }
            ?? .failed(DeliveryFailure("it was not delivered within \(route.timeout.components.seconds) s"))
    }

    /// What delivers to a route's destination.
    package func sender(of route: NotifyRoute, _ configuration: NotifyConfiguration) -> any RouteSender {
        switch route.destination {
        case .exec(let arguments, _): ProgramSender(arguments, route: route.name)
        case .alertmanager(let url): HookSender(alertmanager: url, transport: transport)
        case .http(let hook): HookSender(hook, transport: transport, credentials: credentials)
        case .mail(let addresses, let sendmail): MailSender(addresses, sendmail: sendmail, route: route.name, host: host, time: time)
        case .whatsapp(let address): TemplateSender(address, client: client(configuration))
        }
    }
}
