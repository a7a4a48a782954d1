import Changes
import GRDB
import StrictJSON
import WhatsAppBusiness

/// Reads watches, of which there are many and most say the same: these share one document.
struct WatchReader {
    var confirmed: ConfirmedTimes
    private var documents: [String: JSONObject] = [:]

    init(confirmed: ConfirmedTimes) { self.confirmed = confirmed }

    /// The watches of one place. What is no watch over a unit, or cannot be read, is left out.
    mutating func read(in place: Place, _ database: Database) throws -> [Kept.Watch] {
        let statement = try database.cachedStatement(sql: "SELECT id, document, changed_at FROM resource WHERE place = ?")
        let rows = try Row.fetchCursor(statement, arguments: [place.number])
        var watches: [Kept.Watch] = []
        while let row = try rows.next() {
            guard let unit = Unit(watch: place.resource(try row.value(0))), let document = document(row[1], of: unit.watch.id) else {
                continue
            }
            watches.append(
                Kept.Watch(
                    unit: unit, document: document, changedAt: Timestamp(milliseconds: try row.value(2)),
                    confirmedAt: try confirmed.time(of: unit, in: database)))
        }
        return watches
    }

    private mutating func document(_ value: DatabaseValue, of id: String) -> JSONObject? {
        guard case .string(let text) = value.storage else { return Stored.document(value, of: id) }
        if let document = documents[text] { return document }
        let document = Stored.document(value, of: id)
        documents[text] = document
        return document
    }
}
