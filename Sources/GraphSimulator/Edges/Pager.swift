import StrictJSON

/// What a reader asks of a list.
struct PageRequest: Sendable {
    var limit: Int?
    var after: String?
    var before: String?
    var offset = 0
    var since: Int64?
    var until: Int64?
    /// The page newer than `since`, as the link `previous` of time paging asks for it.
    var newer = false

    static let names: Set<String> = ["limit", "after", "before", "offset", "since", "until", "__previous"]

    init(_ argument: (String) -> String?) throws(SimulatedError) {
        limit = try Self.integer("limit", argument, in: 1...1_000_000).map(Int.init)
        after = argument("after").flatMap { $0.isEmpty ? nil : $0 }
        before = argument("before").flatMap { $0.isEmpty ? nil : $0 }
        offset = Int(try Self.integer("offset", argument, in: 0...1_000_000_000) ?? 0)
        since = try Self.integer("since", argument, in: 0...4_000_000_000)
        until = try Self.integer("until", argument, in: 0...4_000_000_000)
        newer = argument("__previous") == "1"
    }

    private static func integer(
        _ name: String, _ argument: (String) -> String?, in range: ClosedRange<Int64>
    ) throws(SimulatedError) -> Int64? {
        guard let text = argument(name) else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            throw .parameter("Param \(name) must be an integer between \(range.lowerBound) and \(range.upperBound)")
        }
        return value
    }
}

/// One page of a list: which items, and how a reader goes on.
struct Page {
    var listing: any Listing
    var range: Range<Int>
    /// Member `cursors`.
    var cursors: JSONObject?
    /// The parameters of `next` and `previous`.
    var next: [(String, String)]?
    var previous: [(String, String)]?
    /// Figures of the whole list, where they are asked for.
    var summary: JSONObject?
}

/// Divides a list into pages as an edge behaves.
struct Pager {
    var behaviour: EdgeBehaviour

    func page(_ whole: any Listing, _ request: PageRequest) throws(SimulatedError) -> Page {
        var request = request
        var listing = whole
        if behaviour.paging == .time || behaviour.timeBounds != .ignored, request.since != nil || request.until != nil {
            try checkWindow(request)
            let since = request.since.map { behaviour.windowEnds.includesSince ? $0 : $0 + 1 }
            let until = request.until.map { behaviour.windowEnds.includesUntil ? $0 : $0 - 1 }
            listing = whole.between(since ?? 0, until ?? 4_000_000_000)
        } else if behaviour.paging == .time {
            listing = whole.between(0, 4_000_000_000)
        } else {
            (request.since, request.until) = (nil, nil)
        }
        listing = behaviour.order.applied(to: listing)
        let size = min(request.limit ?? behaviour.limit, behaviour.maximum)
        var page: Page
        switch behaviour.paging {
        case .none: return Page(listing: listing, range: 0..<listing.count)
        case .cursor(let style): page = try cursorPage(listing, request, size, style)
        case .offset: page = offsetPage(listing, request, size)
        case .time: page = timePage(listing, request, size, newest: whole.between(0, 4_000_000_000))
        }
        let only = page.range.count == listing.count
        if listing.count == 0 || (only && !behaviour.pagingOnOnlyPage) {
            (page.cursors, page.next, page.previous) = (nil, nil, nil)
        }
        if !behaviour.givesNext { (page.next, page.previous) = (nil, nil) }
        return page
    }

    private func checkWindow(_ request: PageRequest) throws(SimulatedError) {
        guard case .limited(let seconds) = behaviour.timeBounds, let since = request.since, let until = request.until else { return }
        guard until - since <= seconds else {
            throw .parameter("There must be at most \(seconds / 86_400) days between since and until")
        }
    }

    // MARK: Cursors

    private func cursorPage(
        _ listing: any Listing, _ request: PageRequest, _ size: Int, _ style: CursorStyle
    ) throws(SimulatedError) -> Page {
        let (start, end, number) = try bounds(listing, request, size, style)
        var cursors: JSONObject = [
            "before": .string(cursor(listing, at: start, isAfter: false, number: number, style)),
            "after": .string(cursor(listing, at: end, isAfter: true, number: number + 1, style)),
        ]
        if listing.count == 0 { cursors = [:] }
        var page = Page(listing: listing, range: start..<end, cursors: cursors)
        let bounds = window(request)
        if end < listing.count { page.next = [("limit", String(size)), ("after", cursors["after"]?.string ?? "")] + bounds }
        if start > 0 { page.previous = [("limit", String(size)), ("before", cursors["before"]?.string ?? "")] + bounds }
        return page
    }

    private func window(_ request: PageRequest) -> [(String, String)] {
        [("since", request.since), ("until", request.until)].compactMap { name, value in value.map { (name, String($0)) } }
    }

    private func bounds(
        _ listing: any Listing, _ request: PageRequest, _ limit: Int, _ style: CursorStyle
    ) throws(SimulatedError) -> (start: Int, end: Int, number: Int) {
        if let before = request.before {
            let (end, number) = try position(listing, before, isAfter: false, style)
            return (max(0, end - size(limit, number - 1)), end, max(0, number - 1))
        }
        guard let after = request.after else { return (0, min(size(limit, 0), listing.count), 0) }
        var (start, number) = try position(listing, after, isAfter: true, style)
        let size = size(limit, number)
        start = min(max(0, start - min(behaviour.overlap, max(0, size - 1))) + max(0, behaviour.shift), listing.count)
        return (start, min(start + size, listing.count), number)
    }

    private func size(_ limit: Int, _ number: Int) -> Int {
        guard !behaviour.pageSizes.isEmpty else { return limit }
        return min(limit, max(0, behaviour.pageSizes[max(0, number) % behaviour.pageSizes.count]))
    }

    /// The page's number is in a cursor only where the sizes of pages depend on it.
    private func cursor(_ listing: any Listing, at index: Int, isAfter: Bool, number: Int, _ style: CursorStyle) -> String {
        let numbered = !behaviour.pageSizes.isEmpty
        switch style {
        case .index: return GraphCursor.encode(numbered ? "\(index):\(number)" : "\(index)")
        case .version:
            let page = numbered ? #","page":\#(number)"# : ""
            return GraphCursor.encode(#"{"offset":\#(index),"versionId":"\#(listing.version)"\#(page)}"#)
        case .item:
            let item = isAfter ? index - 1 : index
            let key = (0..<listing.count).contains(item) ? listing.key(at: item) : ""
            return GraphCursor.encode("AQH:\(number):\(isAfter ? "a" : "b"):\(key)")
        }
    }

    private func position(
        _ listing: any Listing, _ cursor: String, isAfter: Bool, _ style: CursorStyle
    ) throws(SimulatedError) -> (index: Int, number: Int) {
        let invalid = SimulatedError.parameter("Invalid cursor")
        guard let text = GraphCursor.decode(cursor) else { throw invalid }
        switch style {
        case .index:
            let parts = text.split(separator: ":")
            guard let index = parts.first.flatMap({ Int($0) }), index >= 0 else { throw invalid }
            return (min(index, listing.count), parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        case .version:
            guard let value = try? JSONValue(parsing: text), let offset = value["offset"]?.integer, offset >= 0,
                let version = value["versionId"]?.string
            else { throw invalid }
            guard version == String(listing.version), offset <= listing.count else { throw .listChanged }
            return (Int(offset), Int(value["page"]?.integer ?? 0))
        case .item:
            let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0] == "AQH", let number = Int(parts[1]) else { throw invalid }
            if parts[3].isEmpty { return (parts[2] == "a" ? 0 : listing.count, number) }
            guard let index = listing.index(of: String(parts[3])) else { throw .cursorExpired }
            // Meta takes either cursor for either direction: `after` a page's first item, `before` its last.
            return (isAfter ? index + 1 : index, number)
        }
    }

    // MARK: Offset and time

    private func offsetPage(_ listing: any Listing, _ request: PageRequest, _ size: Int) -> Page {
        let start = min(request.offset, listing.count)
        let end = min(start + size, listing.count)
        var page = Page(listing: listing, range: start..<end)
        let bounds = window(request)
        if end < listing.count { page.next = [("limit", String(size)), ("offset", String(start + size))] + bounds }
        if start > 0 { page.previous = [("limit", String(size)), ("offset", String(max(0, start - size)))] + bounds }
        return page
    }

    /// Items of one second are never parted, so that the bounds of two pages do not lose one.
    private func timePage(_ listing: any Listing, _ request: PageRequest, _ size: Int, newest: any Listing) -> Page {
        var start = 0
        if request.newer {
            start = max(0, listing.count - size)
            while start > 0, listing.time(at: start - 1) == listing.time(at: start) { start -= 1 }
        }
        var end = min(start + size, listing.count)
        while end > 0, end < listing.count, listing.time(at: end) == listing.time(at: end - 1) { end += 1 }
        var page = Page(listing: listing, range: start..<end)
        guard start < end else { return page }
        let since = request.since.map { [("since", String($0))] } ?? []
        if end < listing.count || request.newer {
            page.next =
                [("limit", String(size))] + (request.newer ? [] : since) + [
                    ("until", String(listing.time(at: end - 1) - (behaviour.windowEnds.includesUntil ? 1 : 0)))
                ]
        }
        if newest.time(at: 0) > listing.time(at: start) {
            page.previous = [
                ("limit", String(size)), ("since", String(listing.time(at: start) + (behaviour.windowEnds.includesSince ? 1 : 0))),
                ("__previous", "1"),
            ]
        }
        return page
    }
}
