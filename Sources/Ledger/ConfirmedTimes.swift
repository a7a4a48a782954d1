import Changes
import GRDB
import WhatsAppBusiness

/// When targets were last polled completely, for whoever reads in the file: many rows in a row are of the same target.
struct ConfirmedTimes {
    private let unsaved: [PollTarget: Timestamp]
    private var last: (target: PollTarget, time: Timestamp?)?

    /// - Parameter unsaved: what was not written down before the reading began.
    init(_ unsaved: [PollTarget: Timestamp] = [:]) { self.unsaved = unsaved }

    /// `nil` if the target was never polled completely.
    mutating func time(of target: PollTarget, in database: Database) throws -> Timestamp? {
        if let last, last.target == target { return last.time }
        let time = try unsaved[target] ?? PersistedTarget.confirmed(target, in: database)
        last = (target, time)
        return time
    }
}
