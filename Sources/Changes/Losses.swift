public import StrictJSON

/// Where things no longer have what they had: at any depth of objects. A member is named by its pointer without the leading slash.
struct Losses {
    /// The things that lack each member which they had.
    private(set) var lost: [String: Set<String>] = [:]
    /// Members that three things at least had, and that none of a look shows in the form in which it was lost: whoever took them, it was one deed. What
    /// stands there in another form, such as a number instead of an object, bears no witness.
    private(set) var byMeta: Set<String> = []
    private var documents: [String: JSONObject] = [:]

    /// What a look's things lack of what the snapshot has.
    init(_ items: [Observation.Item], _ snapshot: Snapshot, asked: Set<String>) {
        var forms: [String: Set<Form>] = [:]
        for item in items {
            guard let before = snapshot.entries[item.id]?.document else { continue }
            for member in Self.of(before, item.document, isAsked: { asked.isEmpty || asked.contains($0) }) {
                lost[member, default: []].insert(item.id)
                if let value = before.value(at: Self.pointer(member)) { forms[member, default: []].insert(Form(value)) }
            }
            documents[item.id] = item.document
        }
        byMeta = Set(
            lost.filter { member, ids in
                ids.count >= 3
                    && !documents.contains { id, document in
                        guard !ids.contains(id), let value = document.value(at: Self.pointer(member)), Self.isGiven(value) else {
                            return false
                        }
                        return forms[member, default: []].contains(Form(value))
                    }
            }.keys)
    }

    /// What a value is, as far as two of a member are alike: a number may be written as a text.
    private enum Form: Hashable {
        case object, array, scalar

        init(_ value: JSONValue) {
            switch value {
            case .object: self = .object
            case .array: self = .array
            default: self = .scalar
            }
        }
    }

    /// Whether a thing of the look shows a member.
    func shows(_ member: String, of id: String) -> Bool { documents[id].map { Self.shows(member, $0) } ?? false }

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

extension JSONObject {
    /// Whether there is something at a member's place; it is named by its pointer without the leading slash.
    public func shows(_ member: String) -> Bool { Losses.shows(member, self) }
}
