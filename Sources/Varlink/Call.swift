public import StrictJSON

/// One call of a method.
public struct Call: Sendable {
    /// The full name, such as `org.varlink.service.GetInfo`.
    public let method: String
    /// What was given, already of the types that the interface declares.
    public let parameters: JSONObject
    /// Whether the caller takes several replies.
    public let wantsMore: Bool
    /// Whether the caller takes no reply, not even an error.
    public let isOneway: Bool
    /// Who calls.
    public let peer: Peer

    /// A call, for handlers that are called without a socket.
    public init(method: String, parameters: JSONObject = [:], wantsMore: Bool = false, isOneway: Bool = false, peer: Peer) {
        self.method = method
        self.parameters = parameters
        self.wantsMore = wantsMore
        self.isOneway = isOneway
        self.peer = peer
    }

    /// The method's bare name, such as `GetInfo`.
    public var methodName: String { String(method[(method.lastIndex(of: ".").map(method.index(after:)) ?? method.startIndex)...]) }
    /// The method's interface, such as `org.varlink.service`.
    public var interface: String { String(method[..<(method.lastIndex(of: ".") ?? method.endIndex)]) }
}
