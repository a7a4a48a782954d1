public import StrictJSON

/// Where things no longer have what they had: at any depth of objects. A member is named by its pointer without the leading slash.
struct Losses {
    /// The things that lack each member which they had.
    private(set) var lost: [String: Set<String>] = [:]
    /// Members that several things had, and that none of a poll shows: whoever took them, it was one deed.
    private(set) var byMeta: Set<String> = []
    private var items: [String: Observation.Item] = [:]

    /// What a poll's things lack of what the snapshot has.
    init(_ items: [Observation.Item], _ snapshot: Snapshot, asked: Set<String>) {
        for item in items {
            guard let before = snapshot.entries[item.id]?.document else { continue }
            for member in Self.of(before, item.document, isAsked: { asked.isEmpty || asked.contains($0) }) {
                lost[member, default: []].insert(item.id)
            }
            self.items[item.id] = item
        }
        byMeta = Set(
            lost.filter { member, ids in
                ids.count >= Rules.severalThings && !self.items.contains { !ids.contains($0.key) && $0.value.isWitness(of: member) }
            }.keys)
    }

    /// Whether a thing of the poll shows a member.
    func shows(_ member: String, of id: String) -> Bool { items[id]?.document.shows(member) ?? false }

    /// The members that are lost, the outermost of each. Members that were not asked for are none.
    static func of(_ before: JSONObject, _ after: JSONObject, isAsked: (String) -> Bool) -> [String] {
        guard before != after else { return [] }
        var lost: [String] = []
        for member in before where isAsked(member.name) {
            collect(member.value, after[member.name], [member.name], &lost)
        }
        return lost
    }

    private static func collect(_ before: JSONValue, _ after: JSONValue?, _ place: [String], _ lost: inout [String]) {
        guard isGiven(before) else { return }
        guard let after, isGiven(after) else { return lost.append(name(place)) }
        guard case .object(let old) = before, case .object(let new) = after else { return }
        for member in old { collect(member.value, new[member.name], place + [member.name], &lost) }
    }

    /// Whether a document shows a member.
    static func shows(_ member: String, _ document: JSONObject) -> Bool {
        document.value(at: pointer(member)).map(isGiven) ?? false
    }

    /// A document with some members as an earlier one had them, where it does not show them.
    static func keeping(_ members: some Sequence<String>, of before: JSONObject, in document: JSONObject) -> JSONObject {
        var kept = document
        // The inner ones first: what is set as a whole is whole.
        for member in members.sorted().reversed() {
            let pointer = pointer(member)
            guard let value = before.value(at: pointer), isGiven(value), !(kept.value(at: pointer).map(isGiven) ?? false) else { continue }
            // What stands there now instead of an object has taken its place.
            guard isReachable(pointer.names.dropLast(), in: .object(kept)) else { continue }
            kept.set(value, at: pointer.names)
        }
        return kept
    }

    private static func isReachable(_ names: some Collection<String>, in value: JSONValue) -> Bool {
        guard let name = names.first else { return value.object != nil }
        guard let object = value.object else { return false }
        guard let inner = object[name], isGiven(inner) else { return true }
        return isReachable(names.dropFirst(), in: inner)
    }

    private static func isGiven(_ value: JSONValue) -> Bool { !value.isNothing }

    static func pointer(_ member: String) -> JSONPointer { JSONPointer(parsing: "/" + member) ?? JSONPointer([member]) }
    private static func name(_ place: [String]) -> String { String(JSONPointer(place).description.dropFirst()) }
}

extension Observation.Item {
    /// The thing with its document as it is compared.
    public func compared(by rules: Rules) -> Self { Self(id: id, document: rules.compared(document), odd: odd) }

    /// Whether a member stands here as it always did: one of another type says nothing of who took it from the others.
    public func isWitness(of member: String) -> Bool { document.shows(member) && !odd.contains(Losses.pointer(member).names) }
}

extension JSONObject {
    /// Whether there is something at a member's place; it is named by its pointer without the leading slash.
    public func shows(_ member: String) -> Bool { Losses.shows(member, self) }
}
