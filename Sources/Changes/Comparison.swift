import StrictJSON
public import WhatsAppBusiness

/// What an observation says against the last snapshot: the changes to tell, and the snapshot's entries to write. A pure decision.
public struct Comparison: Sendable, Equatable {
    /// What is to be told, in the order of the observation, removals last.
    public private(set) var changes: [Change] = []
    /// The entries that are to be written; `nil` takes one out.
    public private(set) var writes: [(id: String, entry: Snapshot.Entry?)] = []
    /// Of a first look: the ids that are to be written beside those entries.
    public private(set) var ids: IDSet = []
    /// Members that every thing, three at least, lost in this one look: Meta's doing, not anybody's. Their last values are kept.
    public private(set) var drifted: [String] = []
    /// Members that only whole answers lacked, with the things that lost them: Meta may have stopped giving them, or given them again, between two
    /// answers of the look. Their last values are kept for now; the next look says what it was.
    public private(set) var torn: [String: Set<String>] = [:]
    /// Members that a thing no longer has and whose last value is kept for now, sorted.
    public private(set) var vanished: [String] = []
    /// Whether the members that are asked for are others than the last time, so that the snapshot must say so.
    public let askedChanged: Bool

    private let unit: Unit
    private let rules: Rules
    private let displayNumber: @Sendable (String) -> String?

    /// Compares a complete look with what was last seen.
    /// - Parameter displayNumber: a phone number as people know it, by its id.
    public init(of observation: Observation, with snapshot: Snapshot, displayNumber: @escaping @Sendable (String) -> String? = { _ in nil })
    {
        unit = observation.unit
        rules = Rules.of(unit.kind)
        askedChanged = snapshot.asked != observation.asked
        self.displayNumber = displayNumber
        var items = observation.items.map { Observation.Item(id: $0.id, document: rules.compared($0.document)) }
        guard let asked = snapshot.asked else {
            begin(items, observation.ids, owner: observation.owner)
            return
        }
        items += observation.ids.lazy.map(Observation.Item.init(bare:))
        drifted = Self.drifted(items, snapshot, asked: observation.asked)
        torn = Self.torn(items, observation.starts, snapshot, asked: observation.asked)
        for (member, ids) in observation.doubted { torn[member] = torn[member].map { $0.subtracting(ids) } }
        torn = torn.filter { !$0.value.isEmpty }
        var kept = Set(drifted)
        if observation.keepsVanished {
            vanished = Self.vanished(items, snapshot, asked: observation.asked).subtracting(observation.gone).sorted()
            kept.formUnion(vanished)
        }
        for item in items {
            let entry = snapshot.entries[item.id]
            // What was not asked for is what it was, however long ago that was.
            let unasked = observation.namesMembers ? entry.map { Set($0.document.names).subtracting(observation.asked) } ?? [] : []
            let doubted = torn.filter { $0.value.contains(item.id) }.keys
            compare(item, with: entry, keeping: kept.union(unasked).union(doubted), joining: observation.asked.subtracting(asked))
        }
        // What became known stands together, before what changed, so that it can be told as one.
        if observation.asked != asked {
            changes = changes.filter { $0.operation == .baseline } + changes.filter { $0.operation != .baseline }
        }
        let present = Set(items.map(\.id))
        let absent = snapshot.entries.lazy.filter { !present.contains($0.key) && observation.shows($0.key) }
        for (id, entry) in absent.sorted(by: { $0.key < $1.key }) { miss(id, entry) }
    }

    /// The first complete look: one change, everything is written.
    private mutating func begin(_ items: [Observation.Item], _ ids: IDSet, owner: String) {
        self.ids = ids
        writes = items.map { ($0.id, Snapshot.Entry(document: $0.document)) }
        if rules.isList {
            let list = ResourceID(account: unit.account, kind: unit.kind, id: owner, phoneNumberID: unit.phoneNumberID)
            let summary = wording(list).baseline(count: items.count + ids.count)
            let count: JSONObject = ["count": .integer(items.count + ids.count)]
            changes = [Change(list, .baseline, severity: .info, after: count, summary: summary)]
        } else {
            changes = items.map {
                let resource = unit.resource($0.id)
                return Change(resource, .baseline, severity: .info, after: $0.document, summary: wording(resource).baseline())
            }
        }
    }

    private mutating func compare(_ item: Observation.Item, with entry: Snapshot.Entry?, keeping kept: Set<String>, joining: Set<String>) {
        let resource = unit.resource(item.id)
        guard let entry else {
            writes.append((item.id, Snapshot.Entry(document: item.document)))
            let wording = wording(resource, item.document)
            changes.append(Change(resource, .added, severity: rules.added, after: item.document, summary: wording.added()))
            return
        }
        var document = rules.sameness.kept(entry.document, over: item.document)
        for name in kept where !Self.has(document, name) { document[name] = entry.document[name] }
        let wording = wording(resource, document)

        let joined = JSONObject(document.filter { joining.contains($0.name) && entry.document[$0.name] == nil }.map { ($0.name, $0.value) })
        var known = entry.document
        for member in joined { known[member.name] = member.value }
        if !joined.isEmpty {
            let summary = wording.joined(Array(joined.names))
            changes.append(Change(resource, .baseline, severity: .info, after: joined, summary: summary))
        }
        if let difference = Difference(from: known, to: document) {
            let (severity, summary) = wording.changed(difference)
            changes.append(
                Change(
                    resource, .changed, severity: severity, fields: difference.fields, before: difference.before, after: difference.after,
                    summary: summary))
        }
        if document != entry.document || entry.misses > 0 { writes.append((item.id, Snapshot.Entry(document: document))) }
    }

    private mutating func miss(_ id: String, _ entry: Snapshot.Entry) {
        guard entry.misses + 1 >= rules.looksToRemove else {
            writes.append((id, Snapshot.Entry(document: entry.document, misses: entry.misses + 1)))
            return
        }
        writes.append((id, nil))
        let resource = unit.resource(id)
        let summary = wording(resource, entry.document).removed()
        changes.append(Change(resource, .removed, severity: rules.removed, before: entry.document, summary: summary))
    }

    private func wording(_ resource: ResourceID, _ document: JSONObject = [:]) -> Wording {
        let own = document["display_phone_number"]?.string
        return Wording(resource, displayNumber: own ?? resource.phoneNumberID.flatMap(displayNumber))
    }

    /// Members that a thing had and has no longer.
    private static func vanished(_ items: [Observation.Item], _ snapshot: Snapshot, asked: Set<String>) -> Set<String> {
        items.reduce(into: []) { vanished, item in
            guard let before = snapshot.entries[item.id]?.document else { return }
            vanished.formUnion(asked.filter { has(before, $0) && !has(item.document, $0) })
        }
    }

    private static func has(_ document: JSONObject, _ name: String) -> Bool { document[name].map { !$0.isNothing } ?? false }

    /// Members that all things had and none has now.
    private static func drifted(_ items: [Observation.Item], _ snapshot: Snapshot, asked: Set<String>) -> [String] {
        let pairs = items.compactMap { item in snapshot.entries[item.id].map { (before: $0.document, after: item.document) } }
        guard pairs.count >= 3 else { return [] }
        return asked.sorted().filter { name in
            pairs.count(where: { has($0.before, name) }) >= 3 && pairs.allSatisfy { !has($0.after, name) }
        }
    }

    /// Members that all things of some answers lost and no thing of the others, three things at least having had them.
    private static func torn(
        _ items: [Observation.Item], _ starts: [Int], _ snapshot: Snapshot, asked: Set<String>
    ) -> [String: Set<String>] {
        guard !asked.isEmpty, starts.count > 1, items.count >= 3 else { return [:] }
        let parts = zip(starts, starts.dropFirst() + [items.count]).map { items[$0..<$1] }
        return asked.reduce(into: [:]) { torn, name in
            var holders = 0
            var lost: Set<String> = []
            for part in parts {
                let had = part.filter { snapshot.entries[$0.id].map { has($0.document, name) } ?? false }
                holders += had.count
                if part.allSatisfy({ !has($0.document, name) }) {
                    lost.formUnion(had.map(\.id))
                } else if had.contains(where: { !has($0.document, name) }) {
                    return
                }
            }
            if holders >= 3, !lost.isEmpty, lost.count < holders { torn[name] = lost }
        }
    }

    public static func == (left: Comparison, right: Comparison) -> Bool {
        left.changes == right.changes && left.drifted == right.drifted && left.torn == right.torn && left.vanished == right.vanished
            && left.askedChanged == right.askedChanged && left.ids.ids == right.ids.ids
            && left.writes.map(\.id) == right.writes.map(\.id) && left.writes.map(\.entry) == right.writes.map(\.entry)
    }
}
