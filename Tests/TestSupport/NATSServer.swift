import FoundationEssentials
import Glibc

/// A `nats-server` with JetStream as a process of its own, alone or one of a cluster. It keeps its port and its files over a restart.
package final class NATSServer: Sendable {
    /// Where clients reach it.
    package let url: String
    package let port: UInt16
    private let folder: String
    private let name: String

    /// Ports that nobody listens on now.
    package static func freePorts(_ count: Int) throws -> [UInt16] {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptors.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    bind(descriptor, pointer, length) == 0 ? getsockname(descriptor, pointer, &length) : -1
                }
            }
            guard result == 0 else { throw Program.Failed(call: "bind", number: errno) }
            return UInt16(bigEndian: address.sin_port)
        }
    }

    /// - Parameter cluster: the routes' ports of all servers, and which of them is this one's; `nil` for a server alone.
    package init(in folder: String, port: UInt16, cluster: (ports: [UInt16], own: Int)? = nil) throws {
        self.folder = folder
        self.port = port
        name = "server\(cluster?.own ?? 0)"
        url = "nats://127.0.0.1:\(port)"
        var text = """
            server_name: \(name)
            host: 127.0.0.1
            port: \(port)
            jetstream { store_dir: "\(folder)/\(name)", max_mem: 64MB, max_file: 1GB }

            """
        if let cluster {
            let routes = cluster.ports.map { "nats://127.0.0.1:\($0)" }.joined(separator: ", ")
            text += "cluster { name: test, host: 127.0.0.1, port: \(cluster.ports[cluster.own]), routes: [\(routes)] }\n"
        }
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name).conf"))
    }

    /// Starts the server. Whoever asks it waits until it answers.
    package func start() throws -> Program {
        try Program.spawn(["nats-server", "-c", "\(folder)/\(name).conf"], environment: [:], log: "\(folder)/\(name).log")
    }
}
