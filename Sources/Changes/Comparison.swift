import StrictJSON
public import WhatsAppBusiness

/// What an observation says against the last snapshot: the changes to tell, and the snapshot's entries to write. A pure decision.
public struct Comparison: Sendable, Equatable {
    /// What is to be told, in the order of the observation, removals last.
    public private(set) var changes: [DetectedChange] = []
    /// The entries that are to be written; `nil` takes one out.
    public private(set) var writes: [(id: String, entry: Snapshot.Entry?)] = []
    /// Of a first poll: the ids that are to be written beside those entries.
    public private(set) var ids: IDSet = []
    /// Members that every thing, three at least, no longer has: Meta's doing, not anybody's. Their last values are kept.
    public private(set) var drifted: [String] = []
    /// Members that a thing no longer has and whose last value is kept for now, sorted.
    public private(set) var vanished: [String] = []
    /// Those of them that are believed to be gone from it, whoever took them.
    public private(set) var confirmed: Set<String> = []
    /// Those of them that the next poll decides about.
    public private(set) var doubtful: Set<String> = []
    /// What is still open of members that things no longer show.
    public private(set) var quorum: Quorum
    /// Things that are missed, and not removed yet.
    public private(set) var missed: Set<String> = []
    /// Whether there are things of which nothing is known now.
    public private(set) var hasUnseen = false
    /// What is still open of things that are missing.
    public private(set) var hold: Hold
    /// Whether the members that are asked for are others than the last time, so that the snapshot must say so.
    public let askedChanged: Bool

    private let target: PollTarget
    private let rules: Rules
    private let displayNumber: @Sendable (String) -> String?

    /// Compares a complete poll with what was last seen.
    /// - Parameter displayNumber: a phone number as people know it, by its id.
    public init(of observation: Observation, with snapshot: Snapshot, displayNumber: @escaping @Sendable (String) -> String? = { _ in nil })
    {
        target = observation.target
        quorum = observation.quorum
        hold = observation.hold
        rules = Rules.of(target.kind)
        askedChanged = snapshot.asked != observation.asked
        self.displayNumber = displayNumber
        var items = observation.items.map { $0.compared(by: rules) }
        guard let asked = snapshot.asked else {
            begin(items, observation.ids, owner: observation.owner)
            return
        }
        items += observation.ids.lazy.map(Observation.Item.init(bare:))
        let (snapshot, left) = Self.leaveOut(observation.ignored, of: items, in: snapshot)
        // What is the same in another form is neither lost nor changed.
        for index in items.indices {
            guard let entry = snapshot.entries[items[index].id] else { continue }
            items[index].document = rules.sameness.kept(entry.document, over: items[index].document)
        }
        let losses = Losses(items, snapshot, asked: observation.asked)
        if !observation.isComparedAgain { quorum.on(lost: losses.lost) { losses.shows($0, of: $1) } }
        drifted = losses.byMeta.filter { member in losses.lost[member, default: []].allSatisfy { quorum.isConfirmed(member, of: $0) } }
            .sorted()
        if observation.keepsVanished {
            vanished = losses.lost.keys.filter { !(observation.gone.contains($0) && isConfirmed($0, losses)) }.sorted()
            confirmed = Set(vanished.filter { isConfirmed($0, losses) })
            doubtful = Set(
                vanished.filter { member in losses.lost[member, default: []].contains { quorum.isNearlyConfirmed(member, of: $0) } })
        }
        for item in items {
            let entry = snapshot.entries[item.id]
            // What was not asked for is what it was, however long ago that was.
            let unasked = observation.namesMembers ? entry.map { Set($0.document.names).subtracting(observation.asked) } ?? [] : []
            let keeping = losses.lost.keys.filter { member in
                guard losses.lost[member]?.contains(item.id) == true else { return false }
                if observation.keepsVanished { return !observation.gone.contains(member) || !quorum.isConfirmed(member, of: item.id) }
                return losses.byMeta.contains(member) || !quorum.isConfirmed(member, of: item.id)
            }
            for member in losses.lost.keys where losses.lost[member]?.contains(item.id) == true && !keeping.contains(member) {
                quorum.told(member, of: item.id)
            }
            if let left = left[item.id] { leave(item.id, left, entry) }
            compare(
                item, with: entry, keeping: unasked, keeping, joining: observation.asked.subtracting(asked),
                isCut: left[item.id] != nil)
        }
        // What became known stands together, before what changed, so that it can be told as one.
        if observation.asked != asked {
            changes = changes.filter { $0.operation == .baseline } + changes.filter { $0.operation != .baseline }
        }
        miss(observation, present: Set(items.map(\.id)), snapshot)
        if !observation.causes.isEmpty { changes = changes.map(observation.causes.attributing) }
    }

    /// The snapshot without what is ignored of the things that a poll shows, and what of it that is. What is missed stays as it was told last.
    private static func leaveOut(
        _ ignored: [JSONPointer], of items: [Observation.Item], in snapshot: Snapshot
    ) -> (snapshot: Snapshot, left: [String: DocumentDifference]) {
        var (cut, left) = (snapshot, [String: DocumentDifference]())
        guard !ignored.isEmpty else { return (cut, left) }
        for item in items {
            guard let document = snapshot.entries[item.id]?.document else { continue }
            let rest = document.without(ignored)
            left[item.id] = DocumentDifference(from: document, to: rest)
            cut.entries[item.id]?.document = rest
        }
        return (cut, left)
    }

    /// What is ignored from now on leaves the snapshot, and that is told, so that whoever applies the changes has the same.
    private mutating func leave(_ id: String, _ left: DocumentDifference, _ entry: Snapshot.Entry?) {
        let resource = target.resource(id)
        let summary = wording(resource, entry?.document ?? [:]).ignored(left.fields.map(\.description))
        changes.append(
            DetectedChange(
                resource, .changed, origin: .command, severity: .info, fields: left.fields, before: left.before, after: left.after,
                summary: summary))
    }

    private func isConfirmed(_ member: String, _ losses: Losses) -> Bool {
        losses.lost[member, default: []].contains { quorum.isConfirmed(member, of: $0) }
    }

    /// What the poll lacks.
    private mutating func miss(_ observation: Observation, present: Set<String>, _ snapshot: Snapshot) {
        let away = snapshot.entries.filter { !present.contains($0.key) }.sorted { $0.key < $1.key }
        guard !observation.isPartial else {
            hold.on(shown: present)
            for (id, entry) in away {
                hasUnseen = true
                leave(id, entry)
            }
            return
        }
        let absent = away.filter { observation.shows($0.key) }
        // What somebody is known to have taken away is no sign of a short answer.
        let unclaimed = absent.filter { thing in !observation.causes.contains { $0.claims(removalOf: thing.key) } }
        let known = snapshot.others + snapshot.entries.count - away.count + unclaimed.count
        let verdict = hold.on(
            absent: Set(unclaimed.map(\.key)), of: known, covers: { present.contains($0) || observation.shows($0) },
            now: observation.now, measure: rules.hold, isGone: observation.isAccountGone && present.isEmpty)
        for (id, entry) in absent { miss(id, entry, verdict) }
    }

    /// A thing of which nothing is known now: it was last seen before this poll, and no poll since has missed it for certain.
    private mutating func leave(_ id: String, _ entry: Snapshot.Entry) {
        if entry.misses == 0 { writes.append((id, Snapshot.Entry(document: entry.document, misses: Snapshot.Entry.unseen))) }
    }

    /// The first complete poll: one change, everything is written.
    private mutating func begin(_ items: [Observation.Item], _ ids: IDSet, owner: String) {
        self.ids = ids
        writes = items.map { ($0.id, Snapshot.Entry(document: $0.document)) }
        if rules.isList {
            let list = ResourceID(account: target.account, kind: target.kind, id: owner, phoneNumberID: target.phoneNumberID)
            let summary = wording(list).baseline(count: items.count + ids.count)
            let count: JSONObject = ["count": .integer(items.count + ids.count)]
            changes = [DetectedChange(list, .baseline, severity: .info, after: count, summary: summary)]
        } else {
            changes = items.map {
                let resource = target.resource($0.id)
                return DetectedChange(resource, .baseline, severity: .info, after: $0.document, summary: wording(resource).baseline())
            }
        }
    }

    private mutating func compare(
        _ item: Observation.Item, with entry: Snapshot.Entry?, keeping unasked: Set<String>, _ lost: [String], joining: Set<String>,
        isCut: Bool
    ) {
        let resource = target.resource(item.id)
        guard let entry else {
            writes.append((item.id, Snapshot.Entry(document: item.document)))
            let wording = wording(resource, item.document)
            changes.append(DetectedChange(resource, .added, severity: rules.added, after: item.document, summary: wording.added()))
            return
        }
        var document = item.document
        for name in unasked where document[name]?.isNothing ?? true { document[name] = entry.document[name] }
        document = Losses.keeping(lost, of: entry.document, in: document)
        let wording = wording(resource, document)

        let joined = JSONObject(document.filter { joining.contains($0.name) && entry.document[$0.name] == nil }.map { ($0.name, $0.value) })
        var known = entry.document
        for member in joined { known[member.name] = member.value }
        if !joined.isEmpty {
            let summary = wording.joined(Array(joined.names))
            changes.append(DetectedChange(resource, .baseline, severity: .info, after: joined, summary: summary))
        }
        if let difference = DocumentDifference(from: known, to: document) {
            let (severity, summary) = wording.changed(difference)
            changes.append(
                DetectedChange(
                    resource, .changed, severity: severity, fields: difference.fields, before: difference.before, after: difference.after,
                    summary: summary))
        }
        if document != entry.document || entry.misses != 0 || isCut { writes.append((item.id, Snapshot.Entry(document: document))) }
    }

    private mutating func miss(_ id: String, _ entry: Snapshot.Entry, _ verdict: Hold.Verdict) {
        let misses = max(entry.misses, 0) + 1
        guard verdict.believed.contains(id) || (!verdict.held.contains(id) && misses >= rules.pollsToRemove) else {
            missed.insert(id)
            // What was missed before it was held counts for nothing, either.
            let count = verdict.held.contains(id) ? Snapshot.Entry.unseen : misses
            if count != entry.misses { writes.append((id, Snapshot.Entry(document: entry.document, misses: count))) }
            return
        }
        writes.append((id, nil))
        let resource = target.resource(id)
        let summary = wording(resource, entry.document).removed()
        changes.append(DetectedChange(resource, .removed, severity: rules.removed, before: entry.document, summary: summary))
    }

    private func wording(_ resource: ResourceID, _ document: JSONObject = [:]) -> Wording {
        let own = document["display_phone_number"]?.string
        return Wording(resource, displayNumber: own ?? resource.phoneNumberID.flatMap(displayNumber))
    }

    public static func == (left: Comparison, right: Comparison) -> Bool {
        left.changes == right.changes && left.drifted == right.drifted && left.vanished == right.vanished && left.missed == right.missed
            && left.quorum == right.quorum && left.hold == right.hold && left.askedChanged == right.askedChanged
            && left.ids.ids == right.ids.ids
            && left.writes.map(\.id) == right.writes.map(\.id) && left.writes.map(\.entry) == right.writes.map(\.entry)
    }
}
