import Glibc
public import StrictJSON
import Varlink
public import WabaWatchInterface

/// Why a call could not be made or was not answered as it should.
public struct ClientError: Error, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: Equatable, Sendable {
        /// Nobody listens at the socket, or there is none.
        case notRunning
        /// The daemon cannot start; the message says why.
        case notStarted
        /// The socket may not be opened by this user.
        case notPermitted
        /// The connection ended before the answer did.
        case disconnected
        /// What listens there does not speak Varlink.
        case notOurs
        /// Nothing came for several heartbeats.
        case silent
        /// The daemon does not have this method, being older or not the daemon.
        case notImplemented(method: String)
        /// The daemon does not allow this user to do this.
        case refused
        /// A parameter is not acceptable.
        case invalidParameter(String)
        /// An error that the interface declares.
        case service(WabaWatchError)
        /// An error that nobody here knows, by its full name.
        case unknown(String)
        /// The answer is not what the interface says.
        case unreadable(MemberError)
    }

    /// What went wrong.
    public let code: Code
    /// One sentence about it.
    public let message: String

    /// An error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    /// Whether the same call may succeed later by itself.
    public var isPassing: Bool {
        switch code {
        case .notRunning, .notStarted, .disconnected, .silent: true
        default: false
        }
    }
}

extension ClientError {
    /// What went wrong in the room below, about a socket.
    init(_ error: any Error, socket: String) {
        switch error {
        case let error as ClientError: self = error
        case let error as VarlinkError: self.init(error)
        case let error as MemberError: self.init(error)
        case let error as ConnectionFailed where error.number == EACCES || error.number == EPERM:
            self.init(.notPermitted, "\(socket) may not be opened by this user")
        case let error as ConnectionFailed:
            self.init(.notRunning, "cannot connect to wabawatchd at \(socket): \(String(cString: strerror(error.number)))")
        case is ConnectionClosed: self.init(.disconnected, "the daemon closed the connection at \(socket)")
        case let error as ProtocolViolation: self.init(.notOurs, "what listens at \(socket) is not wabawatchd: \(error)")
        default: self.init(.disconnected, "the connection at \(socket) failed: \(error)")
        }
    }

    private init(_ error: MemberError) {
        self.init(.unreadable(error), "the daemon's answer cannot be read, it may be of another version: \(error)")
    }

    private init(_ error: VarlinkError) {
        let detail: (String) -> String = { error.parameters[$0]?.string ?? "?" }
        switch error.name {
        case "io.wabawatch.start.NotStarted": self.init(.notStarted, "wabawatchd cannot start: \(detail("reason"))")
        case "org.varlink.service.MethodNotImplemented":
            self.init(.notImplemented(method: detail("method")), "the daemon does not have \(detail("method")) yet")
        case "org.varlink.service.MethodNotFound":
            self.init(.notImplemented(method: detail("method")), "the daemon does not know \(detail("method"))")
        case "org.varlink.service.InterfaceNotFound":
            self.init(
                .notImplemented(method: detail("interface")),
                "the service at this socket does not have the interface \(detail("interface"))")
        case "org.varlink.service.PermissionDenied":
            self.init(.refused, "permission denied: root, the daemon's own user and members of its control group may do this")
        case "org.varlink.service.InvalidParameter":
            self.init(.invalidParameter(detail("parameter")), "the daemon does not accept the parameter \(detail("parameter"))")
        default:
            do throws(MemberError) {
                guard let known = try WabaWatchError(error) else {
                    self.init(.unknown(error.name), "the daemon answered with \(error)")
                    return
                }
                self.init(.service(known), known.description)
            } catch { self.init(error) }
        }
    }
}
