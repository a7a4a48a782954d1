import Changes
import GRDB
import GRDBSQLite
import WhatsAppBusiness

extension OtherIDs {
    /// The ids of a poll of a list of nothing but ids, beside what is known of them; `nil` for every other poll.
    init?(_ observation: Observation, in database: Database) throws {
        let target = observation.target
        guard target.kind.row.keepsOnlyKeys else { return nil }
        self.init(observation.ids)
        let statement = try database.cachedStatement(
            sql: """
                SELECT id, other FROM other_id
                WHERE place = (SELECT id FROM place WHERE account = ? AND kind = ? AND phone_number_id = ?)
                """)
        try statement.setArguments(ColumnCoding.columns([target.account, target.kind.rawValue, target.phoneNumberID ?? ""]))
        try statement.forEachRow { row in
            guard let id = sqlite3_column_text(row, 0), let other = sqlite3_column_text(row, 1) else { return }
            take(
                id: UnsafeRawBufferPointer(start: id, count: Int(sqlite3_column_bytes(row, 0))),
                other: UnsafeRawBufferPointer(start: other, count: Int(sqlite3_column_bytes(row, 1))))
        }
    }
}

extension RecordWriter {
    /// Keeps in mind which ids are of one thing. Nobody is told: the thing's document is what it was.
    mutating func learn(_ others: OtherIDs?, at target: PollTarget) throws {
        guard let others else { return }
        let news = others.news
        guard !news.isEmpty || !others.stale.isEmpty else { return }
        let place = try self.place(target.account, OpenEnum(target.kind), target.phoneNumberID)
        let delete = try database.cachedStatement(sql: "DELETE FROM other_id WHERE place = ? AND id = ? AND other = ?")
        for pair in others.stale { try delete.execute(arguments: [place, ColumnCoding.column(pair.id), ColumnCoding.column(pair.other)]) }
        let insert = try database.cachedStatement(sql: "INSERT OR IGNORE INTO other_id (place, id, other) VALUES (?, ?, ?)")
        // A thing has two ids at the most beside the one that it is kept under, however often they change.
        let prune = try database.cachedStatement(sql: "DELETE FROM other_id WHERE place = ? AND id = ? AND other NOT IN (?, ?)")
        for new in news {
            if new.shown.count == 2 {
                try prune.execute(arguments: [
                    place, ColumnCoding.column(new.pair.id), ColumnCoding.column(new.shown[0]), ColumnCoding.column(new.shown[1]),
                ])
            }
            try insert.execute(arguments: [place, ColumnCoding.column(new.pair.id), ColumnCoding.column(new.pair.other)])
        }
    }

    /// What is removed has no other ids.
    mutating func forgetOtherIDs(of resource: ResourceID, at place: Int64) throws {
        guard resource.kind.known?.row.keepsOnlyKeys == true else { return }
        try database.cachedStatement(sql: "DELETE FROM other_id WHERE place = ? AND id = ?").execute(arguments: [
            place, ColumnCoding.column(resource.id),
        ])
    }
}
