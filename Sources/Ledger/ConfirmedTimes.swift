import Changes
import GRDB
import WhatsAppBusiness

/// When units were last looked at completely, for whoever reads in the file: many rows in a row are of the same unit.
struct ConfirmedTimes {
    private let unsaved: [Unit: Timestamp]
    private var last: (unit: Unit, time: Timestamp?)?

    /// - Parameter unsaved: what was not written down before the reading began.
    init(_ unsaved: [Unit: Timestamp] = [:]) { self.unsaved = unsaved }

    /// `nil` if the unit was never looked at completely.
    mutating func time(of unit: Unit, in database: Database) throws -> Timestamp? {
        if let last, last.unit == unit { return last.time }
        let time = try unsaved[unit] ?? KeptUnit.confirmed(unit, in: database)
        last = (unit, time)
        return time
    }
}
