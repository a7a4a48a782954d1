public import StrictJSON

extension Rules {
    /// The document in the form in which it is compared and kept: what is not compared is not in it.
    public func compared(_ document: JSONObject) -> JSONObject {
        var members: [(String, JSONValue)] = []
        for member in document where !ignored.contains(member.name) && !(nullIsMissing && member.value.isNull) {
            members.append((member.name, forms[member.name].map { $0.applied(to: member.value) } ?? member.value))
        }
        return JSONObject(members)
    }
}

extension Rules.Form {
    func applied(to value: JSONValue) -> JSONValue {
        switch self {
        case .hostAndPath:
            guard let address = value.string else { return value }
            return .string(Self.hostAndPath(address))
        case .sorted(let array, let names):
            guard var object = value.object, let elements = object[array]?.array else { return value }
            let keyed = elements.map { element in (key: names.map { element[$0]?.description ?? "" }, element: element) }
            object[array] = .array(keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.element))
            return .object(object)
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

    private static func hostAndPath(_ address: String) -> String {
        let rest = address.range(of: "://").map { address[$0.upperBound...] } ?? address[...]
        return String(rest.prefix { $0 != "?" && $0 != "#" })
    }
}

extension StringProtocol {
    fileprivate func range(of part: String) -> Range<Index>? { self.ranges(of: part).first }
}
