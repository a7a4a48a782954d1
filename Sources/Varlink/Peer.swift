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

    /// The id of its control group, where its user is not known here and the kernel tells this (PIDFD_GET_INFO, Linux 6.13).
    public let controlGroupID: UInt64?

    /// What a user namespace shows for every user and group that it does not know (user_namespaces(7)): it may be anybody.
    public static let unknownID: UInt32 = 65_534

    /// A peer, for handlers that are called without a socket.
    public init(processID: Int32, userID: UInt32, groupID: UInt32, supplementaryGroupIDs: [UInt32] = [], controlGroupID: UInt64? = nil) {
        self.processID = processID
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroupIDs = supplementaryGroupIDs
        self.controlGroupID = controlGroupID
    }
}
