import Glibc

extension Configuration {
    /// The user that the webhooks' receiver runs as, in a process of its own.
    package static let webhookUser = "wabawatch-webhook"

    /// The id of that user; `nil` where this host has none.
    package static func webhookUserID() -> UInt32? {
        var room = [CChar](repeating: 0, count: 1 << 14)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwnam_r(webhookUser, &entry, &room, room.count, &found) == 0, found != nil else { return nil }
        return entry.pw_uid == unknownID ? nil : entry.pw_uid
    }
}
