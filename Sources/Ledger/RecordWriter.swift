import Changes
import GRDB
import StrictJSON
import WhatsAppBusiness

/// Writes what a look came to, inside one transaction.
struct RecordWriter {
    let database: Database
    let now: Timestamp
    /// Is told of every change.
    let tail: Tail
    private var places: [[String]: Int64] = [:]

    init(database: Database, now: Timestamp, tail: Tail) {
        self.database = database
        self.now = now
        self.tail = tail
    }

    /// Compares a look with the snapshot.
    private static func compare(
        _ observation: Observation, _ kept: KeptUnit?, _ sieve: Sieve, in database: Database
    ) throws -> (Comparison, Snapshot) {
        let unit = observation.unit
        var (sieve, observation) = (sieve, observation)
        let snapshot = try Snapshot(of: unit, kept, &sieve, in: database)
        if kept != nil { observation.ids = sieve.rest }
        var display: [String: String] = [:]
        if let number = unit.phoneNumberID { display[number] = try displayNumber(number, of: unit.account, in: database) }
        return (Comparison(of: observation, with: snapshot) { [display] in display[$0] }, snapshot)
    }

    /// Compares a look with the snapshot, and writes what changed and the snapshot that this leads to; `nil` if what it belongs to is gone.
    /// - Parameter confirmedAt: when the unit was last looked at completely, if that is not written down.
    mutating func record(_ observation: Observation, confirmedAt: Timestamp?) throws -> Recording? {
        let unit = observation.unit
        guard try isKnown(unit, observation.needs) else { return nil }
        let kept = try KeptUnit(unit, in: database)
        let sieve = Sieve(observation.ids)
        if observation.isWhole, let kept, kept.asked == observation.asked,
            kept.digest == Self.digest(of: observation.items, by: .of(unit.kind)) + sieve.digest
        {
            return Recording(agreeing: observation)
        }
        let (comparison, snapshot) = try Self.compare(observation, kept, sieve, in: database)
        guard comparison.isNews else { return Recording(comparison, observation) }
        var digest = kept?.digest ?? Digest()
        let missedSince = confirmedAt ?? kept?.confirmedAt ?? now
        for (id, entry) in comparison.writes {
            let resource = unit.resource(id)
            if let old = snapshot.entries[id] { digest -= Digest(of: id, Stored.document(old.document, of: id), misses: old.misses) }
            if let entry {
                let document = Stored.document(entry.document, of: id)
                digest += Digest(of: id, document, misses: entry.misses)
                try put(resource, document, misses: entry.misses, confirmedAt: entry.misses != 0 ? missedSince : nil)
            } else {
                try remove(resource)
            }
        }
        for id in comparison.ids { try put(unit.resource(id), Stored.document(Observation.Item(bare: id).document, of: id), misses: 0) }
        if !comparison.ids.isEmpty { digest += sieve.digest }
        for change in comparison.changes { try append(change) }
        let place = try place(unit.account, unit.kind, unit.phoneNumberID)
        let asked = Stored.text(observation.asked.sorted())
        digest += Digest(of: [asked.databaseValue])
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?)").execute(arguments: [
            place, asked, now.milliseconds, digest.column,
        ])
        return Recording(comparison, observation)
    }

    /// A whole look whose digest is the snapshot's is the snapshot.
    private static func digest(of items: [Observation.Item], by rules: Rules) -> Digest {
        items.reduce(into: Digest()) { digest, item in
            digest += Digest(of: item.id, Stored.document(rules.compared(item.document), of: item.id), misses: 0)
        }
    }

    /// A state that is kept already was told, too, if it was to be: a note that comes again after a commit of unknown end is not told twice.
    mutating func write(_ note: WatchNote) throws {
        if let unit = Unit(watch: note.watch), try !isKnown(unit, note.needs) { return }
        let document = Stored.document(note.document, of: note.watch.id)
        let statement = try database.cachedStatement(sql: "SELECT document = ? FROM resource WHERE place = ? AND id = ?")
        let place = try place(note.watch)
        if try Bool.fetchOne(statement, arguments: [document, place, note.watch.id]) == true { return }
        try put(note.watch, document, misses: 0, confirmedAt: now)
        if let change = note.change { try append(change) }
    }

    /// A thing that is missed, or was, has not changed: only a new document moves the time of its last change.
    private mutating func put(_ resource: ResourceID, _ document: DatabaseValue, misses: Int, confirmedAt: Timestamp? = nil) throws {
        let place = try place(resource)
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO resource (place, id, document, changed_at, confirmed_at, misses) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET changed_at = iif(document = excluded.document, changed_at, excluded.changed_at),
                    document = excluded.document, misses = excluded.misses,
                    confirmed_at = iif(excluded.misses <> 0 AND misses <> 0, confirmed_at, excluded.confirmed_at)
                """)
        try statement.execute(arguments: [place, resource.id, document, now.milliseconds, confirmedAt?.milliseconds, misses])
    }

    /// A phone number takes with it everything that belongs to it.
    mutating func remove(_ resource: ResourceID) throws {
        guard resource.kind == .phoneNumber else {
            let place = try place(resource)
            try database.cachedStatement(sql: "DELETE FROM resource WHERE place = ? AND id = ?").execute(arguments: [place, resource.id])
            return
        }
        for table in ["resource", "unit"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE place IN (SELECT id FROM place WHERE account = ? AND phone_number_id = ?)",
                arguments: [resource.account, resource.id])
        }
    }

    mutating func append(_ change: Change) throws {
        let resource = change.resource
        let fields = change.fields.isEmpty ? nil : Stored.text(change.fields.map(\.description))
        let values: [DatabaseValue] = [
            now.milliseconds.databaseValue, try place(resource).databaseValue, resource.id.databaseValue,
            change.operation.rawValue.databaseValue, change.origin.rawValue.databaseValue, change.severity.rawValue.databaseValue,
            fields.databaseValue, change.before.map { Stored.document($0, of: resource.id) } ?? .null,
            change.after.map { Stored.document($0, of: resource.id) } ?? .null, change.summary.databaseValue,
        ]
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO change (observed_at, place, id, operation, origin, severity, fields, before, after, summary, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: StatementArguments(values + [Digest(of: values).column.databaseValue]))
        tail.add(RecordedChange(sequence: database.lastInsertedRowID, observedAt: now, change: change))
    }

    private mutating func place(_ resource: ResourceID) throws -> Int64 {
        try place(resource.account, resource.kind, resource.phoneNumberID)
    }

    /// The number of a place, which it gets here if it has none.
    private mutating func place(_ account: String, _ kind: Kind, _ phoneNumberID: String?) throws -> Int64 {
        let key = [account, kind.rawValue, phoneNumberID ?? ""]
        if let place = places[key] { return place }
        let known = try database.cachedStatement(sql: "SELECT id FROM place WHERE account = ? AND kind = ? AND phone_number_id = ?")
        var place = try Int64.fetchOne(known, arguments: StatementArguments(key))
        if place == nil {
            let number = try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) + 1 FROM place") ?? 1
            let values = [number.databaseValue] + key.map(\.databaseValue)
            try database.execute(
                sql: "INSERT INTO place VALUES (?, ?, ?, ?, ?)",
                arguments: StatementArguments(values + [Digest(of: values).column.databaseValue]))
            place = number
        }
        places[key] = place
        return place ?? 0
    }

    private func isKnown(_ unit: Unit, _ needs: Observation.Needs) throws -> Bool {
        guard needs != .nothing else { return true }
        let accounts = try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM account WHERE name = ?)")
        guard try Bool.fetchOne(accounts, arguments: [unit.account]) == true else { return false }
        guard needs == .number, let number = unit.phoneNumberID else { return true }
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM resource
                WHERE place = (SELECT id FROM place WHERE account = ?1 AND kind = 'phone_number' AND phone_number_id = ?2) AND id = ?2)
                """)
        return try Bool.fetchOne(statement, arguments: [unit.account, number]) ?? false
    }

    private static func displayNumber(_ id: String, of account: String, in database: Database) throws -> String? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT document ->> '$.display_phone_number' FROM resource
                WHERE place = (SELECT id FROM place WHERE account = ?1 AND kind = 'phone_number' AND phone_number_id = ?2) AND id = ?2
                """)
        return try String.fetchOne(statement, arguments: [account, id])
    }
}

extension Comparison {
    /// Whether there is anything to tell or to write.
    var isNews: Bool { !changes.isEmpty || !writes.isEmpty || askedChanged }
}
