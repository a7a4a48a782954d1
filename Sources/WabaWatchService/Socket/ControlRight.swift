import Glibc
import ServiceConfiguration
import StrictYAML
import Varlink

/// Who may poll, mute and act: root, the service's own user, and the members of the control group.
struct ControlRight: Sendable {
    /// The user that the service runs as.
    var userID: UInt32
    /// The control group, if there is one.
    var groupID: UInt32?
    /// The user of the webhooks' receiver, who may hand in webhooks and nothing else; `nil` where there is none.
    var reporterID: UInt32?
    /// The service's own group, whose members may hand in webhooks: a service with users of its own (`PrivateUsers=`, systemd.exec(5)) is shown no other
    /// user's id, and no group but this.
    var ownGroupID: UInt32?

    /// Whether this peer may hand in webhooks.
    func allowsReports(_ peer: Peer) -> Bool {
        if let reporterID, reporterID != Configuration.unknownID, peer.userID == reporterID { return true }
        return isMember(peer, of: ownGroupID) || allows(peer)
    }

    /// Whether this peer may say which accounts are watched here: root and the service's own user, which its relay has.
    func allowsHolding(_ peer: Peer) -> Bool { peer.userID == 0 || peer.userID == userID && userID != Configuration.unknownID }

    /// Whether this peer may.
    func allows(_ peer: Peer) -> Bool {
        if peer.userID == 0 { return true }
        if peer.userID == userID, userID != Configuration.unknownID { return true }
        return isMember(peer, of: groupID)
    }

    private func isMember(_ peer: Peer, of groupID: UInt32?) -> Bool {
        guard let groupID, groupID != Configuration.unknownID else { return false }
        return peer.groupID == groupID || peer.supplementaryGroupIDs.contains(groupID)
    }
}

extension ControlRight {
    /// The rule for this process and the group that is configured.
    /// - Throws: where that group cannot be used.
    init(of configuration: Configuration) throws(ConfigurationError) {
        self.init(
            userID: geteuid(), groupID: try configuration.controlGroupID(), reporterID: Configuration.webhookUserID(),
            ownGroupID: getegid())
    }
}
