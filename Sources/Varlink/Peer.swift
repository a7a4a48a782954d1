/// The process at the other end of a Unix socket as the kernel saw it when it connected (SO_PEERCRED, unix(7)).
///
/// The process may have ended since and its number may be another's now; user and group are those of that moment.
public struct Peer: Sendable, Hashable {
    /// The process.
    public let processID: Int32
    /// The effective user.
    public let userID: UInt32
    /// The effective group. Supplementary groups are not in it.
    public let groupID: UInt32

    /// A peer, for handlers that are called without a socket.
    public init(processID: Int32, userID: UInt32, groupID: UInt32) {
        self.processID = processID
        self.userID = userID
        self.groupID = groupID
    }
}
