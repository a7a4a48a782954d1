import Logging
import ServiceConfiguration
import Varlink

extension Daemon {
    /// What peers may cost at the daemon's socket, by the configuration and by what this process may have.
    func socketLimits() -> ServerLimits {
        let descriptors = ServerLimits.descriptorLimit
        var (limits, wanted) = ServerLimits.daemon(connections: configuration.socket.maxConnections, descriptors: descriptors)
        if let wanted {
            log.warning(
                "there are too few descriptors for socket.max_connections, which is lowered",
                metadata: ["max_connections": "\(wanted)", "lowered_to": "\(limits.connections)", "descriptors": "\(descriptors)"])
        }
        limits.largeCalls = .reports(by: controlRight)
        return limits
    }
}
