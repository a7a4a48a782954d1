import GRDB
public import WhatsAppBusiness

/// Which past changes are wanted. `nil` stands for all, an empty set for none.
public struct HistoryQuery: Sendable {
    public var accounts: Set<String>?
    public var kinds: Set<Kind>?
    public var ids: Set<String>?
    public var phoneNumberIDs: Set<String>?
    public var operations: Set<ChangeOperation>?
    public var minimumSeverity: Severity?
    /// Only changes after this sequence.
    public var after: Int64 = 0
    /// Only changes observed at or after this moment.
    public var since: Timestamp?
    /// Only changes observed up to this moment.
    public var until: Timestamp?
    /// Whether the newest comes first.
    public var newestFirst = false

    /// All changes, oldest first.
    public init() {}
}

/// Goes through past changes, a page at a time, in bounded memory and however slow its reader is. No transaction is held between pages.
///
/// Where an index leads to few changes, these are gone through; otherwise all changes are, in the order of their sequence, a stretch at a time.
public struct HistoryWalk: Sendable {
    private enum Way: Sendable {
        /// These sequences are left, in the order in which they are wanted.
        case listed(ArraySlice<Int64>)
        /// Everything between these two is left.
        case stretch(ClosedRange<Int64>)
        case finished
    }

    private let ledger: Ledger
    private let query: HistoryQuery
    private var way = Way.finished
    private var condition = Condition()

    /// Changes on one page.
    static let page = 256
    /// Changes that are gone through in one transaction.
    static let stretch: Int64 = 16_384
    /// Where an index leads to more than this, it is left aside. A walk holds the list however slow its reader is.
    static let longestList = 4_096

    /// Begins: what is recorded later is not gone through.
    public init(over ledger: Ledger, _ query: HistoryQuery) async throws(LedgerError) {
        self.ledger = ledger
        self.query = query
        (way, condition) = try await ledger.read { try Self.begin(query, in: $0) }
    }

    /// The next changes, of about so many bytes at the most, perhaps none of a stretch; `nil` when there are no more.
    public mutating func next(atMost bytes: Int = Ledger.longestPage) async throws(LedgerError) -> [RecordedChange]? {
        let (ledger, condition, newestFirst) = (ledger, condition, query.newestFirst)
        switch way {
        case .finished: return nil
        case .listed(let left):
            let taken = left.prefix(Self.page)
            let changes = try await ledger.read { database in
                let marks = databaseQuestionMarks(count: taken.count)
                return try Self.fetch(
                    ledger, "sequence IN (\(marks))", StatementArguments(Array(taken)), condition, newestFirst, atMost: bytes, in: database)
            }
            // A page may have ended early because its changes are large; what was not read of it comes with the next.
            let rest = changes.isFull ? left.drop { newestFirst ? $0 >= changes.last : $0 <= changes.last } : left.dropFirst(taken.count)
            way = rest.isEmpty ? .finished : .listed(rest)
            return changes.page
        case .stretch(let left):
            let taken =
                newestFirst
                ? max(left.lowerBound, left.upperBound - Self.stretch + 1)...left.upperBound
                : left.lowerBound...min(left.upperBound, left.lowerBound + Self.stretch - 1)
            let changes = try await ledger.read { database in
                try Self.fetch(
                    ledger, "sequence BETWEEN ? AND ?", [taken.lowerBound, taken.upperBound], condition, newestFirst, atMost: bytes,
                    in: database)
            }
            let end = changes.isFull ? changes.last : newestFirst ? taken.lowerBound : taken.upperBound
            if newestFirst {
                way = end > left.lowerBound ? .stretch(left.lowerBound...(end - 1)) : .finished
            } else {
                way = end < left.upperBound ? .stretch((end + 1)...left.upperBound) : .finished
            }
            return changes.page
        }
    }

    /// What narrows the changes besides their sequence.
    private struct Condition: Sendable {
        var sql = ""
        var arguments = StatementArguments()

        mutating func add(_ sql: String, _ arguments: StatementArguments = StatementArguments()) {
            self.sql += " AND \(sql)"
            self.arguments += arguments
        }

        mutating func add<Values: Collection<String>>(_ column: String, in values: Values?) {
            guard let values else { return }
            add("\(column) IN (\(databaseQuestionMarks(count: values.count)))", ColumnCoding.columns(values))
        }
    }

    private static func fetch(
        _ ledger: Ledger, _ range: String, _ arguments: StatementArguments, _ condition: Condition, _ newestFirst: Bool, atMost bytes: Int,
        in database: Database
    ) throws -> (page: [RecordedChange], isFull: Bool, last: Int64) {
        let order = newestFirst ? "DESC" : "ASC"
        let rows = try Row.fetchCursor(
            database, sql: "\(RecordedChange.select) WHERE \(range)\(condition.sql) ORDER BY sequence \(order) LIMIT \(page)",
            arguments: arguments + condition.arguments)
        let changes = try ledger.page(rows, atMost: bytes)
        // A page that is not full has come to the end of its range: the byte limit leaves a row unread, so that asking again costs nothing else.
        let more = try changes.count == page || rows.next() != nil
        return (changes, more && !changes.isEmpty, changes.last?.sequence ?? 0)
    }

    private static func begin(_ query: HistoryQuery, in database: Database) throws -> (Way, Condition) {
        let last = try Ledger.last(database)
        guard var low = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM change WHERE sequence > ?", arguments: [query.after])
        else { return (.finished, Condition()) }
        var high = last
        var condition = Condition()
        if query.since != nil || query.until != nil {
            let span = [
                (query.since ?? Timestamp(milliseconds: .min)).milliseconds, (query.until ?? Timestamp(milliseconds: .max)).milliseconds,
            ]
            let sql = "SELECT min(sequence), max(sequence) FROM change INDEXED BY change_by_time WHERE observed_at BETWEEN ? AND ?"
            guard let row = try Row.fetchOne(database, sql: sql, arguments: StatementArguments(span)),
                let first = try row.optional(0) as Int64?,
                let end = try row.optional(1) as Int64?
            else { return (.finished, Condition()) }
            (low, high) = (max(low, first), min(high, end))
            condition.add("observed_at BETWEEN ? AND ?", StatementArguments(span))
        }
        guard low <= high else { return (.finished, Condition()) }
        var lists: [String: Condition] = [:]
        if query.accounts != nil || query.kinds != nil || query.phoneNumberIDs != nil {
            let places = try Place.matching(query.accounts, query.kinds, query.phoneNumberIDs, in: database)
            // Numbers of our own making, and perhaps more of them than there may be arguments.
            condition.add("change.place IN (\(places.map { "\($0.number)" }.joined(separator: ",")))")
            lists["change_by_place"] = Condition(sql: " AND place IN (\(places.map { "\($0.number)" }.joined(separator: ",")))")
        }
        condition.add("change.id", in: query.ids)
        if query.ids != nil {
            var list = Condition()
            list.add("id", in: query.ids)
            lists["change_by_id"] = list
        }
        condition.add("operation", in: query.operations?.map(\.rawValue))
        if let minimum = query.minimumSeverity {
            // What is not known counts as its level: it is left in wherever that one is.
            let less = Severity.allCases.filter { $0 < minimum }.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let known = Severity.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let countsUnknown = OpenEnum<Severity>(rawValue: "").level >= minimum
            let severities = "severity NOT IN (\(less))" + (countsUnknown ? "" : " AND severity IN (\(known))")
            condition.add(severities)
            if minimum >= .warning { lists["change_by_urgency"] = Condition(sql: " AND \(Schema.urgent) AND \(severities)") }
        }
        for index in ["change_by_id", "change_by_urgency", "change_by_place"] {
            guard let list = lists[index] else { continue }
            let sql = "SELECT sequence FROM change INDEXED BY \(index) WHERE sequence BETWEEN ? AND ?\(list.sql) LIMIT \(longestList + 1)"
            let sequences = try Int64.fetchAll(database, sql: sql, arguments: [low, high] + list.arguments)
            if sequences.count <= longestList {
                let ordered = query.newestFirst ? sequences.sorted(by: >) : sequences.sorted()
                return (ordered.isEmpty ? .finished : .listed(ordered[...]), condition)
            }
        }
        return (.stretch(low...high), condition)
    }
}
