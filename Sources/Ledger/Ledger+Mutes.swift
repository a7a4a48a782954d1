public import Alarms
import GRDB
import StrictJSON
public import WhatsAppBusiness

extension Ledger {
    /// Mutes that are kept at most, besides those that are over.
    public static let mostMutes = 1000

    /// Every mute that is kept, the oldest first. One may be over already.
    public func mutes() async throws(LedgerError) -> [AlarmMute] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT number, document FROM mute ORDER BY number").compactMap { row in
                let number: Int64 = try row.value(0)
                let mute = self.mute(number, row[1])
                if mute == nil { self.unreadable.note("the mute \(number)") }
                return mute
            }
        }
    }

    /// Keeps a mute under an id of its own; those that are over by then go.
    /// - Returns: the mute with its id; `nil` if there are as many as may be.
    public func add(mute: AlarmMute, at now: Timestamp) async throws(LedgerError) -> AlarmMute? {
        try await write { database in
            try database.execute(sql: "DELETE FROM mute WHERE until <= ?", arguments: [now.milliseconds])
            guard try Int.fetchOne(database, sql: "SELECT count(*) FROM mute") ?? 0 < Self.mostMutes else { return nil }
            let document = JSONValue.object(mute.document).description
            try database.execute(
                sql: "INSERT INTO mute (until, document) VALUES (?, ?)",
                arguments: [mute.until.milliseconds.databaseValue, ColumnCoding.column(document)])
            var kept = mute
            kept.id = String(database.lastInsertedRowID)
            return kept
        }
    }

    /// Takes a mute out.
    /// - Returns: what it was; `nil` if there is none with that id.
    public func removeMute(id: String) async throws(LedgerError) -> AlarmMute? {
        guard let number = Int64(id), String(number) == id else { return nil }
        return try await write { database in
            let row = try Row.fetchOne(database, sql: "SELECT document FROM mute WHERE number = ?", arguments: [number])
            guard let mute = row.flatMap({ self.mute(number, $0[0]) }) else { return nil }
            try database.execute(sql: "DELETE FROM mute WHERE number = ?", arguments: [number])
            return mute
        }
    }

    private func mute(_ number: Int64, _ column: DatabaseValue) -> AlarmMute? {
        let text = ColumnCoding.text(column)
        return text.flatMap { ColumnCoding.document($0.databaseValue, of: "") }.flatMap { AlarmMute(id: String(number), $0) }
    }
}
