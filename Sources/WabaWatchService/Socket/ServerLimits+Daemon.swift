import Discovery
import Glibc
import Varlink
import WabaWatchInterface

extension LargeCalls {
    /// A webhook is up to 3 MiB, a third more in base64, and what stands around it. What a host takes over may be a list of tens of thousands.
    static func reports(by right: ControlRight) -> LargeCalls {
        LargeCalls(
            methods: ["\(Interface.name).\(ReportParameters.method)", "\(ClusterInterface.name).Adopt"], messageBytes: 9 << 19,
            textBytes: (ReportParameters.bodyLimit + 2) / 3 * 4, allows: right.allowsReports)
    }
}

extension ServerLimits {
    /// The limits of the daemon's own socket: no more connections than are configured, and than there are descriptors for beside everything else.
    /// - Returns: also how many connections were wanted, if that was more.
    static func daemon(connections: Int, descriptors: Int) -> (limits: ServerLimits, wanted: Int?) {
        var limits = ServerLimits()
        limits.connections = connections
        return (limits, limits.fit(descriptors: descriptors - descriptorsPerConnection * ServerLimits.metrics.connections))
    }

    /// How many descriptors this process may have (getrlimit(2)).
    static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
