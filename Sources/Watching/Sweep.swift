import GraphAPI
import StrictJSON
import WhatsAppBusiness

/// One poll of everything that a target shows: complete or void. A pure decision.
///
/// A list that changed under the walk (a dead cursor, one that comes again, a thing on two pages) is walked again from its first page. Pages by
/// offset never tell whether it did: there two walks have to agree. After four walks everything is void, and nothing may be removed by it.
struct Sweep: Sendable {
    /// What a sweep has seen.
    struct Found: Sendable {
        /// The things as they came; none where only the keys are wanted.
        var items: [JSONValue] = []
        /// The things' keys, window by window.
        var keys: [(window: Int?, keys: IDSet)] = []
        /// How many things were left out, because nothing tells them apart.
        var strays = 0
        /// The first page, where only the keys are wanted.
        var first: NewestFirst.FirstPage?
        /// How many pages they came in.
        var pages = 0
    }

    enum Step: Sendable {
        /// Ask for this page.
        case ask(GraphRequest)
        /// Everything was seen, or what is new of it.
        case complete(Found)
        /// The first page shows what it showed the last time, and says that all is as it was.
        case unchanged
        /// Nothing of what was seen counts.
        case void(GraphFailure)
    }

    private static let mostWalks = 4

    /// What to do next.
    private(set) var next: Step
    /// The fields that are asked for.
    let fields: [String]
    /// What it covers.
    private(set) var coverage: WindowRotation.Coverage
    /// What the first page showed the last time, where it may decide alone.
    let known: NewestFirst.FirstPage?
    /// Answers so far.
    private(set) var answers = 0
    /// Things so far, those of walks that were begun again too.
    private(set) var things = 0
    private let edge: Edge
    private var rest: ArraySlice<(window: Int?, request: GraphRequest)>
    private var window: Int?
    private var walk: PageWalk
    private var walks = 1
    private var unsure: IDSet?
    private(set) var found = Found()
    private var isAtFirst = true

    /// A sweep over one list, or over windows of it one after the other.
    /// - Parameter known: what the first page showed the last time, where it may decide alone.
    init(
        _ requests: [(window: Int?, request: GraphRequest)], fields: [String], coverage: WindowRotation.Coverage = .whole,
        known: NewestFirst.FirstPage? = nil
    ) {
        precondition(!requests.isEmpty, "a sweep asks for something")
        self.known = known
        self.fields = fields
        self.coverage = coverage
        edge = requests[0].request.edge
        window = requests[0].window
        walk = PageWalk(requests[0].request)
        rest = requests.dropFirst()
        next = .ask(walk.first)
    }

    /// Whether nothing has been asked for yet, and one answer may be all.
    var isFresh: Bool { answers == 0 && rest.isEmpty }

    /// Whether only the things' keys are wanted.
    var wantsKeys: Bool { edge.kind?.row.keepsOnlyKeys == true }

    /// Takes the answer that was asked for.
    mutating func on(_ answer: Answer) {
        guard edge.form != .node else {
            answers += 1
            things += 1
            found.items = [answer.body]
            return next = .complete(found)
        }
        do throws(GraphFailure) { on(try Page(answer)) } catch { on(error) }
    }

    /// Takes the page that was asked for.
    mutating func on(_ page: Page) { take(page.items.count) { walk throws(GraphFailure) in try walk.on(page) } }

    /// Takes the page that was asked for, where only its keys are wanted.
    /// - Parameter digest: what its bytes are known again by.
    mutating func on(_ page: KeyPage, digest: Digest? = nil) {
        if isAtFirst { found.first = NewestFirst.FirstPage(keys: page.keys, digest: digest) }
        take(page.keys.count) { walk throws(GraphFailure) in try walk.on(page) }
        // Where no page follows it has seen everything, and where the walk begins anew something is odd.
        guard let known, answers == 1, walks == 1, page.strays == 0, case .ask = next else { return }
        switch known.verdict(on: page.keys) {
        case .unclear: return
        case .unchanged: next = .unchanged
        case .continues:
            var keys = IDSet()
            _ = keys.insert(page.keys)
            found.keys = [(nil, keys)]
            next = .complete(found)
        }
        coverage = .firstPage
    }

    /// Takes a failure.
    mutating func on(_ failure: GraphFailure) {
        if failure.code == .paging(restart: true) { again(failure) } else { next = .void(failure) }
    }

    private mutating func take(_ count: Int, _ step: (inout PageWalk) throws(GraphFailure) -> PageWalk.Step) {
        answers += 1
        things += count
        isAtFirst = false
        do throws(GraphFailure) {
            switch try step(&walk) {
            case .ask(let request): next = .ask(request)
            case .done(let outcome) where outcome.isExact: accept(outcome)
            case .done(let outcome):
                if let unsure, outcome.keys.hasSameIDs(as: unsure) { return accept(outcome) }
                unsure = outcome.keys
                again(GraphFailure(.paging(restart: true)))
            }
        } catch { on(error) }
    }

    private mutating func accept(_ outcome: PageWalk.Outcome) {
        found.items += outcome.items
        found.keys.append((window, outcome.keys))
        found.strays += outcome.strays
        found.pages += outcome.pages
        guard let following = rest.popFirst() else { return next = .complete(found) }
        window = following.window
        walk = PageWalk(following.request)
        walks = 1
        isAtFirst = true
        unsure = nil
        next = .ask(walk.first)
    }

    private mutating func again(_ failure: GraphFailure) {
        guard walks < Self.mostWalks else { return next = .void(failure) }
        walks += 1
        isAtFirst = true
        walk = PageWalk(walk.request)
        next = .ask(walk.first)
    }
}
