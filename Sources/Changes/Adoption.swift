import StrictJSON
import WhatsAppBusiness

/// What is told where a target's snapshot is taken over from another host, which has polled it meanwhile: how it differs from the one that was kept here.
/// A pure decision. Nothing of it is urgent: that host has told it. Whoever applies the changes has the snapshot that was taken over.
public struct Adoption: Sendable, Equatable {
    /// What is to be told, by ids, removals last.
    public let changes: [DetectedChange]

    /// Compares what is taken over with what was kept.
    /// - Parameters:
    ///   - owner: Meta's id of what a list belongs to: the account's, or the phone number's.
    ///   - displayNumber: the number as people know it, of a target that belongs to one.
    public init(of target: PollTarget, owner: String, from kept: Snapshot, to taken: Snapshot, displayNumber: String? = nil) {
        guard kept.asked != nil else {
            let items = taken.entries.sorted { $0.key < $1.key }.map { Observation.Item(id: $0.key, document: $0.value.document) }
            let first = Observation(target: target, owner: owner, items: items, asked: taken.asked ?? [])
            changes = Comparison(of: first, with: Snapshot(), displayNumber: { _ in displayNumber }).changes.map(Self.told)
            return
        }
        func wording(_ resource: ResourceID, _ document: JSONObject) -> Wording {
            Wording(resource, displayNumber: document["display_phone_number"]?.string ?? displayNumber)
        }
        var changes: [DetectedChange] = []
        for (id, entry) in taken.entries.sorted(by: { $0.key < $1.key }) {
            let resource = target.resource(id)
            guard let before = kept.entries[id]?.document else {
                changes.append(
                    DetectedChange(
                        resource, .added, severity: .info, after: entry.document, summary: wording(resource, entry.document).added()))
                continue
            }
            guard let difference = DocumentDifference(from: before, to: entry.document) else { continue }
            changes.append(
                DetectedChange(
                    resource, .changed, severity: .info, fields: difference.fields, before: difference.before, after: difference.after,
                    summary: wording(resource, entry.document).changed(difference).summary))
        }
        for (id, entry) in kept.entries.sorted(by: { $0.key < $1.key }) where taken.entries[id] == nil {
            let resource = target.resource(id)
            changes.append(
                DetectedChange(
                    resource, .removed, severity: .info, before: entry.document, summary: wording(resource, entry.document).removed()))
        }
        self.changes = changes.map(Self.told)
    }

    private static func told(_ change: DetectedChange) -> DetectedChange {
        var told = change
        told.severity = OpenEnum(.info)
        told.origin = OpenEnum(.command)
        return told
    }
}
