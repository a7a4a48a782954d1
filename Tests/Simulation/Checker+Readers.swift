import Changes
import Ledger
import StrictJSON
import Watching
import WhatsAppBusiness

extension Checker {
    /// Every reader has everything behind the place where it began, once, in order, and comes to the snapshot. Where a copy of the ledger was put
    /// back, a place never means two things: the reader goes on truly, or is told that its history is lost.
    mutating func checkReaders() {
        for reader in history.readers {
            var position: Int64 = 0
            var things: [ResourceID: JSONObject] = [:]
            var era = 0
            var begin: Int64 = 0
            for connection in reader.connections {
                let before = era
                era = history.restores.count { $0.restored <= connection.time }
                let kept = kept(in: era)
                if let snapshot = connection.snapshot {
                    if let lost = connection.lost, isTrue(lost, from: before, in: era) {
                        complain("resumable", connection.time, "\(reader.name) lost its history at \(lost), which is still there")
                    }
                    (position, begin, things) = (connection.after, connection.after, [:])
                    for resource in snapshot where resource.resource.kind != .watch { things[resource.resource] = resource.document }
                } else if !isTrue(position, from: before, in: era) {
                    complain("restored is not continued", connection.time, "\(reader.name) went on at \(position), which is another by now")
                    return
                }
                if connection.after != position {
                    complain("resumable", history.end, "\(reader.name) resumed at \(connection.after), not \(position)")
                }
                for change in connection.changes {
                    position += 1
                    guard position > 0, position <= kept.count, kept[Int(position - 1)] == change else {
                        complain("ordered, unique, gapless", history.end, "\(reader.name) was given \(change.sequence) for \(position)")
                        return
                    }
                    apply(change.change, to: &things)
                }
            }
            guard !reader.connections.isEmpty, era == history.restores.count else { continue }
            if position < lastDue {
                complain("resumable", history.end, "\(reader.name) has come to \(position) only")
            }
            var stored: [ResourceID: JSONObject] = [:]
            for resource in history.stored where resource.resource.kind != .watch { stored[resource.resource] = resource.document }
            // A baseline of a list says nothing of its things: they come with a snapshot that is taken after it.
            let listed = history.kept.contains {
                $0.sequence > begin && $0.change.operation == .baseline && $0.change.resource.kind.known?.isList == true
            }
            if !listed, position == history.kept.last?.sequence ?? 0, stored != things {
                complain("atomic", history.end, "\(reader.name) comes to another snapshot than the ledger")
            }
        }
    }

    /// The changes of the ledger as it was after so many restores and before the next.
    private func kept(in era: Int) -> [RecordedChange] {
        guard era < history.restores.count else { return history.kept }
        var kept: [RecordedChange] = []
        var begin = Moment(nanoseconds: .min)
        for restore in history.restores.prefix(era + 1) {
            let changes = history.transactions.filter { begin < $0.time && $0.time <= restore.restored }.flatMap(\.changes)
            if let first = changes.first { kept.removeAll { $0.sequence >= first.sequence } }
            kept += changes
            begin = restore.restored
            guard restore.restored == history.restores[era].restored else {
                kept.removeAll { $0.sequence > restore.sequence }
                continue
            }
        }
        return kept
    }

    /// Whether everything up to a place is the same in two of them.
    private func isTrue(_ position: Int64, from before: Int, in era: Int) -> Bool {
        guard before != era else { return true }
        let (old, new) = (kept(in: before), kept(in: era))
        let count = Int(position)
        return count <= new.count && count <= old.count && old.prefix(count).elementsEqual(new.prefix(count))
    }

    private func apply(_ change: DetectedChange, to things: inout [ResourceID: JSONObject]) {
        guard change.resource.kind != .watch else { return }
        things[change.resource] = change.applied(to: things[change.resource])
        if change.operation == .removed, change.resource.kind == .phoneNumber {
            things = things.filter { $0.key.account != change.resource.account || $0.key.phoneNumberID != change.resource.id }
        }
    }
}
