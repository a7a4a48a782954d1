import StrictYAML

/// What `notify.yaml` says.
package struct NotifyConfiguration: Sendable, Equatable {
    /// The daemon's socket; `nil` for the usual one.
    package var socket: String?
    /// The routes, each with a name of its own.
    package var routes: [NotifyRoute] = []

    /// So many routes there may be: each has a connection to the daemon.
    package static let mostRoutes = 32

    package init(socket: String? = nil, routes: [NotifyRoute] = []) {
        self.socket = socket
        self.routes = routes
    }
}
