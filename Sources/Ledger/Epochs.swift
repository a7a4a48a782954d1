import GRDB

/// Which stretch of a ledger's changes was recorded by which opening of it.
///
/// Every opening draws an epoch at random, so that what was recorded behind a copy is told from what is recorded after the copy was put back: both have the
/// same sequences, in other epochs. The epoch of an opening begins behind the last change there is then, and takes a row with its first change.
/// Changes of a schema without epochs, and the beginning of every ledger, are of the epoch `""`.
struct Epochs: Sendable, Equatable {
    /// The sequence that each begins with, in order, and its name.
    private(set) var rows: [(first: Int64, id: String)]

    /// The epoch of this opening; it may be without a change.
    var current: (first: Int64, id: String) { rows[rows.count - 1] }

    /// Those before, and the one that begins behind the last change.
    init(_ earlier: [(first: Int64, id: String)], current: String, after last: Int64) {
        rows = earlier.filter { $0.first <= last } + [(last + 1, current)]
    }

    /// The epoch in which a change was recorded; `""` for what is older than all that are kept.
    func id(of sequence: Int64) -> String {
        // Nearly everything that is asked for is new.
        guard sequence < current.first else { return current.id }
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].first <= sequence { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? "" : rows[low - 1].id
    }

    /// Forgets those that end before a cursor, the oldest that can be resumed from.
    mutating func forget(before oldest: Int64) {
        let kept = rows.lastIndex { $0.first <= oldest } ?? 0
        rows.removeFirst(kept)
    }

    static func == (left: Epochs, right: Epochs) -> Bool { left.rows.elementsEqual(right.rows) { $0 == $1 } }
}

extension Epochs {
    /// Reads those that have a row, and draws this opening's.
    init(in database: Database, after last: Int64) throws {
        var earlier: [(first: Int64, id: String)] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT first, id, digest FROM epoch ORDER BY first")
        while let row = try rows.next() {
            guard RowChecksum(of: [row[0], row[1]]).column == (try row.value(2)) else { throw ColumnCoding.damaged("an epoch") }
            earlier.append((try row.value(0), try row.value(1)))
        }
        let drawn = try String.fetchOne(database, sql: "SELECT lower(hex(randomblob(\(LedgerCursor.epochDigits / 2))))")
        self.init(earlier, current: drawn ?? "", after: last)
    }

    /// Writes the row of an epoch, with its first change: there are none behind it.
    static func write(_ epoch: (first: Int64, id: String), _ database: Database) throws {
        try database.execute(sql: "DELETE FROM epoch WHERE first > ?", arguments: [epoch.first])
        let values = [epoch.first.databaseValue, epoch.id.databaseValue]
        try database.execute(
            sql: "INSERT OR REPLACE INTO epoch VALUES (?, ?, ?)",
            arguments: StatementArguments(values + [RowChecksum(of: values).column.databaseValue]))
    }

    /// Takes out the rows of those that end before a cursor.
    static func forget(before oldest: Int64, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM epoch WHERE first < (SELECT max(first) FROM epoch WHERE first <= ?)", arguments: [oldest])
    }
}
