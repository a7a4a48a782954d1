public import StrictJSON

/// One page of a list, and how to get to its neighbours. Of the addresses that Meta sends only the query is read, and never kept.
public struct Page: Sendable {
    /// The things as they came, whatever they are.
    public let items: [JSONValue]
    /// `cursors.before`.
    public let before: String?
    /// `cursors.after`; it is there on a last page too.
    public let after: String?
    /// Whether Meta says that there is a page behind this one. A short or empty page may have one.
    public let hasNext: Bool
    /// Whether Meta says that there is a page before this one.
    public let hasPrevious: Bool
    private let nextPosition: Position?
    private let previousPosition: Position?

    /// The page of an answer.
    public init(_ answer: Answer) throws(GraphFailure) { try self.init(answer.body, status: answer.status, usage: answer.usage) }

    /// The page of a body. Throws `invalidAnswer` if it is none.
    public init(_ body: JSONValue, status: Int? = nil, usage: Usage? = nil) throws(GraphFailure) {
        func refuse(_ why: String) -> GraphFailure { GraphFailure(.invalidAnswer(why), status: status, usage: usage) }
        guard let data = body["data"]?.array else { throw refuse("there is no list of data") }
        // An object that has no members is written as an empty array by many a server.
        func orNothing(_ value: JSONValue?) -> JSONValue { value?.array?.isEmpty == true ? .null : value ?? .null }
        let paging = orNothing(body["paging"])
        let byCursor = orNothing(paging["cursors"])
        guard [paging, byCursor].allSatisfy({ if case .object = $0 { true } else { $0.isNull } }) else {
            throw refuse("paging is no object")
        }
        let links = ["next", "previous"].map { paging[$0] ?? .null }
        let cursors = ["before", "after"].map { byCursor[$0] ?? .null }
        guard (links + cursors).allSatisfy({ if case .string = $0 { true } else { $0.isNull } }) else {
            throw refuse("a cursor or an address is no text")
        }
        guard cursors.allSatisfy({ ($0.string?.utf8.count ?? 0) <= 4096 }) else { throw refuse("a cursor is longer than 4096 bytes") }
        items = data
        before = Self.text(cursors[0])
        after = Self.text(cursors[1])
        hasNext = Self.text(links[0]) != nil
        hasPrevious = Self.text(links[1]) != nil
        nextPosition = Position(link: Self.text(links[0]), cursor: after.map(Position.after))
        previousPosition = Position(link: Self.text(links[1]), cursor: before.map(Position.before))
    }

    /// Where the next page begins; `nil` if there is none, or if Meta gives nothing to find it by.
    public func next() -> Position? { nextPosition }
    /// Where the previous page begins.
    public func previous() -> Position? { previousPosition }

    private static func text(_ value: JSONValue) -> String? { value.string.flatMap { $0.isEmpty ? nil : $0 } }
}

extension Position {
    /// The position that an address names: the cursor that stands beside it, else the address's query.
    init?(link: String?, cursor: Position?) {
        guard let link else { return nil }
        let query = link.firstIndex(of: "?").map { link[link.index(after: $0)...] } ?? ""
        var values: [String: String] = [:]
        for part in query.prefix(while: { $0 != "#" }).split(separator: "&").prefix(64) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { values[String(pair[0])] = String(pair[1]).percentDecoded }
        }
        if let cursor {
            self = cursor
        } else if let after = values["after"], 1...4096 ~= after.utf8.count {
            self = .after(after)
        } else if let before = values["before"], 1...4096 ~= before.utf8.count {
            self = .before(before)
        } else if let offset = values["offset"].flatMap({ Int($0) }), offset >= 0 {
            self = .offset(offset)
        } else if values["since"] != nil || values["until"] != nil {
            let since = values["since"].flatMap { Int64($0) } ?? .min
            let until = values["until"].flatMap { Int64($0) } ?? .max
            guard let window = TimeWindow(since: since, until: until) else { return nil }
            self = .window(window)
        } else {
            return nil
        }
    }
}
