import StrictJSON

/// Calls that may be larger than others: those of a few methods, by some peers.
public struct LargeCalls: Sendable {
    /// The methods' full names.
    public var methods: Set<String>
    /// Bytes of one such call.
    public var messageBytes: Int
    /// Bytes of one text in it.
    public var textBytes: Int
    /// Who may make them. It is asked when a peer connects and must not block.
    public var allows: @Sendable (Peer) -> Bool

    /// Calls of these methods by these peers.
    public init(methods: Set<String>, messageBytes: Int, textBytes: Int, allows: @escaping @Sendable (Peer) -> Bool) {
        self.methods = methods
        self.messageBytes = messageBytes
        self.textBytes = textBytes
        self.allows = allows
    }
}

extension ServerLimits {
    /// Bytes of one call of a peer, whatever it calls.
    func messageBytes(of peer: Peer) -> Int {
        guard let largeCalls, largeCalls.allows(peer) else { return messageBytes }
        return max(messageBytes, largeCalls.messageBytes)
    }

    /// Reads a call of a peer. One that is larger than others may be is taken if it is of a method of which it may be.
    func read(_ bytes: some Sequence<UInt8>, of peer: Peer) throws(ProtocolViolation) -> CallMessage {
        do throws(ProtocolViolation) { return try CallMessage(parsing: bytes, limits: json) } catch {
            guard let largeCalls, error.isOfSize, largeCalls.allows(peer) else { throw error }
            var limits = json
            (limits.bytes, limits.string) = (largeCalls.messageBytes, largeCalls.textBytes)
            let call = try CallMessage(parsing: bytes, limits: limits)
            guard largeCalls.methods.contains(call.method) else { throw error }
            return call
        }
    }
}

extension ProtocolViolation {
    /// Whether a message was refused because it, or a text in it, is larger than allowed.
    fileprivate var isOfSize: Bool { if case .badJSON(let error) = self { error.code == .tooLarge } else { false } }
}
