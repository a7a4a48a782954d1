import Changes
import WhatsAppBusiness

/// When targets were last polled completely, as far as that is not written down yet: the file has the rest.
struct PendingConfirmations: Sendable {
    private(set) var unsaved: [PollTarget: Timestamp] = [:]

    /// A poll was complete.
    mutating func note(_ target: PollTarget, at now: Timestamp) { unsaved[target] = now }

    /// Forgets targets that are gone.
    mutating func forget(_ isGone: (PollTarget) -> Bool) { unsaved = unsaved.filter { !isGone($0.key) } }

    /// These are written down; what was noted since is not.
    mutating func saved(_ times: [PollTarget: Timestamp]) { unsaved = unsaved.filter { times[$0.key] != $0.value } }
}
