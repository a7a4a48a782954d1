public import StrictJSON

extension Rules {
    /// The document in the form in which it is compared and kept: what is not compared is not in it.
    public func compared(_ document: JSONObject) -> JSONObject {
        var members: [(String, JSONValue)] = []
        for member in document where !ignored.contains(member.name) && !(nullIsMissing && member.value.isNull) {
            members.append((member.name, (forms[member.name] ?? []).reduce(member.value) { $1.applied(to: $0) }))
        }
        return JSONObject(members)
    }
}

extension Rules.Form {
    func applied(to value: JSONValue) -> JSONValue {
        switch self {
        case .path: return value.string.map { .string(Sameness.Form.path($0)) } ?? value
        case .health: return HealthEntities.compared(value)
        case .without(let names):
            guard let object = value.object else { return value }
            return .object(JSONObject(object.filter { !names.contains($0.name) }.map { ($0.name, $0.value) }))
        case .capitals: return value.string.map { .string($0.uppercased()) } ?? value
        case .capitalsAt(let pointers):
            return pointers.reduce(value) { Self.capitals(in: $0, at: $1.split(separator: "/").map(String.init)[...]) }
        }
    }

    private static func capitals(in value: JSONValue, at names: ArraySlice<String>) -> JSONValue {
        guard let name = names.first else { return value.string.map { .string($0.uppercased()) } ?? value }
        switch value {
        case .array(let elements): return .array(elements.map { capitals(in: $0, at: names) })
        case .object(var object):
            object[name] = object[name].map { capitals(in: $0, at: names.dropFirst()) }
            return .object(object)
        default: return value
        }
    }
}
