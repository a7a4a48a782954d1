public import StrictJSON
public import WhatsAppBusiness

/// The decisions of a walk over the pages of a list: which page to ask for next, and when the list is complete.
///
/// The rules
/// (https://developers.facebook.com/docs/graph-api/results): only a missing `next` ends the list, not a short page; a cursor alone is no promise of another
/// page; things are told apart by their key; a position that comes twice, or too many pages, end the walk as a failure.
public struct PageWalk: Sendable {
    /// What to do after a page.
    public enum Step: Sendable {
        /// Ask for this page.
        case ask(GraphRequest)
        /// The list is complete.
        case done(Outcome)
    }

    /// A list that was read to its end.
    public struct Outcome: Sendable {
        /// The things, each once, in the order in which they came; empty where only keys were wanted.
        public let items: [JSONValue]
        /// The keys, each once, in the order in which they came.
        public let keys: IDSet
        /// How many pages they came in.
        public let pages: Int
        /// How many things had nothing to be told apart by, and were left out: what seems to be gone may be one of them.
        public let strays: Int
        /// Whether nothing hints that the list changed under the walk. Pages by offset shift when it does, and do not say so: unless there was
        /// only one, read them again until two walks agree.
        public let isExact: Bool
    }

    /// The request of the first page.
    public let request: GraphRequest
    /// The most pages before the walk fails.
    public let pageLimit: Int
    /// Whether a cursor without a `next` is followed once more.
    public let settlesCursor: Bool
    private var windows: [TimeWindow]
    private var asked: Position
    private var seenPositions: Set<Position> = []
    private var items: [JSONValue] = []
    /// The keys of the parts of the window before this one. Neighbours overlap: what stands in both says nothing of a shift.
    private var earlierKeys = IDSet()
    private var keys = IDSet()
    private var strays = 0
    private var pages = 0
    private var isExact = true
    private var isSettling = false
    private var sawNext = false

    /// A walk. A window longer than Meta answers is split, the newest part first.
    public init(_ request: GraphRequest, pageLimit: Int = 1000, settlesCursor: Bool? = nil) {
        self.request = request
        self.pageLimit = pageLimit
        self.settlesCursor = settlesCursor ?? request.edge.settlesCursor
        windows = request.window?.parts() ?? []
        asked = windows.isEmpty ? request.position : .window(windows.removeFirst())
    }

    /// The request to begin with.
    public var first: GraphRequest { request.at(asked) }

    /// Takes the page that was asked for. Throws `paging` when the walk cannot end well, `invalidAnswer` when Meta gives no way on.
    public mutating func on(_ page: Page) throws(GraphFailure) -> Step {
        var fresh = 0
        let before = strays
        for item in page.items where try take(item) { fresh += 1 }
        return try step(
            hasNext: page.hasNext, next: page.next(), after: page.after, count: page.items.count - (strays - before), fresh: fresh)
    }

    /// Takes the page that was asked for, where only its keys are wanted.
    public mutating func on(_ page: KeyPage) throws(GraphFailure) -> Step {
        try makeRoom(for: page.keys.count)
        strays += page.strays
        let fresh = keys.insert(page.keys)
        return try step(hasNext: page.hasNext, next: page.next(), after: page.after, count: page.keys.count, fresh: fresh)
    }

    private mutating func step(hasNext: Bool, next: Position?, after: String?, count: Int, fresh: Int) throws(GraphFailure) -> Step {
        pages += 1
        seenPositions.insert(asked)
        // A last page may come again for its own cursor. Any other thing that comes twice says that the list has shifted.
        let isLastAgain = isSettling && fresh == 0 && (after.map { asked == .after($0) } ?? true)
        if fresh < count, !isLastAgain { isExact = false }
        // Only to settle whether there was more: the same things again, or none, say that there was not.
        if isSettling, fresh == 0, !hasNext { return try endOfWindow() }
        isSettling = false
        if hasNext {
            guard let next else { throw GraphFailure(.invalidAnswer("the next page has no position")) }
            sawNext = true
            return try ask(inside(next))
        }
        if settlesCursor, !sawNext, count > 0, let after, !seenPositions.contains(.after(after)) {
            isSettling = true
            return try ask(.after(after))
        }
        return try endOfWindow()
    }

    /// Keeps what was not seen before, and says whether it was not.
    private mutating func take(_ item: JSONValue) throws(GraphFailure) -> Bool {
        if !request.edge.keys.isEmpty {
            guard let key = request.edge.key(of: item) else {
                strays += 1
                return false
            }
            try makeRoom(for: 1)
            guard keys.insert(key) else { return false }
            if earlierKeys.contains(key) { return true }
        }
        items.append(item)
        return true
    }

    private func makeRoom(for count: Int) throws(GraphFailure) {
        guard earlierKeys.count + keys.count + count <= IDList.most else {
            throw GraphFailure(.invalidAnswer("a list of more than \(IDList.most) things"))
        }
    }

    /// A window of an answer never leaves the one that was asked for.
    private func inside(_ next: Position) -> Position {
        guard case .window(let wanted) = next, case .window(let current) = asked else { return next }
        return TimeWindow(since: max(wanted.since, current.since), until: min(wanted.until, current.until)).map(Position.window) ?? asked
    }

    private mutating func ask(_ position: Position) throws(GraphFailure) -> Step {
        guard pages < pageLimit else { throw GraphFailure(.paging(restart: false)) }
        guard !seenPositions.contains(position) else { throw GraphFailure(.paging(restart: true)) }
        if case .offset(let new) = position {
            if case .offset(let old) = asked, new <= old { throw GraphFailure(.paging(restart: true)) }
            isExact = false
        }
        asked = position
        return .ask(request.at(position))
    }

    private mutating func endOfWindow() throws(GraphFailure) -> Step {
        if earlierKeys.isEmpty { swap(&earlierKeys, &keys) } else { _ = earlierKeys.insert(keys.ids) }
        keys = IDSet()
        guard windows.isEmpty else {
            isSettling = false
            sawNext = false
            return try ask(.window(windows.removeFirst()))
        }
        return .done(Outcome(items: items, keys: earlierKeys, pages: pages, strays: strays, isExact: isExact && !earlierKeys.hasTwins))
    }
}
