import Changes
import Ledger
import StrictJSON
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

/// The filters that readers have, each once.
struct ReaderFilters: Sendable {
    private var filters: [Int: ReaderFilter] = [:]
    private var numbers: [String: Int] = [:]
    private var last = 0

    subscript(number: Int) -> ReaderFilter? { filters[number] }

    /// A reader comes with a filter; its number.
    mutating func enter(_ filter: Filter?) -> Int {
        let key = Self.key(filter)
        let number = numbers[key] ?? last + 1
        last = max(last, number)
        numbers[key] = number
        filters[number, default: ReaderFilter(number: number, filter: filter)].readers += 1
        return number
    }

    /// A reader with that filter goes.
    mutating func leave(_ number: Int) {
        filters[number]?.readers -= 1
        guard let filter = filters[number], filter.readers == 0 else { return }
        filters[number] = nil
        numbers[Self.key(filter.filter)] = nil
    }

    /// The canonical text: equal for filters that ask for the same in another order.
    private static func key(_ filter: Filter?) -> String { filter.map { JSONValue.object($0.json).description } ?? "" }
}
