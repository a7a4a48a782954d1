public import Varlink
public import WabaWatchInterface

/// Why a call could not be made or was not answered as it should.
public struct ClientError: Error, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: Equatable, Sendable {
        /// Nobody listens at the socket, or there is none.
        case notRunning
        /// The socket may not be opened by this user.
        case notPermitted
        /// The connection ended before the answer did, or broke the protocol.
        case disconnected
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
        case .notRunning, .disconnected, .silent: true
        default: false
        }
    }
}

extension ClientError {
    /// What an error reply means.
    init(_ error: VarlinkError) {
        let detail: (String) -> String = { error.parameters[$0]?.string ?? "?" }
        switch error.name {
        case "org.varlink.service.MethodNotImplemented":
            self.init(.notImplemented(method: detail("method")), "the daemon does not have \(detail("method")) yet")
        case "org.varlink.service.MethodNotFound":
            self.init(
                .notImplemented(method: detail("method")), "the daemon does not know \(detail("method")); it may be of an older version")
        case "org.varlink.service.InterfaceNotFound":
            self.init(
                .notImplemented(method: detail("interface")),
                "the service at this socket does not have the interface \(detail("interface"))")
        case "org.varlink.service.PermissionDenied":
            self.init(.refused, "permission denied: only root, the daemon's own user and members of its control group may do this")
        case "org.varlink.service.InvalidParameter":
            self.init(.invalidParameter(detail("parameter")), "\(detail("parameter")) is not acceptable to the daemon")
        default: self.init(interfaceError: error)
        }
    }

    private init(interfaceError error: VarlinkError) {
        let prefix = Interface.name + "."
        guard error.name.hasPrefix(prefix) else {
            self.init(.unknown(error.name), "the daemon answered with \(error)")
            return
        }
        do throws(MemberError) {
            guard let known = try WabaWatchError(name: String(error.name.dropFirst(prefix.count)), parameters: error.parameters) else {
                self.init(.unknown(error.name), "the daemon answered with \(error)")
                return
            }
            self.init(.service(known), known.description)
        } catch { self.init(error) }
    }

    init(_ error: MemberError) { self.init(.unreadable(error), "the daemon's answer cannot be read: \(error)") }
}
