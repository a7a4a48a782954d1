public import Changes
import GRDB
public import StrictJSON
import Synchronization
public import WhatsAppBusiness

/// What recording an observation came to.
public struct Recording: Sendable, Equatable {
    /// How many changes were recorded.
    public var changes: Int
    /// Members that Meta dropped from every thing at once; their last values are kept.
    public var drifted: [String]
    /// Whether things are missed that are not removed yet: the next look decides, even if its answer is the same.
    public var pending: Bool
    /// What the unit shows now: the ids of its things.
    public var ids: Set<String>
    /// The ids of the things that were removed.
    public var removed: Set<String>
}

/// The state of a watch that is to be kept, and what is to be told of it.
public struct WatchNote: Sendable {
    /// The watch.
    public var watch: ResourceID
    /// Its state.
    public var document: JSONObject
    /// What is told, if anything.
    public var change: Change?

    /// A watch's state.
    public init(watch: ResourceID, document: JSONObject, change: Change? = nil) {
        self.watch = watch
        self.document = document
        self.change = change
    }
}

extension Ledger {
    /// Compares a complete look with the snapshot and writes both what changed and the snapshot that this leads to, in one transaction.
    /// - Parameter note: what the recording means to the unit's watch; written in the same transaction.
    public func record(
        _ observation: Observation, at now: Timestamp, note: @escaping @Sendable (Recording) -> WatchNote? = { _ in nil }
    ) async throws(LedgerError) -> Recording {
        let unit = observation.unit
        let previous = confirmed.withLock { $0[unit] }
        let expected = try await read { try Self.compare(observation, in: $0) }
        var result = Recording(expected, observation)
        if !expected.changes.isEmpty || !expected.writes.isEmpty || expected.askedChanged || note(result) != nil {
            // There is one writer and one look at a unit at a time, but the comparison counts only inside the transaction that writes it.
            result = try await write { database in
                let comparison = try Self.compare(observation, in: database)
                try Self.write(comparison, of: observation, at: now, missedSince: previous ?? now, in: database)
                let recording = Recording(comparison, observation)
                if let note = note(recording) { try Self.write(note, at: now, in: database) }
                return recording
            }
        }
        confirmed.withLock { $0[unit] = now }
        return result
    }

    /// The last answer was the same as the one before it: everything that it showed is still so.
    public func confirm(_ unit: Unit, at now: Timestamp) { confirmed.withLock { $0[unit] = now } }

    /// When each unit was last looked at completely.
    public var confirmedUnits: [Unit: Timestamp] { confirmed.withLock { $0 } }

    /// Writes down the complete looks that changed nothing. Losing them costs a look too many after a restart, nothing else.
    public func saveConfirmed() async throws(LedgerError) { try await write { try self.writeConfirmed($0) } }

    /// Keeps the state of watches, and records what is told of them, in one transaction.
    public func record(_ notes: [WatchNote], at now: Timestamp) async throws(LedgerError) {
        guard !notes.isEmpty else { return }
        try await write { database in for note in notes { try Self.write(note, at: now, in: database) } }
    }

    /// Writes down which account has which id at Meta.
    public func register(account: String, wabaID: String) async throws(LedgerError) {
        let known = try await read { try String.fetchOne($0, sql: "SELECT waba_id FROM account WHERE name = ?", arguments: [account]) }
        guard known != wabaID else { return }
        try await write { try $0.execute(sql: "INSERT OR REPLACE INTO account VALUES (?, ?)", arguments: [account, wabaID]) }
    }

    private static func compare(_ observation: Observation, in database: Database) throws -> Comparison {
        let unit = observation.unit
        let snapshot = try snapshot(of: unit, in: database)
        var display: [String: String] = [:]
        if let number = unit.phoneNumberID { display[number] = try displayNumber(number, of: unit.account, in: database) }
        return Comparison(of: observation, with: snapshot) { [display] in display[$0] }
    }

    private static func write(
        _ comparison: Comparison, of observation: Observation, at now: Timestamp, missedSince: Timestamp, in database: Database
    ) throws {
        let unit = observation.unit
        for (id, entry) in comparison.writes {
            let resource = unit.resource(id)
            if let entry {
                try put(resource, entry, at: now, confirmedAt: entry.misses > 0 ? missedSince : now, in: database)
            } else {
                try remove(resource, in: database)
            }
        }
        for change in comparison.changes { try append(change, at: now, in: database) }
        try database.execute(
            sql: "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?, ?)",
            arguments: [
                unit.account, unit.kind.rawValue, unit.phoneNumberID ?? "", Stored.text(observation.asked.sorted()), now.milliseconds,
            ])
    }

    private static func write(_ note: WatchNote, at now: Timestamp, in database: Database) throws {
        try put(note.watch, Snapshot.Entry(document: note.document), at: now, confirmedAt: now, in: database)
        if let change = note.change { try append(change, at: now, in: database) }
    }

    /// A thing that is missed, or was, has not changed: only a new document moves the time of its last change.
    private static func put(
        _ resource: ResourceID, _ entry: Snapshot.Entry, at now: Timestamp, confirmedAt: Timestamp, in database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO resource (account, kind, phone_number_id, id, document, changed_at, confirmed_at, misses) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET changed_at = iif(document = excluded.document, changed_at, excluded.changed_at),
                    document = excluded.document, misses = excluded.misses,
                    confirmed_at = iif(excluded.misses > 1, confirmed_at, excluded.confirmed_at)
                """)
        try statement.execute(arguments: [
            resource.account, resource.kind.rawValue, resource.phoneNumberID ?? "", resource.id, Stored.text(entry.document),
            now.milliseconds, confirmedAt.milliseconds, entry.misses,
        ])
    }

    /// A phone number takes with it everything that belongs to it.
    private static func remove(_ resource: ResourceID, in database: Database) throws {
        guard resource.kind == .phoneNumber else {
            try database.execute(
                sql: "DELETE FROM resource WHERE account = ? AND kind = ? AND phone_number_id = ? AND id = ?",
                arguments: [resource.account, resource.kind.rawValue, resource.phoneNumberID ?? "", resource.id])
            return
        }
        for table in ["resource", "unit"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE account = ? AND phone_number_id = ?", arguments: [resource.account, resource.id])
        }
    }

    private static func append(_ change: Change, at now: Timestamp, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO change (observed_at, account, kind, phone_number_id, id, operation, origin, severity, fields, before, after, summary)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let resource = change.resource
        try statement.execute(arguments: [
            now.milliseconds, resource.account, resource.kind.rawValue, resource.phoneNumberID ?? "", resource.id,
            change.operation.rawValue, change.origin.rawValue, change.severity.rawValue, Stored.text(change.fields.map(\.description)),
            change.before.map { Stored.text($0) }, change.after.map { Stored.text($0) }, change.summary,
        ])
    }

    func writeConfirmed(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "UPDATE unit SET confirmed_at = ?1 WHERE account = ?2 AND kind = ?3 AND phone_number_id = ?4 AND confirmed_at <> ?1")
        for (unit, time) in confirmed.withLock({ $0 }) {
            try statement.execute(arguments: [time.milliseconds, unit.account, unit.kind.rawValue, unit.phoneNumberID ?? ""])
        }
    }
}

extension Recording {
    init(_ comparison: Comparison, _ observation: Observation) {
        self.init(
            changes: comparison.changes.count, drifted: comparison.drifted,
            pending: comparison.writes.contains { $0.entry.map { $0.misses > 0 } ?? false }, ids: Set(observation.items.map(\.id)),
            removed: Set(comparison.writes.filter { $0.entry == nil }.map(\.id)))
    }
}
