import GraphAPI
import StrictJSON

/// One look at a list: complete or void. A pure decision.
///
/// A list that changed under the walk (a dead cursor, one that comes again, a thing on two pages) is walked again from its first page, three
/// times at most. What is then still not exact is void: nothing may be removed by it.
struct Sweep {
    enum Action {
        /// Ask for this page.
        case ask(GraphRequest)
        /// Everything was seen.
        case complete([JSONValue])
        /// Nothing of what was seen counts.
        case void(GraphFailure)
    }

    private static let mostWalks = 4

    private var walk: PageWalk
    private var walks = 1

    init(_ request: GraphRequest) { walk = PageWalk(request) }

    var begin: Action { .ask(walk.first) }

    mutating func on(_ page: Page) -> Action {
        do throws(GraphFailure) {
            switch try walk.on(page) {
            case .ask(let request): return .ask(request)
            case .done(let outcome) where outcome.isExact: return .complete(outcome.items)
            case .done: return again(GraphFailure(.paging(restart: true)))
            }
        } catch { return on(error) }
    }

    mutating func on(_ failure: GraphFailure) -> Action { failure.code == .paging(restart: true) ? again(failure) : .void(failure) }

    private mutating func again(_ failure: GraphFailure) -> Action {
        guard walks < Self.mostWalks else { return .void(failure) }
        walks += 1
        walk = PageWalk(walk.request)
        return begin
    }
}
