public import WhatsAppBusiness

/// One page of a list of which only the keys are wanted.
public struct KeyPage: Sendable, Equatable {
    /// The keys, in the order in which they came.
    public internal(set) var keys = IDList()
    /// `cursors.before`.
    public internal(set) var before: String?
    /// `cursors.after`; it is there on a last page too.
    public internal(set) var after: String?
    /// Whether Meta says that there is a page behind this one.
    public internal(set) var hasNext = false
    /// Whether Meta says that there is a page before this one.
    public internal(set) var hasPrevious = false
    /// How many things have no key, or none that is one, and are left out.
    public internal(set) var strays = 0
    var linked: Position?

    init() {}

    /// The keys of a page.
    public init(_ page: Page, edge: Edge) {
        for item in page.items {
            guard let key = edge.key(of: item), keys.append(key, also: edge.otherKey(of: item)) else {
                strays += 1
                continue
            }
        }
        before = page.before
        after = page.after
        hasNext = page.hasNext
        hasPrevious = page.hasPrevious
        linked = page.next()
    }

    /// Where the next page begins; `nil` if there is none.
    public func next() -> Position? { hasNext ? after.map(Position.after) ?? linked : nil }

    public static func == (left: KeyPage, right: KeyPage) -> Bool {
        left.keys == right.keys && left.strays == right.strays && left.before == right.before && left.after == right.after
            && left.hasNext == right.hasNext
            && left.hasPrevious == right.hasPrevious && left.next() == right.next()
    }
}

/// An answer of which only the keys are wanted.
public struct KeyAnswer: Sendable {
    /// The page; `nil` if the answer's bytes are those whose digest was given, or if more than the keys was wanted.
    public let page: KeyPage?
    /// The rest of the answer; its body is `null` where the page was scanned.
    public let answer: Answer

    /// An answer, with its page of keys if these alone were wanted.
    public init(page: KeyPage?, answer: Answer) {
        self.page = page
        self.answer = answer
    }
}
