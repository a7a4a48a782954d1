/// Where in a list a page begins. Never kept over a restart: what it names may be gone by then.
public enum Position: Sendable, Hashable {
    /// The first page.
    case start
    /// Behind the thing that a cursor names.
    case after(String)
    /// Before the thing that a cursor names.
    case before(String)
    /// So many things from the beginning; only where an edge offers nothing better.
    case offset(Int)
    /// The things of a time.
    case window(TimeWindow)
}

/// A stretch of time, in Unix seconds. Whether Meta counts its ends in is not known.
public struct TimeWindow: Sendable, Hashable {
    /// From here.
    public let since: Int64
    /// To here.
    public let until: Int64

    /// A stretch; `nil` if it ends before it begins.
    public init?(since: Int64, until: Int64) {
        guard since <= until else { return nil }
        self.since = since
        self.until = until
    }

    /// The longest one that Meta answers: six months (Graph API, "Paginated results"), taken as 180 days.
    public static let longest: Int64 = 180 * 86400

    /// This stretch in parts that Meta answers, the newest first. Neighbours share two seconds at their edge, so that nothing falls
    /// between them whether Meta counts the ends in or not. At most `limit` of them, the oldest left out.
    public func parts(limit: Int = 1000) -> [TimeWindow] {
        var parts: [TimeWindow] = []
        var end = until
        while parts.count < limit {
            let (earliest, overflow) = end.subtractingReportingOverflow(Self.longest - 1)
            let start = overflow ? since : max(since, earliest)
            guard let part = TimeWindow(since: start, until: end) else { break }
            parts.append(part)
            guard start > since else { break }
            end = start + 1
        }
        return parts
    }
}
