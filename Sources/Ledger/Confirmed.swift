import Changes
import WhatsAppBusiness

/// When units were last looked at completely, as far as that is not written down yet: the file has the rest.
struct Confirmed: Sendable {
    private(set) var unsaved: [Unit: Timestamp] = [:]

    /// A look was complete.
    mutating func note(_ unit: Unit, at now: Timestamp) { unsaved[unit] = now }

    /// Forgets units that are gone.
    mutating func forget(_ isGone: (Unit) -> Bool) { unsaved = unsaved.filter { !isGone($0.key) } }

    /// These are written down; what was noted since is not.
    mutating func saved(_ times: [Unit: Timestamp]) { unsaved = unsaved.filter { times[$0.key] != $0.value } }
}
