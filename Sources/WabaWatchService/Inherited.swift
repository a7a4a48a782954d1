extension Daemon {
    /// The sockets that systemd listens on for the daemon, told apart by `FileDescriptorName=`.
    package struct Inherited: Sendable, Equatable {
        /// Where `io.wabawatch` is answered: `varlink`, or the first of whatever other name.
        package var varlink: Int32?
        /// Where `io.systemd.Metrics` is answered: `metrics`.
        package var metrics: Int32?

        /// None.
        package init() {}

        /// Those of these names.
        package init(_ sockets: [(name: String, fileDescriptor: Int32)]) {
            metrics = sockets.first { $0.name == "metrics" }?.fileDescriptor
            let others = sockets.filter { $0.name != "metrics" }
            varlink = (others.first { $0.name == "varlink" } ?? others.first)?.fileDescriptor
        }

        /// The same sockets under other descriptors.
        package func map(_ body: (Int32) -> Int32) -> Inherited {
            var mapped = Inherited()
            mapped.varlink = varlink.map(body)
            mapped.metrics = metrics.map(body)
            return mapped
        }
    }
}
