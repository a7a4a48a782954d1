import GRDB
public import Changes
public import WhatsAppBusiness

/// That a poll of a target found changes, and when.
public struct ChangeTime: Sendable, Equatable {
    /// The target that shows what changed.
    public var target: PollTarget
    /// When it was recorded.
    public var at: Timestamp
    /// Whether it was the starting point.
    public var isBaseline: Bool

    /// Such a poll.
    public init(target: PollTarget, at: Timestamp, isBaseline: Bool) {
        self.target = target
        self.at = at
        self.isBaseline = isBaseline
    }
}

/// When targets changed, the newest first: a stretch of the log at a time, and no transaction between. What changed is not read.
public struct ChangeTimes: Sendable {
    private let ledger: Ledger
    private let since: Timestamp
    private var last: Int64
    private var left: Int64
    private var places: [Int64: PollTarget?] = [:]
    /// From when on all has been read, up to its beginning.
    public private(set) var begin: Timestamp

    /// The newest changes that are no older.
    /// - Parameters:
    ///   - now: what the wall clock shows.
    ///   - most: no more than these are read.
    public init(of ledger: Ledger, since: Timestamp, now: Timestamp, atMost most: Int) {
        self.ledger = ledger
        self.since = since
        last = ledger.cursor.sequence
        left = Int64(most)
        begin = now
    }

    /// More of them, perhaps none; `nil` when there are no more.
    public mutating func next() async throws(LedgerError) -> [ChangeTime]? {
        guard left > 0, last > 0 else { return nil }
        let (low, high, since, known) = (max(last - min(HistoryWalk.stretch, left), 0), last, since, places)
        let (times, oldest, places) = try await ledger.read { database in
            var places = known
            let (times, oldest) = try Self.read(low..<high, since: since, &places, in: database)
            return (times, oldest, places)
        }
        self.places = places
        left -= high - low
        last = oldest.map { $0 < since } ?? false ? 0 : low
        begin = max(since, min(begin, oldest ?? begin))
        return times
    }

    /// - Parameter range: behind its beginning, up to its end.
    private static func read(
        _ range: Range<Int64>, since: Timestamp, _ places: inout [Int64: PollTarget?], in database: Database
    ) throws -> (times: [ChangeTime], oldest: Timestamp?) {
        let rows = try Row.fetchCursor(
            try database.cachedStatement(
                sql: """
                    SELECT DISTINCT place, observed_at, operation = 'baseline' FROM change
                    WHERE sequence > ? AND sequence <= ? AND origin = 'poll'
                    """),
            arguments: [range.lowerBound, range.upperBound])
        var times: [ChangeTime] = []
        var oldest: Timestamp?
        while let row = try rows.next() {
            // What cannot be read says nothing; whoever reads the log tells of it.
            guard let place = try? row.value(0) as Int64, let at = try? row.value(1) as Int64, let isBaseline = try? row.value(2) as Int64
            else { continue }
            let time = Timestamp(milliseconds: at)
            oldest = min(oldest ?? time, time)
            guard time >= since, let target = try target(of: place, &places, in: database) else { continue }
            times.append(ChangeTime(target: target, at: time, isBaseline: isBaseline != 0))
        }
        return (times, oldest)
    }

    /// The target that shows what is at a place; `nil` for watches and alarms, which Meta is not asked for, and for what only a later release polls.
    private static func target(of number: Int64, _ places: inout [Int64: PollTarget?], in database: Database) throws -> PollTarget? {
        if let known = places[number] { return known }
        let statement = try database.cachedStatement(sql: Place.select + " WHERE id = ?")
        let place = try Row.fetchOne(statement, arguments: [number]).map { try Place(row: $0) }
        let target = place.flatMap { $0.kind.known?.row.edge == nil ? nil : PollTarget($0.resource("")) }
        places[number] = .some(target)
        return target
    }
}
