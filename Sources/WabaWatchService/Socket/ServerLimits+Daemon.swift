import Glibc
import Varlink

extension ServerLimits {
    /// The limits of the socket that tells the daemon's numbers: few ask there.
    static var metrics: ServerLimits {
        var limits = ServerLimits()
        limits.connections = metricsConnections
        limits.connectionsPerUser = metricsConnections / 2
        limits.messageBytes = 64 << 10
        limits.bufferedBytesPerPeer = 1 << 20
        limits.bufferedBytes = 2 << 20
        limits.outgoingBytesPerPeer = 4 << 20
        limits.outgoingBytesOfAll = 8 << 20
        return limits
    }

    private static let metricsConnections = 32

    /// The limits of the daemon's own socket: no more connections than are configured, and than there are descriptors for beside everything else.
    /// - Returns: also how many connections were wanted, if that was more.
    static func daemon(connections: Int, descriptors: Int) -> (limits: ServerLimits, wanted: Int?) {
        var limits = ServerLimits()
        limits.connections = connections
        return (limits, limits.fit(descriptors: descriptors - descriptorsPerConnection * metricsConnections))
    }

    /// How many descriptors this process may have (getrlimit(2)).
    static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
