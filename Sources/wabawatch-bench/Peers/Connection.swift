import Foundation

/// A blocking stream socket to a peer's server.
final class Connection {
    private let socket: Int32
    /// Its socket, to be polled.
    var descriptor: Int32 { socket }
    private var buffer: [UInt8] = []

    /// Connects to a Unix socket; `nil` if nobody listens there.
    init?(path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        guard let socket = Self.connected(AF_UNIX, to: address) else { return nil }
        self.socket = socket
    }

    /// Connects to a port of the loopback; `nil` if nobody listens there.
    init?(port: UInt16) {
        guard let socket = Self.connected(AF_INET, to: Self.loopback(port: port)) else { return nil }
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        self.socket = socket
    }

    /// Takes over a connection that was accepted.
    init(accepted socket: Int32) { self.socket = socket }

    deinit { close(socket) }

    /// Whether something has come that was not received yet.
    var hasMore: Bool {
        var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return !buffer.isEmpty || poll(&waiting, 1, 0) > 0
    }

    /// What has come and was not received yet, at least a byte.
    func available() throws -> [UInt8] {
        defer { buffer = [] }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count > 0 else { throw Failure("a peer's server hung up") }
        return buffer + chunk[..<count]
    }

    /// Sends all of it.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure("a peer's server hung up") }
            sent += count
        }
    }

    /// Sends nothing more; what comes can still be received.
    func end() { shutdown(socket, Int32(SHUT_WR)) }

    /// What comes up to the peer's end.
    func rest() -> [UInt8] {
        defer { buffer = [] }
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(socket, &chunk, chunk.count, 0), count > 0 { buffer += chunk[..<count] }
        return buffer
    }

    /// Receives until the bytes so far hold a whole reply, and takes that out.
    /// - Parameter length: how long the reply at the beginning of the bytes is; `nil` while it is not whole.
    func receive(until length: ([UInt8]) throws -> Int?) throws -> [UInt8] {
        while true {
            if !buffer.isEmpty, let length = try length(buffer) {
                defer { buffer.removeFirst(length) }
                return Array(buffer[..<length])
            }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { throw Failure("a peer's server hung up") }
            buffer += chunk[..<count]
        }
    }

    /// A port of the loopback that is free at this moment.
    static func freePort() throws -> UInt16 {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0 }
        }
        guard bound else { throw Failure("there is no free port") }
        return UInt16(bigEndian: address.sin_port)
    }

    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func connected(_ family: Int32, to address: some Any) -> Int32? {
        let socket = Foundation.socket(family, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        let result = withUnsafeBytes(of: address) { bytes in
            bytes.assumingMemoryBound(to: sockaddr.self).baseAddress.map { connect(socket, $0, socklen_t(bytes.count)) } ?? -1
        }
        guard result == 0 else {
            close(socket)
            return nil
        }
        return socket
    }
}
