import Changes
import GRDB
import StrictJSON
import WhatsAppBusiness

/// Reads watches, of which there are many and most say the same: these share one document.
struct WatchReader {
    var confirmed: ConfirmedTimes
    private var documents: [String: JSONObject] = [:]

    init(confirmed: ConfirmedTimes) { self.confirmed = confirmed }

    /// The watches of one place. What is no watch over a target, or cannot be read, is left out.
    mutating func read(in place: Place, _ database: Database) throws -> [PersistedWatches.Watch] {
        let statement = try database.cachedStatement(sql: "SELECT id, document, changed_at FROM resource WHERE place = ?")
        let rows = try Row.fetchCursor(statement, arguments: [place.number])
        var watches: [PersistedWatches.Watch] = []
        while let row = try rows.next() {
            guard let target = PollTarget(watch: place.resource(try row.value(0))), let document = document(row[1], of: target.watch.id)
            else {
                continue
            }
            let changedAt = Timestamp(milliseconds: try row.value(2))
            watches.append(
                PersistedWatches.Watch(
                    target: target, document: document,
                    told: try told(of: target.watch.id, document, since: changedAt, in: place, database),
                    changedAt: changedAt, confirmedAt: try confirmed.time(of: target, in: database)))
        }
        return watches
    }

    /// What was told of a watch last, which is not what it is where a wider watch tells of its trouble; nothing where nothing ever was. Where changes have
    /// been thrown away, what is older than those that are kept is taken for told.
    private func told(
        of id: String, _ document: JSONObject, since changedAt: Timestamp, in place: Place, _ database: Database
    ) throws -> JSONObject? {
        guard document["state"] != "current" else { return document }
        let last = try database.cachedStatement(
            sql: "SELECT after, sequence FROM change WHERE place = ? AND id = ? ORDER BY sequence DESC")
        let rows = try Row.fetchCursor(last, arguments: [place.number, ColumnCoding.column(id)])
        var isAny = false
        while let row = try rows.next() {
            isAny = true
            // Of a drift that another took the place of only the words are in it.
            guard let after = ColumnCoding.document(row[0], of: id), after["state"] != nil else { continue }
            return try Self.hasLeft(place.phoneNumberID, of: place.account, since: row.value(1), database) ? nil : after
        }
        if isAny { return nil }
        let oldest = try database.cachedStatement(sql: "SELECT sequence, observed_at FROM change ORDER BY sequence LIMIT 1")
        guard let row = try Row.fetchOne(oldest, arguments: []) else { return document }
        let (sequence, time): (Int64, Int64) = (try row.value(0), try row.value(1))
        return sequence > 1 && changedAt.milliseconds < time ? document : nil
    }

    /// Whether the number that a watch belongs to has left since a change, and perhaps come back: what was told of it then is over.
    static func hasLeft(_ number: String?, of account: String, since sequence: Int64, _ database: Database) throws -> Bool {
        guard let number else { return false }
        let left = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM change WHERE id = ? AND operation = 'removed' AND sequence > ?
                    AND place IN (SELECT id FROM place WHERE account = ? AND kind = 'phone_number'))
                """)
        let arguments: StatementArguments = [ColumnCoding.column(number), sequence, ColumnCoding.column(account)]
        return try Bool.fetchOne(left, arguments: arguments) ?? false
    }

    private mutating func document(_ value: DatabaseValue, of id: String) -> JSONObject? {
        guard case .string(let text) = value.storage else { return ColumnCoding.document(value, of: id) }
        if let document = documents[text] { return document }
        let document = ColumnCoding.document(value, of: id)
        documents[text] = document
        return document
    }
}
