public import Changes
import GRDB
import StrictJSON
import Synchronization
public import WhatsAppBusiness

// What one host's ledger hands to another's.

extension Ledger {
    /// The targets of an account that were polled, the list of its numbers first; and the sequence of its last change, 0 if it has none. What is copied
    /// afterwards is as it was then where that has not moved.
    public func copied(account: String) async throws(LedgerError) -> (targets: [PollTarget], last: Int64) {
        try await read { database in
            var targets: [PollTarget] = []
            try Self.forEachTarget(in: database) { if $0.account == account { targets.append($0) } }
            targets.sort { ($0.kind == .phoneNumber ? 0 : 1, "\($0)") < ($1.kind == .phoneNumber ? 0 : 1, "\($1)") }
            return (targets, try Self.last(of: account, in: database))
        }
    }

    private static func last(of account: String, in database: Database) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: "SELECT max((SELECT max(sequence) FROM change WHERE place = place.id)) FROM place WHERE account = ?")
        return try Int64.fetchOne(statement, arguments: ColumnCoding.columns([account])) ?? 0
    }

    /// What is kept of a target; `nil` if it was never polled.
    public func copy(of target: PollTarget) async throws(LedgerError) -> TargetCopy? {
        let unsaved = confirmed.withLock { $0.unsaved[target] }
        return try await read { database in
            guard let kept = try PersistedTarget(target, in: database) else { return nil }
            let things = try PersistedThings(of: target, kept, in: database)
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, other FROM other_id
                    WHERE place = (SELECT id FROM place WHERE account = ? AND kind = ? AND phone_number_id = ?) ORDER BY id, other
                    """, arguments: ColumnCoding.columns([target.account, target.kind.rawValue, target.phoneNumberID ?? ""]))
            return TargetCopy(
                target: target, snapshot: things.snapshot,
                others: try rows.map { TargetCopy.OtherID(id: try $0.value(0), other: try $0.value(1)) },
                confirmedAt: unsaved ?? kept.confirmedAt)
        }
    }

    /// How an account's watches and alarms stand.
    public func standings(of account: String) async throws(LedgerError) -> [StandingCopy] {
        try await read { database in try Self.standings(of: account, in: database) }
    }

    private static func standings(of account: String, in database: Database) throws -> [StandingCopy] {
        let statement = try database.cachedStatement(sql: "SELECT id, document FROM resource WHERE place = ? ORDER BY id")
        return try Place.matching([account], [.watch, .alarm], nil, in: database).filter { $0.account == account }.flatMap { place in
            try Row.fetchAll(statement, arguments: [place.number]).compactMap { row -> StandingCopy? in
                let id: String = try row.value(0)
                return ColumnCoding.document(row[1], of: id).map { StandingCopy(resource: place.resource(id), document: $0) }
            }
        }
    }

    /// The numbers and the watches of one account, to go on from.
    public func watches(of account: String) async throws(LedgerError) -> PersistedWatches {
        let unsaved = confirmed.withLock(\.unsaved)
        return try await read { database in
            var found = PersistedWatches()
            var reader = WatchReader(confirmed: ConfirmedTimes(unsaved))
            let ids = try database.cachedStatement(sql: "SELECT id FROM resource WHERE place = ?")
            for place in try Place.matching([account], [.phoneNumber, .watch], nil, in: database) where place.account == account {
                if place.kind == .watch {
                    found.watches += try reader.read(in: place, database)
                } else {
                    found.numbers.formUnion(try String.fetchAll(ids, arguments: [place.number]))
                }
            }
            return found
        }
    }

    // MARK: Taking over

    /// Puts what another host kept of a target in the place of what is kept here, and records how that differs, in one transaction.
    /// - Returns: whether the account is one that is known here; nothing is done for another.
    public func adopt(_ copy: TargetCopy, at now: Timestamp) async throws(LedgerError) -> Bool {
        let target = copy.target
        let isKnown = try await write { database in
            guard let wabaID = try Self.accounts(in: database)[target.account] else { return false }
            var writer = self.writer(database, at: now)
            try writer.adopt(copy, wabaID: wabaID)
            return true
        }
        if isKnown { confirmed.withLock { $0.forget { $0 == target } } }
        return isKnown
    }

    /// Puts the states of an account's watches and alarms in the place of those that are kept here, and records how they differ, in one transaction.
    public func adopt(_ standings: [StandingCopy], of account: String, at now: Timestamp) async throws(LedgerError) {
        try await write { database in
            guard try Self.accounts(in: database)[account] != nil else { return }
            var writer = self.writer(database, at: now)
            var left = Dictionary(try Self.standings(of: account, in: database).map { ($0.resource, $0) }) { $1 }
            for standing in standings where standing.resource.account == account {
                let kept = left.removeValue(forKey: standing.resource)
                guard kept?.document != standing.document else { continue }
                try writer.put(
                    standing.resource, ColumnCoding.document(standing.document, of: standing.resource.id), misses: 0, confirmedAt: now)
                // A watch over something that is well, and was never otherwise here, is nothing to tell.
                if kept == nil, standing.resource.kind == .watch, standing.document["state"] == "current" { continue }
                try writer.append(standing.change(from: kept?.document))
            }
            for (resource, gone) in left.sorted(by: { "\($0.key)" < "\($1.key)" }) {
                try writer.remove(resource)
                if resource.kind == .alarm { try writer.append(gone.ended) }
            }
        }
    }

    /// Applies a change that another host has recorded, behind what was taken over from it. One of a target that was not taken over is passed over.
    public func adopt(_ change: DetectedChange, at now: Timestamp) async throws(LedgerError) {
        try await write { database in
            var writer = self.writer(database, at: now)
            try writer.adopt(change)
        }
    }
}

extension StandingCopy {
    private var sentence: String {
        let words = document["summary"]?.string ?? document["reason"]?.string ?? document["state"]?.string ?? ""
        return words.hasPrefix("\(resource.account): ") ? words : "\(resource.account): \(resource.id): \(words)"
    }

    /// What is told where it takes the place of another state, or of none.
    fileprivate func change(from before: JSONObject?) -> DetectedChange {
        guard let before, let difference = DocumentDifference(from: before, to: document) else {
            return DetectedChange(resource, .added, origin: .command, severity: .info, after: document, summary: sentence)
        }
        return DetectedChange(
            resource, .changed, origin: .command, severity: .info, fields: difference.fields, before: difference.before,
            after: difference.after, summary: sentence)
    }

    /// What is told where an alarm was over at the other host.
    fileprivate var ended: DetectedChange {
        DetectedChange(resource, .removed, origin: .command, severity: .info, before: document, summary: "\(sentence): ended")
    }
}
