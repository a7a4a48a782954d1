/// The process at the other end of a Unix socket as the kernel saw it when it connected (SO_PEERCRED and SO_PEERGROUPS, unix(7) and socket(7)).
///
/// The process may have ended since and its number may be another's now; user and groups are those of that moment. A user or group that this
/// process's user namespace does not know shows as 65534.
public struct Peer: Sendable, Hashable {
    /// The process.
    public let processID: Int32
    /// The effective user.
    public let userID: UInt32
    /// The effective group. Supplementary groups are not in it.
    public let groupID: UInt32
    /// The supplementary groups.
    public let supplementaryGroupIDs: [UInt32]

    /// A peer, for handlers that are called without a socket.
    public init(processID: Int32, userID: UInt32, groupID: UInt32, supplementaryGroupIDs: [UInt32] = []) {
        self.processID = processID
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroupIDs = supplementaryGroupIDs
    }
}
