import Continuations
import Dispatch
import Glibc

/// Asks the daemon's own socket who it is, as any client would: connects, calls `org.varlink.service.GetInfo`, reads the reply.
struct SocketProbe: Sendable {
    /// How it went.
    enum Outcome: Sendable, Equatable {
        /// The service has taken the connection, and answered or closed it: it may have as many connections as it takes.
        case alive
        /// Nobody listens, or nobody has answered in time.
        case silent
        /// This process may not connect, or the socket's file is not there: that says nothing about the service.
        case cannotAsk(errorNumber: Int32)
    }

    let path: String
    let timeout: Duration
    private let thread = DispatchQueue(label: "wabawatch.probe")

    init(path: String, timeout: Duration) {
        self.path = path
        self.timeout = timeout
    }

    /// Asks on a thread of its own; takes at most twice the timeout. A task that is cancelled has heard nothing.
    func ask() async -> Outcome {
        let outcome = OneShot<Outcome>()
        thread.async { outcome.fulfil(askNow()) }
        return await outcome.value(whenCancelled: .silent)
    }

    private static let question = Array(#"{"method":"org.varlink.service.GetInfo"}"#.utf8) + [0]

    private func askNow() -> Outcome {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .cannotAsk(errorNumber: errno) }
        defer { close(descriptor) }
        let microseconds = max(1, timeout.components.seconds * 1_000_000 + timeout.components.attoseconds / 1_000_000_000_000)
        // A timeval by its two halves: which module the type belongs to depends on what else is built.
        var limit = (seconds: Int(microseconds / 1_000_000), microseconds: Int(microseconds % 1_000_000))
        for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout.size(ofValue: limit)))
        }
        if let number = connect(descriptor) {
            // A queue of connections that stays full (EAGAIN) and a socket that nobody has are the service's own fault.
            return [EACCES, EPERM, ENOENT, ENOTSOCK, ENAMETOOLONG].contains(number) ? .cannotAsk(errorNumber: number) : .silent
        }
        guard send(descriptor, Self.question, Self.question.count, Int32(MSG_NOSIGNAL)) == Self.question.count else {
            return errno == EPIPE || errno == ECONNRESET ? .alive : .silent
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 || errno == ECONNRESET ? .alive : .silent
    }

    /// Connects; returns the error's number if that failed.
    private func connect(_ descriptor: Int32) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return ENAMETOOLONG }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let answer = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return answer == 0 ? nil : errno
    }
}
