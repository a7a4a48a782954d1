import Glibc

/// A failed call of the system, with its name.
struct CallFailed: Error {
    let call: String
    let errorNumber = errno
}

/// Makes a socket of the Unix family and binds it to the path.
func boundUnixSocket(_ type: __socket_type, path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(type.rawValue), 0)
    guard descriptor >= 0 else { throw CallFailed(call: "socket") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let answer = withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard answer == 0 else { throw CallFailed(call: "bind") }
    return descriptor
}

/// A folder of its own under the system's temporary one.
func temporaryFolder() throws -> String {
    var template = Array("/tmp/systemd-tests.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CallFailed(call: "mkdtemp") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A datagram socket in the manager's place.
struct DatagramSocket {
    let path: String
    private let folder: String
    private let descriptor: Int32

    init() throws {
        folder = try temporaryFolder()
        path = folder + "/socket"
        descriptor = try boundUnixSocket(SOCK_DGRAM, path: path)
    }

    /// The next message; waits for it.
    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }

    func remove() {
        close(descriptor)
        unlink(path)
        rmdir(folder)
    }
}
