import Ledger
import Varlink

/// The changes that readers are at, in memory within a fixed bound.
///
/// Every page is a stretch of what the ledger has committed, with no gap inside, and no two pages overlap: so a reader may be given any page's changes
/// behind its place, and what no page holds is in the ledger. New changes come in as they are committed, older ones when a reader has asked the ledger
/// for them; what was not read for the longest time goes out.
package struct RecentChanges: Sendable {
    /// What comes next for a reader.
    enum Step: Sendable {
        /// These, perhaps none that its filter lets through; it stands behind that sequence then.
        case replies(Frames, through: Int64)
        /// The ledger has to be asked for what follows, at most so many.
        case absent(limit: Int)
        /// Nothing yet.
        case end
    }

    /// The bound.
    package struct Limits: Sendable {
        var bytes: Int
        var changes: Int
        /// No page has more than this, so that no reader is given more at a time.
        var pageBytes: Int
        var pageChanges: Int

        /// So many bytes and changes in all and in a page; the daemon's, unless said otherwise.
        package init(bytes: Int = 32 << 20, changes: Int = 65_536, pageBytes: Int = 64 << 10, pageChanges: Int = 256) {
            self.bytes = bytes
            self.changes = changes
            self.pageBytes = pageBytes
            self.pageChanges = pageChanges
        }
    }

    private let limits: Limits
    private var encoder: ChangeEncoder
    /// By sequence.
    private var pages: [ChangePage] = []
    private var readings = 0
    /// The last change there is.
    private(set) var last: Int64
    /// What the pages take in memory, about.
    private(set) var byteCount = 0
    /// How many changes are kept.
    private(set) var count = 0

    /// Nothing is kept of a ledger that ends at that sequence.
    init(ledger: String, last: Int64, limits: Limits = Limits()) {
        encoder = ChangeEncoder(ledger: ledger)
        self.last = last
        self.limits = limits
    }

    /// A commit has made that sequence the last; these are the first of its changes, if they are wanted.
    mutating func committed(_ changes: [RecordedChange], last: Int64) {
        insert(changes[...], at: pages.endIndex)
        self.last = max(self.last, last)
    }

    /// The ledger has these changes, which follow each other.
    mutating func read(_ changes: [RecordedChange]) {
        guard let first = changes.first?.sequence, let last = changes.last?.sequence else { return }
        // Somebody is about to read them.
        readings += 1
        let index = pages.partition(after: first)
        let isFree = (index == 0 || pages[index - 1].last < first) && (index == pages.count || last < pages[index].first)
        precondition(isFree, "the ledger is asked for no more than is absent, and for one reader at a time")
        insert(changes[...], at: index)
    }

    /// What comes after that place for a reader with that filter.
    mutating func next(after position: Int64, _ filter: ReaderFilter) -> Step {
        guard position < last else { return .end }
        let index = pages.partition(after: position + 1)
        guard index > 0, pages[index - 1].last > position else {
            let next = index < pages.count ? pages[index].first : last + 1
            return .absent(limit: min(limits.pageChanges, Int(next - position - 1)))
        }
        readings += 1
        let before = pages[index - 1].byteCount
        let frames = pages[index - 1].replies(after: position, filter, &encoder)
        pages[index - 1].lastUse = readings
        byteCount += pages[index - 1].byteCount - before
        let through = pages[index - 1].last
        trim()
        return .replies(frames, through: through)
    }

    /// Nobody reads any more.
    mutating func forget() { (pages, byteCount, count) = ([], 0, 0) }

    private mutating func insert(_ changes: ArraySlice<RecordedChange>, at index: Int) {
        var rest = changes
        var made: [ChangePage] = []
        while !rest.isEmpty {
            var bytes = 0
            let page = rest.prefix(limits.pageChanges).prefix { change in
                defer { bytes += change.footprint }
                return bytes < limits.pageBytes
            }
            rest = rest.dropFirst(page.count)
            var new = ChangePage(Array(page))
            new.lastUse = readings
            byteCount += new.byteCount
            count += new.count
            made.append(new)
        }
        pages.insert(contentsOf: made, at: index)
        trim()
    }

    /// Lets go of what was not read for the longest time, where there is too much: seldom, and a quarter at once. One page stays, however large: a
    /// reader waits for it.
    private mutating func trim() {
        while pages.count > 1, byteCount > limits.bytes || count > limits.changes {
            let uses = pages.map(\.lastUse).sorted()
            let oldest = uses[uses.count / 4]
            var (bytes, number) = (byteCount, count)
            pages.removeAll { page in
                guard page.lastUse <= oldest, bytes > limits.bytes / 4 * 3 || number > limits.changes / 4 * 3 else { return false }
                bytes -= page.byteCount
                number -= page.count
                return true
            }
            (byteCount, count) = (bytes, number)
        }
    }
}

extension [ChangePage] {
    /// How many pages begin at or before that sequence.
    fileprivate func partition(after sequence: Int64) -> Int {
        // Who follows the changes asks for the newest.
        if let last, last.first <= sequence { return count }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].first <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
