import Changes
import WhatsAppBusiness

/// When each unit was last looked at completely, and for which of them that is not written down yet.
struct Confirmed: Sendable {
    private(set) var times: [Unit: Timestamp]
    private var unsaved: Set<Unit> = []

    /// What the file says.
    init(_ times: [Unit: Timestamp]) { self.times = times }

    /// A look was complete.
    mutating func note(_ unit: Unit, at now: Timestamp) {
        times[unit] = now
        unsaved.insert(unit)
    }

    /// Forgets units that are gone.
    mutating func forget(_ isGone: (Unit) -> Bool) {
        for unit in times.keys.filter(isGone) {
            times[unit] = nil
            unsaved.remove(unit)
        }
    }

    /// What is to be written down now.
    mutating func takeUnsaved() -> [Unit: Timestamp] {
        defer { unsaved = [] }
        return Dictionary(uniqueKeysWithValues: unsaved.compactMap { unit in times[unit].map { (unit, $0) } })
    }

    /// It could not be written down: the next time it is to be.
    mutating func putBack(_ units: some Sequence<Unit>) { unsaved.formUnion(units) }
}
