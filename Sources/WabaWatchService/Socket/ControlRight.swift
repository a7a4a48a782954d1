import Glibc
import Varlink

/// Who may poll, block and unblock: root, the service's own user, and the members of the control group.
struct ControlRight: Sendable {
    /// The user that the service runs as.
    var userID: UInt32
    /// The control group, if there is one.
    var groupID: UInt32?

    /// What a user namespace shows for every user and group that it does not know (user_namespaces(7)): it may be anybody.
    static let unknown: UInt32 = 65_534

    /// Whether this peer may.
    func allows(_ peer: Peer) -> Bool {
        if peer.userID == 0 { return true }
        if peer.userID == userID, userID != Self.unknown { return true }
        guard let groupID, groupID != Self.unknown else { return false }
        return peer.groupID == groupID || peer.supplementaryGroupIDs.contains(groupID)
    }
}

extension ControlRight {
    /// The rule for this process and the group of that name.
    /// - Throws: `ConfigurationError` where there is no such group, or only the one that stands for unknown ones.
    init(of configuration: Configuration) throws(ConfigurationError) {
        userID = geteuid()
        guard let name = configuration.socket.controlGroup else { return }
        groupID = Self.groupID(of: name)
        if let groupID, groupID != Self.unknown { return }
        let sentence = groupID == nil ? "there is no group \(name)" : "the group \(name) stands for groups that are not known"
        throw ConfigurationError(problems: [configuration.problem("socket.control_group", sentence)])
    }

    private static func groupID(of name: String) -> UInt32? {
        var room = [CChar](repeating: 0, count: 1 << 20)
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        return getgrnam_r(name, &entry, &room, room.count, &found) == 0 && found != nil ? entry.gr_gid : nil
    }
}
