import Foundation

/// systemd's end of the notify socket (sd_notify(3)).
final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        unlink(path)
        // Were the daemon to inherit it, its words would fill it, and then it would wait for itself.
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Failure("\(path) is too long for a socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard bound == 0 else { throw Failure("\(path) cannot be bound") }
        // A timeval by its two halves: which module the type belongs to depends on what else is built.
        var timeout = (seconds: 60, microseconds: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout.size(ofValue: timeout)))
    }

    deinit { close(descriptor) }

    /// Returns when a message with that line came. Throws after a minute without one.
    func wait(for line: String) throws {
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure("nobody said \(line)") }
            if String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").contains(Substring(line)) { return }
        }
    }
}
