import GraphAPI
import StrictJSON

/// The walk over the pages of one look: complete or void. A pure decision.
///
/// A list that changed under the walk (a dead cursor, one that comes again) is begun again from its first page, three times at most.
struct Sweep {
    enum Action {
        /// Ask for the page behind that cursor; `nil` is the first.
        case ask(after: String?)
        /// Everything was seen.
        case complete([JSONValue])
        /// Nothing of what was seen counts.
        case void(GraphFailure)
    }

    /// No list of the platform has as many pages.
    static let mostPages = 5_000
    static let mostBeginnings = 4

    private var items: [JSONValue] = []
    private var cursors: Set<String> = []
    private var pages = 0
    private var beginnings = 1

    static var begin: Action { .ask(after: nil) }

    mutating func on(_ page: Page) -> Action {
        items += page.items
        pages += 1
        guard page.hasNext else { return .complete(items) }
        guard let after = page.after else { return .void(.invalidAnswer("a page has a next one but no cursor to it")) }
        guard pages < Self.mostPages else { return .void(.invalidAnswer("the list has more than \(Self.mostPages) pages")) }
        guard cursors.insert(after).inserted else { return again(.invalidAnswer("a cursor came a second time")) }
        return .ask(after: after)
    }

    mutating func on(_ failure: GraphFailure) -> Action { failure.code.restartsPaging ? again(failure) : .void(failure) }

    private mutating func again(_ failure: GraphFailure) -> Action {
        guard beginnings < Self.mostBeginnings else { return .void(failure) }
        let next = beginnings + 1
        self = Sweep()
        beginnings = next
        return .ask(after: nil)
    }
}
