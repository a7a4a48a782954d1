import Glibc
package import StrictYAML

extension Configuration {
    /// What a user namespace shows for every user and group that it does not know (user_namespaces(7)): it may be anybody.
    package static let unknownID: UInt32 = 65_534

    /// The id of the group whose members may poll, block and unblock; `nil` where none is configured.
    /// - Throws: where there is no such group, or only the one that stands for unknown ones.
    package func controlGroupID() throws(ConfigurationError) -> UInt32? {
        guard let name = socket.controlGroup else { return nil }
        let id = Self.groupID(of: name)
        if let id, id != Self.unknownID { return id }
        let sentence = id == nil ? "there is no group \(name)" : "the group \(name) stands for groups that are not known"
        throw ConfigurationError(problems: [problem("socket.control_group", sentence)])
    }

    private static func groupID(of name: String) -> UInt32? {
        var room = [CChar](repeating: 0, count: 1 << 20)
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        return getgrnam_r(name, &entry, &room, room.count, &found) == 0 && found != nil ? entry.gr_gid : nil
    }
}
