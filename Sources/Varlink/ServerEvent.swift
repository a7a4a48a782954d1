/// What a server has to tell whoever keeps its log.
public enum ServerEvent: Sendable {
    /// A handler threw something that is no `VarlinkError`; the connection was closed.
    case handlerFailed(method: String, peer: Peer, error: any Error)
    /// A handler's answer is not what the interface declares; the connection was closed.
    case invalidReply(method: String, mismatch: MismatchedParameter)
    /// A peer broke the protocol; the connection was closed.
    case violation(ProtocolViolation, peer: Peer)
    /// A connection was closed as it came: there are too many.
    case refused(ConnectionRefusal, peer: Peer)
    /// Connections cannot be taken for now, with the system's error number: there is no descriptor or no memory. It is tried again.
    case cannotAccept(number: Int32)
}

/// Which limit a new connection met.
public enum ConnectionRefusal: Error, Sendable, Equatable {
    /// The connections in all, and no other peer has more of them.
    case connections
    /// The connections of its user.
    case connectionsPerUser
    /// The descriptors that the process may have.
    case descriptors
}

/// Why a server cannot be.
public enum ServerSetupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Two interfaces have this name, or it is the server's own.
    case interfaceTwice(String)
    /// The methods are said to be implemented and are not in the interface's text.
    case methodsNotDeclared(interface: String, methods: [String])
    /// Somebody answers on this path already.
    case addressInUse(String)
    /// The path holds something that is no socket, is too long (107 bytes), or empty.
    case badPath(String)
    /// The descriptor is no listening Unix stream socket.
    case badDescriptor(Int32)
    /// A system call failed.
    case system(call: String, number: Int32)

    public var description: String {
        switch self {
        case .interfaceTwice(let name): "the interface \(name) is given twice or is the server's own"
        case .methodsNotDeclared(let interface, let methods): "the text of \(interface) does not declare \(methods.joined(separator: ", "))"
        case .addressInUse(let path): "another process answers on \(path)"
        case .badPath(let path): "\(path) is no path for a socket"
        case .badDescriptor(let descriptor): "descriptor \(descriptor) is no listening Unix stream socket"
        case .system(let call, let number): "\(call) failed with error number \(number)"
        }
    }
}
