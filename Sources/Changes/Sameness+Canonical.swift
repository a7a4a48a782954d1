public import StrictJSON

extension Rules {
    /// A document in one form: two of which that is the same say the same. Where it is not they may still, for a few values can be the same to a third
    /// and not to each other.
    /// - Parameter ignored: members that are left out.
    public func canonical(_ document: JSONObject, without ignored: Set<String> = []) -> JSONObject {
        let document = JSONObject(compared(document).filter { !ignored.contains($0.name) }.map { ($0.name, $0.value) })
        return sameness.canonical(document)
    }
}

extension Sameness {
    func canonical(_ document: JSONObject) -> JSONObject { canonical(.object(document), [])?.object ?? [:] }

    private func canonical(_ value: JSONValue?, _ place: [String]) -> JSONValue? {
        let form = form(at: place)
        if case .never = form { return nil }
        switch something(value, place) {
        case nil: return nil
        case .object(let object)?:
            let members = object.compactMap { member in canonical(member.value, place + [member.name]).map { (member.name, $0) } }
            return .object(JSONObject(members.sorted { $0.0 < $1.0 }))
        case .array(let elements)?:
            if case .health = form { return .string(HealthEntities(elements).text) }
            return .array(elements.map { canonical($0, place) ?? .null })
        case let value?: return form.canonical(value)
        }
    }
}

extension Sameness.Form {
    /// A value that is neither nothing nor an object or an array.
    fileprivate func canonical(_ value: JSONValue) -> JSONValue {
        switch (self, value) {
        case (.text, .number(let number)), (.health, .number(let number)): ["number": .string(number.canonicalText)]
        case (.time, _): .string(WireTime(value)?.text ?? Self.text(value))
        case (.path, .string(let text)): .string(Self.path(text))
        case (.word, .string(let text)): .string(text.uppercased())
        case (.plain, .string(let text)): .string(WireTime(whole: text)?.text ?? text)
        case (.plain, .number), (.word, .number): .string(Self.text(value))
        default: value
        }
    }

    private static func text(_ value: JSONValue) -> String {
        if case .number(let number) = value { return number.canonicalText }
        return value.string ?? value.description
    }
}

extension HealthEntities {
    /// All of it in one form.
    fileprivate var text: String {
        let lines = entities.sorted { $0.key < $1.key }.map { key, entities in
            let states = entities.map { "\($0.canSend ?? "") \($0.canReceiveCalls ?? "") \($0.codes.sorted())" }
            return "\(key.type)/\(key.id): \(states.sorted())"
        }
        return lines.joined(separator: "\n")
    }
}
