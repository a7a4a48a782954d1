import Changes
import GRDB
import WhatsAppBusiness

extension RecordWriter {
    /// Makes a copy the snapshot of its target.
    mutating func adopt(_ copy: TargetCopy, wabaID: String) throws {
        let target = copy.target
        let kept = try PersistedTarget(target, in: database)
        let things = try PersistedThings(of: target, kept, in: database)
        let display = try TargetStanding(target, in: database).displayNumber
        let adoption = Adoption(
            of: target, owner: target.phoneNumberID ?? wabaID, from: things.snapshot, to: copy.snapshot, displayNumber: display)
        for id in things.digests.keys.map(\.text) where copy.snapshot.entries[id] == nil { try remove(target.resource(id), .command) }
        var digest = RowChecksum()
        for (id, entry) in copy.snapshot.entries {
            let document = ColumnCoding.document(entry.document, of: id)
            digest += RowChecksum(of: id, document, misses: entry.misses)
            try put(target.resource(id), document, misses: entry.misses, confirmedAt: entry.misses != 0 ? copy.confirmedAt : nil)
        }
        let place = try place(target.account, OpenEnum(target.kind), target.phoneNumberID)
        if target.kind.row.keepsOnlyKeys {
            try database.execute(sql: "DELETE FROM other_id WHERE place = ?", arguments: [place])
            let insert = try database.cachedStatement(sql: "INSERT OR IGNORE INTO other_id (place, id, other) VALUES (?, ?, ?)")
            for pair in copy.others {
                try insert.execute(arguments: [place, ColumnCoding.column(pair.id), ColumnCoding.column(pair.other)])
            }
        }
        for change in adoption.changes { try append(change) }
        try keep(copy.snapshot.asked ?? [], digest, of: place, confirmedAt: copy.confirmedAt)
    }

    /// Applies a change of another host to what was taken over from it.
    mutating func adopt(_ change: DetectedChange) throws {
        var told = change
        // That host has told it.
        told.severity = OpenEnum(.info)
        let resource = change.resource
        guard let kind = resource.kind.known else { return }
        let column = try document(of: resource)
        let after = change.applied(to: column.flatMap { ColumnCoding.document($0, of: resource.id) })
        guard kind != .watch, kind != .alarm else {
            if let after {
                try put(resource, ColumnCoding.document(after, of: resource.id), misses: 0, confirmedAt: now)
            } else {
                try remove(resource)
            }
            return try append(told)
        }
        guard let target = PollTarget(resource), let kept = try PersistedTarget(target, in: database) else { return }
        var digest = kept.digest
        digest -= try PersistedThings(of: target, kept, in: database).digests[ExactText(resource.id)] ?? RowChecksum()
        // A baseline of a whole list tells how many there are, and none of them.
        if after == nil || change.countFound != nil {
            if column != nil { try remove(resource, .command) }
        } else if let after {
            let document = ColumnCoding.document(after, of: resource.id)
            digest += RowChecksum(of: resource.id, document, misses: 0)
            try put(resource, document, misses: 0)
        }
        try append(told)
        let place = try place(target.account, OpenEnum(target.kind), target.phoneNumberID)
        try keep(kept.asked, digest, of: place, confirmedAt: kept.confirmedAt)
    }

    /// Writes what is kept of a target besides its things.
    private mutating func keep(_ asked: Set<String>, _ digest: RowChecksum, of place: Int64, confirmedAt: Timestamp) throws {
        let text = ColumnCoding.text(asked.sorted())
        var digest = digest
        digest += RowChecksum(of: [text.databaseValue])
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?)").execute(arguments: [
            place, text, confirmedAt.milliseconds, digest.column,
        ])
    }
}
