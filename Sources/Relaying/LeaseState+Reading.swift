import Hosting
package import JetStream
import StrictJSON

extension LeaseState.Event {
    /// What the leader answered about a lease. One that cannot be read, as a later release may write it, is somebody's: it is no answer, and is asked for
    /// again after a while.
    package init(reading found: StoredMessage?) {
        guard let found else {
            self = .read(nil, revision: 0)
            return
        }
        do {
            let json = try JSONValue(parsing: found.body, limits: .stored).object ?? [:]
            self = .read(try LeaseRecord(json: json), revision: found.sequence)
        } catch { self = .unanswered }
    }
}
