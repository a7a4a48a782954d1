import Changes
import Ledger
import WabaWatchInterface

/// A filter as it is asked for every change; readers whose filters are equal have one in common, and what it selects is selected once for all of them.
struct ReaderFilter: Sendable {
    /// Tells filters apart.
    let number: Int
    /// `nil` lets everything through.
    let filter: Filter?
    /// How many readers have it.
    var readers = 0

    /// Whether a change is wanted: decided before the change is encoded.
    func matches(_ change: RecordedChange) -> Bool {
        guard let filter else { return true }
        let change = change.change
        return filter.matches(change.resource) && filter.matches(operation: change.operation, severity: change.severity)
            && filter.touches(change.fields)
    }
}
