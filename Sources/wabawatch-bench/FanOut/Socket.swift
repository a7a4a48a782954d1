import Foundation

/// Sockets of readers, which begin with a call and what is said to that.
enum Socket {
    /// Connects to a path, sends a call and reads up to a byte.
    static func connected(path: String, saying call: String, until end: UInt8) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return try begin(try connected(AF_UNIX, to: address), call) { $0.last == end }
    }

    /// Connects to a port of the loopback, sends a call and reads up to a text.
    static func connected(port: UInt16, saying call: String, until end: String) throws -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return try begin(try connected(AF_INET, to: address), call) { $0.suffix(end.utf8.count).elementsEqual(end.utf8) }
    }

    private static func begin(_ socket: Int32, _ call: String, _ isDone: ([UInt8]) -> Bool) throws -> Int32 {
        let bytes = Array(call.utf8)
        guard send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw Failure("a reader cannot call") }
        var heard: [UInt8] = []
        while !isDone(heard) {
            var byte: UInt8 = 0
            guard recv(socket, &byte, 1, 0) == 1 else { throw Failure("a reader was hung up on") }
            heard.append(byte)
        }
        return socket
    }

    private static func connected(_ family: Int32, to address: some Any) throws -> Int32 {
        let socket = Foundation.socket(family, Int32(SOCK_STREAM.rawValue), 0)
        let result = withUnsafeBytes(of: address) { bytes in
            bytes.assumingMemoryBound(to: sockaddr.self).baseAddress.map { connect(socket, $0, socklen_t(bytes.count)) } ?? -1
        }
        guard socket >= 0, result == 0 else { throw Failure("a reader cannot connect (error number \(errno))") }
        return socket
    }

    /// As many descriptors as the system allows.
    static func allowMany() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
