package import Logging
package import Notifying

/// Runs the routes of a configuration, and of each that takes its place: routes that stay as they are go on undisturbed.
package struct NotifyService: Sendable {
    /// How long deliveries under way may take when the program ends. What is not there then is delivered again after the next start.
    package static let grace = Duration.seconds(10)

    private enum Event: Sendable {
        case configuration(NotifyConfiguration?)
        case ended(String)
        case graceOver
    }

    private struct Running {
        var route: NotifyRoute
        var socket: String?
        var inbox: EventInbox
    }

    private let time: NotifyTime
    private let log: Logger
    private let runner: @Sendable (NotifyRoute, NotifyConfiguration) -> RouteRunner

    /// - Parameter runner: makes what carries out a route.
    package init(time: NotifyTime, log: Logger, runner: @escaping @Sendable (NotifyRoute, NotifyConfiguration) -> RouteRunner) {
        self.time = time
        self.log = log
        self.runner = runner
    }

    /// Runs until there are no more configurations, and the deliveries under way have ended.
    /// - Parameter configurations: the first, then each that was read anew.
    package func run(_ configurations: AsyncStream<NotifyConfiguration>) async {
        await withTaskGroup(of: Event.self) { group in
            var running: [String: Running] = [:]
            var wanted = NotifyConfiguration()
            func start(_ route: NotifyRoute) {
                let (inbox, runner, name) = (EventInbox(), runner(route, wanted), route.name)
                running[name] = Running(route: route, socket: wanted.socket, inbox: inbox)
                group.addTask {
                    await runner.run(inbox)
                    return .ended(name)
                }
            }
            func awaitConfiguration() {
                group.addTask {
                    var iterator = configurations.makeAsyncIterator()
                    return .configuration(await iterator.next(isolation: nil))
                }
            }
            awaitConfiguration()
            var isEnding = false
            for await event in group {
                switch event {
                case .configuration(let configuration?):
                    wanted = configuration
                    for (name, one) in running
                    where one.socket != wanted.socket || !wanted.routes.contains(where: { $0.name == name && $0 == one.route }) {
                        one.inbox.stop()
                    }
                    for route in wanted.routes where running[route.name] == nil { start(route) }
                    log.notice("the routes are in force", metadata: ["routes": "\(wanted.routes.map(\.name).joined(separator: " "))"])
                    awaitConfiguration()
                case .configuration(nil):
                    isEnding = true
                    for one in running.values { one.inbox.stop() }
                    if running.isEmpty { return group.cancelAll() }
                    group.addTask {
                        try? await time.sleep(Self.grace)
                        return .graceOver
                    }
                case .ended(let name):
                    running[name] = nil
                    if isEnding {
                        if running.isEmpty { return group.cancelAll() }
                    } else if let route = wanted.routes.first(where: { $0.name == name }) {
                        start(route)
                    }
                case .graceOver:
                    log.warning(
                        "deliveries under way are broken off", metadata: ["routes": "\(running.keys.sorted().joined(separator: " "))"])
                    group.cancelAll()
                    return
                }
            }
        }
    }
}
