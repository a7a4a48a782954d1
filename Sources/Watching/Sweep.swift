import GraphAPI
import StrictJSON

/// The walk over the pages of one look: complete or void. A pure decision.
///
/// A list that changed under the walk (a dead cursor, one that comes again) is begun again from its first page, three times at most.
struct Sweep {
    enum Action {
        /// Ask for the page that begins there.
        case ask(Position)
        /// Everything was seen.
        case complete([JSONValue])
        /// Nothing of what was seen counts.
        case void(GraphFailure)
    }

    /// No list of the platform has as many pages.
    static let mostPages = 5_000
    static let mostBeginnings = 4

    private var items: [JSONValue] = []
    private var positions: Set<Position> = []
    private var beginnings = 1

    static var begin: Action { .ask(.start) }

    mutating func on(_ page: Page) -> Action {
        items += page.items
        guard page.hasNext else { return .complete(items) }
        guard let next = page.next() else { return .void(GraphFailure(.invalidAnswer("a page has a next one but says not where"))) }
        guard positions.count < Self.mostPages else { return .void(GraphFailure(.paging(restart: false))) }
        guard positions.insert(next).inserted else { return again(GraphFailure(.paging(restart: true))) }
        return .ask(next)
    }

    mutating func on(_ failure: GraphFailure) -> Action {
        failure.code == .paging(restart: true) ? again(failure) : .void(failure)
    }

    private mutating func again(_ failure: GraphFailure) -> Action {
        guard beginnings < Self.mostBeginnings else { return .void(failure) }
        let next = beginnings + 1
        self = Sweep()
        beginnings = next
        return .ask(.start)
    }
}
