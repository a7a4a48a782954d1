import Changes
import GRDB
import GRDBSQLite
import WhatsAppBusiness

/// The bare ids of a poll, beside the rows that are kept of them: what agrees is neither built nor compared, and of a long list hardly anything else is
/// left.
struct UnchangedIDFilter {
    private let ids: IDSet
    /// Of each id, as it is kept.
    private let digests: [RowChecksum]
    private var isKept: [Bool]
    /// Of all ids, as they are kept.
    let digest: RowChecksum

    /// The bare ids of a poll.
    init(_ ids: IDSet) {
        self.ids = ids
        var digests: [RowChecksum] = []
        digests.reserveCapacity(ids.count)
        ids.ids.forEachBytes { digests.append(RowChecksum(ofBare: $0)) }
        self.digests = digests
        digest = digests.reduce(into: RowChecksum()) { $0 += $1 }
        isKept = Array(repeating: false, count: ids.count)
    }

    /// Takes the row that a statement stands at (id, document, misses), if the poll shows the thing just so.
    /// - Returns: the row's digest; `nil` if the row has to be compared.
    mutating func take(_ row: SQLiteStatement) -> RowChecksum? {
        guard sqlite3_column_type(row, 0) == SQLITE_TEXT, let text = sqlite3_column_text(row, 0),
            sqlite3_column_type(row, 1) == SQLITE_INTEGER, sqlite3_column_type(row, 2) == SQLITE_INTEGER, sqlite3_column_int64(row, 2) == 0
        else { return nil }
        let id = UnsafeRawBufferPointer(start: text, count: Int(sqlite3_column_bytes(row, 0)))
        guard let index = ids.index(of: id), sqlite3_column_int64(row, 1) == ColumnCoding.bare(id) else { return nil }
        isKept[index] = true
        return digests[index]
    }

    /// Those that no row agreed with.
    var rest: IDSet {
        var rest = IDSet()
        var index = 0
        ids.ids.forEachPair { id, other in
            if !isKept[index] { _ = rest.insert(id, also: other) }
            index += 1
        }
        return rest
    }
}
