import Glibc

/// Has a running daemon read its configuration anew and waits for what became of it: the asking end of `ReloadReply`, for `systemctl reload`.
///
/// The answer comes on a socket that is made for it in a folder where only root writes; who connects is known by its process id (SO_PEERCRED), so that
/// nobody else can answer for the daemon.
package struct ReloadRequest {
    /// Why a reload did not succeed.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// No sentence has more characters.
    static let longest = 2000

    private let process: Int32
    private let path: String

    /// - Parameters:
    ///   - process: the daemon.
    ///   - folder: where its socket is.
    package init(process: Int32, folder: String) {
        self.process = process
        path = Self.path(in: folder, process: process)
    }

    /// Asks, and returns when the new configuration is in force.
    /// - Parameter timeout: how long the daemon may take.
    /// - Throws: the daemon's reason why it is not, or that there is no answer.
    package func run(timeout: Duration) throws(Failure) {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw failed("socket") }
        defer { close(listener) }
        unlink(path)
        guard Self.withAddress(path, { bind(listener, $0, $1) }) == 0 else { throw failed("bind") }
        defer { unlink(path) }
        // The daemon's user is another.
        guard chmod(path, 0o666) == 0, listen(listener, 16) == 0 else { throw failed("listen") }
        guard kill(process, SIGHUP) == 0 else { throw failed("kill") }
        let end = ContinuousClock.now + timeout
        while true {
            try wait(for: listener, until: end)
            let peer = accept(listener, nil, nil)
            guard peer >= 0 else { continue }
            defer { close(peer) }
            guard Self.process(of: peer) == process else { continue }
            return try read(peer, until: end)
        }
    }

    private func read(_ peer: Int32, until end: ContinuousClock.Instant) throws(Failure) {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while answer.last != UInt8(ascii: "\n"), answer.count < 4 * Self.longest {
            try wait(for: peer, until: end)
            let count = recv(peer, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            answer += chunk[..<count]
        }
        guard answer.last == UInt8(ascii: "\n"), let outcome = answer.first else {
            throw Failure(description: "the daemon ended in the midst of the reload")
        }
        guard outcome == UInt8(ascii: "0") else {
            throw Failure(
                description: "the configuration stays as it was: \(String(decoding: answer.dropFirst().dropLast(), as: UTF8.self))")
        }
    }

    /// Waits until something can be read, as long as the daemon lives.
    private func wait(for descriptor: Int32, until end: ContinuousClock.Instant) throws(Failure) {
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&question, 1, 200) <= 0 {
            guard kill(process, 0) == 0 || errno == EPERM else { throw Failure(description: "the daemon ended before the reload was over") }
            guard ContinuousClock.now < end else { throw Failure(description: "the daemon does not answer") }
        }
    }

    private func failed(_ call: String) -> Failure {
        Failure(description: "the daemon \(process) cannot be asked to reload (\(call) \(path)): \(String(cString: strerror(errno)))")
    }

    static func path(in folder: String, process: Int32) -> String { "\(folder.isEmpty ? "." : folder)/reload.\(process)" }

    static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    /// The process at the other end when it connected.
    private static func process(of peer: Int32) -> Int32? {
        // A ucred: process, user, group.
        var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        return getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 ? credentials.0 : nil
    }
}
