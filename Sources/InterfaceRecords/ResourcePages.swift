package import Ledger
package import WabaWatchInterface

/// The things that a filter lets through, a page of the ledger at a time. The walk begins with the first page, so that nothing is held before that.
package struct ResourcePages {
    private let ledger: Ledger
    private let filter: Filter?
    private var walk: ResourceWalk?
    /// The place in the ledger that the first page stands at.
    package private(set) var start: LedgerCursor
    /// Whether there are no more.
    package private(set) var isFinished = false

    /// Those of a ledger; all of them without a filter.
    package init(of ledger: Ledger, _ filter: Filter?) {
        (self.ledger, self.filter) = (ledger, filter)
        start = ledger.cursor
    }

    /// The same place, as it is told.
    package var cursor: Cursor { Cursor(start) }

    /// The next things that match, of about so many bytes; perhaps none of a page.
    package mutating func next(atMost bytes: Int) async throws -> [Resource] {
        if walk == nil {
            walk = try await ResourceWalk(over: ledger, ResourceQuery(filter), atMost: bytes)
            start = walk?.cursor ?? start
        }
        guard let page = try await walk?.next(atMost: bytes) else {
            isFinished = true
            return []
        }
        return page.map { Resource($0) }.filter { filter?.matches($0) ?? true }
    }
}
