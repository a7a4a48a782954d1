import Changes
import GRDB
import StrictJSON
import WhatsAppBusiness

/// Writes what is recorded together, inside one transaction: what a poll came to, and what that means to its watch.
struct RecordWriter {
    let database: Database
    let now: Timestamp
    /// Is told of every change.
    let tail: Tail
    /// The epoch of what is recorded here.
    let epoch: (first: Int64, id: String)
    /// The sequence of the first change that was recorded here.
    private var transaction: Int64?
    private var places: [PlaceName: Int64] = [:]

    private struct PlaceName: Hashable {
        let account, kind, phoneNumberID: ExactText

        init(_ account: String, _ kind: OpenEnum<Kind>, _ phoneNumberID: String?) {
            (self.account, self.kind, self.phoneNumberID) = (ExactText(account), ExactText(kind.rawValue), ExactText(phoneNumberID ?? ""))
        }
    }

    init(database: Database, now: Timestamp, tail: Tail, epoch: (first: Int64, id: String)) {
        self.database = database
        self.now = now
        self.tail = tail
        self.epoch = epoch
    }

    /// Compares a poll with the snapshot; also returns the digests of the rows that may change by it.
    private static func compare(
        _ observation: Observation, _ standing: TargetStanding, _ sieve: UnchangedIDFilter, _ others: inout OtherIDs?, in database: Database
    ) throws -> (comparison: Comparison, digests: [ExactText: RowChecksum]) {
        let target = observation.target
        var (sieve, observation) = (sieve, observation)
        let things = try PersistedThings(of: target, standing.kept, &sieve, in: database)
        if standing.kept != nil { observation.ids = others?.resolve(sieve.rest, among: things.snapshot.entries) ?? sieve.rest }
        var display: [String: String] = [:]
        if let number = target.phoneNumberID { display[number] = standing.displayNumber }
        return (Comparison(of: observation, with: things.snapshot) { [display] in display[$0] }, things.digests)
    }

    /// Compares a poll with the snapshot, and writes what changed and the snapshot that this leads to; `nil` if what it belongs to is gone.
    /// - Parameter confirmedAt: when the target was last polled completely, if that is not written down.
    mutating func record(_ observation: Observation, confirmedAt: Timestamp?) throws -> Recording? {
        let target = observation.target
        let standing = try TargetStanding(target, in: database)
        guard standing.has(observation.needs) else { return nil }
        if let place = standing.place { places[PlaceName(target.account, OpenEnum(target.kind), target.phoneNumberID)] = place }
        let kept = standing.kept
        var observation = observation
        var others = try OtherIDs(observation, in: database)
        if let others { observation.ids = others.translated }
        let sieve = UnchangedIDFilter(observation.ids)
        if observation.isWhole, let kept, kept.asked == observation.asked,
            kept.digest == Self.digest(of: observation.items, by: .of(target.kind)) + sieve.digest
        {
            try learn(others, at: target)
            return Recording(agreeing: observation)
        }
        let (comparison, digests) = try Self.compare(observation, standing, sieve, &others, in: database)
        guard comparison.isNews else {
            try learn(others, at: target)
            return Recording(comparison, observation)
        }
        var digest = kept?.digest ?? RowChecksum()
        let missedSince = confirmedAt ?? kept?.confirmedAt ?? now
        for (id, entry) in comparison.writes {
            let resource = target.resource(id)
            digest -= digests[ExactText(id)] ?? RowChecksum()
            if let entry {
                let document = ColumnCoding.document(entry.document, of: id)
                digest += RowChecksum(of: id, document, misses: entry.misses)
                try put(resource, document, misses: entry.misses, confirmedAt: entry.misses != 0 ? missedSince : nil)
            } else {
                try remove(resource)
            }
        }
        for id in comparison.ids {
            try put(target.resource(id), ColumnCoding.document(Observation.Item(bare: id).document, of: id), misses: 0)
        }
        if !comparison.ids.isEmpty { digest += sieve.digest }
        try learn(others, at: target)
        for change in comparison.changes { try append(change) }
        let place = try place(target.account, OpenEnum(target.kind), target.phoneNumberID)
        let asked = ColumnCoding.text(observation.asked.sorted())
        digest += RowChecksum(of: [asked.databaseValue])
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?)").execute(arguments: [
            place, asked, now.milliseconds, digest.column,
        ])
        return Recording(comparison, observation)
    }

    /// A whole poll whose digest is the snapshot's is the snapshot.
    private static func digest(of items: [Observation.Item], by rules: Rules) -> RowChecksum {
        items.reduce(into: RowChecksum()) { digest, item in
            digest += RowChecksum(of: item.id, ColumnCoding.document(rules.compared(item.document), of: item.id), misses: 0)
        }
    }

    /// A note that comes again after a commit of unknown end is not told twice. A state may have been kept without a word before it is told.
    mutating func write(_ note: WatchNote) throws {
        if note.needs != .nothing, let target = PollTarget(watch: note.watch), try !TargetStanding(target, in: database).has(note.needs) {
            return
        }
        let document = ColumnCoding.document(note.document, of: note.watch.id)
        let statement = try database.cachedStatement(sql: "SELECT document = ? FROM resource WHERE place = ? AND id = ?")
        let place = try place(note.watch)
        if try Bool.fetchOne(statement, arguments: [document, place, ColumnCoding.column(note.watch.id)]) == true {
            guard let change = note.change, try !isTold(change, at: place) else { return }
            return try append(change)
        }
        try put(note.watch, document, misses: 0, confirmedAt: now)
        if let change = note.change { try append(change) }
    }

    /// A thing's document as it stands in its column; `nil` if there is no such thing.
    mutating func document(of resource: ResourceID) throws -> DatabaseValue? {
        let statement = try database.cachedStatement(sql: "SELECT document FROM resource WHERE place = ? AND id = ?")
        return try Row.fetchOne(statement, arguments: [try place(resource), ColumnCoding.column(resource.id)])?[0]
    }

    /// Whether a change of a watch is the last that was told of it.
    private func isTold(_ change: DetectedChange, at place: Int64) throws -> Bool {
        let last = try database.cachedStatement(
            sql: "SELECT after, sequence FROM change WHERE place = ? AND id = ? ORDER BY sequence DESC LIMIT 1")
        let (id, resource) = (change.resource.id, change.resource)
        guard let row = try Row.fetchOne(last, arguments: [place, ColumnCoding.column(id)]),
            ColumnCoding.document(row[0], of: id) == change.after
        else { return false }
        return try !WatchReader.hasLeft(resource.phoneNumberID, of: resource.account, since: row.value(1), database)
    }

    /// A thing that is missed, or was, has not changed: only a new document moves the time of its last change.
    mutating func put(_ resource: ResourceID, _ document: DatabaseValue, misses: Int, confirmedAt: Timestamp? = nil) throws {
        let place = try place(resource)
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO resource (place, id, document, changed_at, confirmed_at, misses) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET changed_at = iif(document = excluded.document, changed_at, excluded.changed_at),
                    document = excluded.document, misses = excluded.misses,
                    confirmed_at = iif(excluded.misses <> 0 AND misses <> 0, confirmed_at, excluded.confirmed_at)
                """)
        try statement.execute(arguments: [
            place, ColumnCoding.column(resource.id), document, now.milliseconds, confirmedAt?.milliseconds, misses,
        ])
    }

    /// A phone number takes with it everything that belongs to it.
    mutating func remove(_ resource: ResourceID, _ origin: Origin = .poll) throws {
        guard resource.kind == .phoneNumber else {
            let place = try place(resource)
            try database.cachedStatement(sql: "DELETE FROM resource WHERE place = ? AND id = ?").execute(arguments: [
                place, ColumnCoding.column(resource.id),
            ])
            try forgetOtherIDs(of: resource, at: place)
            return
        }
        try endAlarms(ofNumber: resource.id, of: resource.account, origin)
        for table in ["resource", "unit", "other_id"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE place IN (SELECT id FROM place WHERE account = ? AND phone_number_id = ?)",
                arguments: ColumnCoding.columns([resource.account, resource.id]))
        }
    }

    mutating func append(_ change: DetectedChange) throws {
        let resource = change.resource
        let fields = change.fields.isEmpty ? nil : ColumnCoding.text(change.fields.map(\.description))
        let values: [DatabaseValue] = [
            now.milliseconds.databaseValue, try place(resource).databaseValue, ColumnCoding.column(resource.id),
            ColumnCoding.column(change.operation.rawValue), ColumnCoding.column(change.origin.rawValue),
            ColumnCoding.column(change.severity.rawValue),
            fields.databaseValue, change.before.map { ColumnCoding.document($0, of: resource.id) } ?? .null,
            change.after.map { ColumnCoding.document($0, of: resource.id) } ?? .null, ColumnCoding.column(change.summary),
        ]
        let transaction = try self.transaction ?? Ledger.last(database) + 1
        self.transaction = transaction
        let (together, actor) = (transaction.databaseValue, change.actor.map(ColumnCoding.column) ?? .null)
        let digest = RowChecksum(of: RecordedChange.digested(values, together, actor)).column.databaseValue
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO change (observed_at, place, id, operation, origin, severity, fields, before, after, summary, digest, transaction_id, actor)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: ColumnCoding.arguments(values + [digest, together, actor]))
        let sequence = database.lastInsertedRowID
        if sequence == epoch.first { try Epochs.write(epoch, database) }
        tail.add(RecordedChange(sequence: sequence, observedAt: now, change: change, transaction: transaction, epoch: epoch.id))
    }

    private mutating func place(_ resource: ResourceID) throws -> Int64 {
        try place(resource.account, resource.kind, resource.phoneNumberID)
    }

    /// The number of a place, which it gets here if it has none.
    mutating func place(_ account: String, _ kind: OpenEnum<Kind>, _ phoneNumberID: String?) throws -> Int64 {
        let name = PlaceName(account, kind, phoneNumberID)
        if let place = places[name] { return place }
        let names = [account, kind.rawValue, phoneNumberID ?? ""]
        let known = try database.cachedStatement(sql: "SELECT id FROM place WHERE account = ? AND kind = ? AND phone_number_id = ?")
        var place = try Int64.fetchOne(known, arguments: ColumnCoding.columns(names))
        if place == nil {
            let number = try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) + 1 FROM place") ?? 1
            let values = [number.databaseValue] + names.map(ColumnCoding.column)
            try database.execute(
                sql: "INSERT INTO place VALUES (?, ?, ?, ?, ?)",
                arguments: StatementArguments(values + [RowChecksum(of: values).column.databaseValue]))
            place = number
        }
        places[name] = place
        return place ?? 0
    }
}

extension Comparison {
    /// Whether there is anything to tell or to write.
    var isNews: Bool { !changes.isEmpty || !writes.isEmpty || askedChanged }
}
