public import Changes
import GRDB
import StrictJSON
import Synchronization
public import WhatsAppBusiness

extension Ledger {
    /// Compares a complete poll with the snapshot and writes both what changed and the snapshot that this leads to, in one transaction.
    /// - Parameter note: what the recording means to the target's watch; written in the same transaction. May be asked more than once.
    public func record(
        _ observation: Observation, at now: Timestamp, note: @escaping @Sendable (Recording) -> WatchNote? = { _ in nil }
    ) async throws(LedgerError) -> Recording {
        let target = observation.target
        let previous = confirmed.withLock { $0.unsaved[target] }
        // All on the writer, also where nothing is written in the end: what arrives together shares one way there and one transaction.
        let recording = try await write { database -> Recording in
            var writer = self.writer(database, at: now)
            guard let recording = try writer.record(observation, confirmedAt: previous) else { return .void }
            if let note = note(recording) { try writer.write(note) }
            return recording
        }
        guard !recording.isVoid else { return recording }
        let removed = recording.removed
        confirmed.withLock { confirmed in
            confirmed.note(target, at: now)
            guard target.kind == .phoneNumber, !removed.isEmpty else { return }
            confirmed.forget { $0.account == target.account && removed.contains($0.phoneNumberID ?? "") }
        }
        return recording
    }

    /// The last answer was the same as the one before it: everything that it showed is still so.
    public func confirm(_ target: PollTarget, at now: Timestamp) { confirmed.withLock { $0.note(target, at: now) } }

    /// Writes down the complete polls that changed nothing. Losing them costs a poll too many after a restart, nothing else.
    public func saveConfirmed() async throws(LedgerError) {
        let unsaved = confirmed.withLock(\.unsaved)
        try await write { try Self.write(unsaved, $0) }
        confirmed.withLock { $0.saved(unsaved) }
    }

    /// Keeps the state of watches, and records what is told of them, in one transaction.
    public func record(_ notes: [WatchNote], at now: Timestamp) async throws(LedgerError) {
        guard !notes.isEmpty else { return }
        try await write { database in
            var writer = self.writer(database, at: now)
            for note in notes { try writer.write(note) }
        }
    }

    /// Tries whether the ledger can be written to again, with room for more than that.
    public func probe() async throws(LedgerError) {
        guard Disk.freeBytes(at: path) >= health.room else { throw LedgerError(.full, path: path, cause: "the disk is nearly full") }
        // A page that is written as it was is not written at all.
        try await write { database in
            try database.execute(sql: "UPDATE ledger SET id = id || '.'")
            try database.execute(sql: "UPDATE ledger SET id = rtrim(id, '.')")
        }
        health.recovered()
    }

    static func write(_ confirmed: [PollTarget: Timestamp], _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE unit SET confirmed_at = ?1 WHERE confirmed_at <> ?1
                AND place = (SELECT id FROM place WHERE account = ?2 AND kind = ?3 AND phone_number_id = ?4)
                """)
        for (target, time) in confirmed {
            try statement.execute(
                arguments: [time.milliseconds] + ColumnCoding.columns([target.account, target.kind.rawValue, target.phoneNumberID ?? ""]))
        }
    }
}
