/// Whose share what a connection costs is counted against.
enum PeerShare: Hashable, Sendable {
    /// A user that this process's user namespace knows.
    case user(UInt32)
    /// Somebody of a control group, where the user is not known and the kernel tells the group (6.13 and later).
    case controlGroup(UInt64)
    /// A process, where nothing else is known.
    case process(Int32)

    init(of peer: Peer) {
        if peer.userID != Peer.unknownID {
            self = .user(peer.userID)
        } else if let group = peer.controlGroupID {
            self = .controlGroup(group)
        } else {
            self = .process(peer.processID)
        }
    }
}
