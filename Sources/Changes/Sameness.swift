public import StrictJSON

/// Which values of a kind's documents are the same, whatever form Meta gave them. One notion for
/// every member at every depth; what differs from member to member is data. A pure decision.
public struct Sameness: Sendable {
    /// How the values at a place are told apart. What is nothing is nothing everywhere.
    enum Form: Sendable {
        /// Byte by byte; a number and the text that says it are the same, and so are two whole times of one moment.
        case plain
        /// Byte by byte: what a person wrote.
        case text
        /// Without regard to case: an enum or a code.
        case word
        /// By the moment.
        case time
        /// An address by its path: hosts and queries rotate.
        case path
        /// Things that messages pass, by type and id: whether they let them pass, and the codes of their errors.
        case health
        /// Not at all.
        case never
    }

    /// By pointers without the leading slash; an array on the way stands for each of its elements. A row holds for all that stands below, `a/*` only
    /// for what stands below.
    private let rows: [String: Form]

    init(_ rows: [String: Form]) { self.rows = Self.everywhere.merging(rows) { $1 } }

    /// Whether two values at a place say the same; `nil` is a member that is missing.
    public func isSame(_ old: JSONValue?, _ new: JSONValue?, at pointer: JSONPointer) -> Bool { isSame(old, new, pointer.names) }

    /// Whether two documents say the same.
    public func isSame(_ old: JSONObject, _ new: JSONObject) -> Bool { isSame(.object(old), .object(new), []) }

    /// The new document with everything that is the same in the form that the old one has, so that a difference of the two is a real one.
    public func kept(_ old: JSONObject, over new: JSONObject) -> JSONObject { kept(.object(old), .object(new), [])?.object ?? new }

    private func kept(_ old: JSONValue?, _ new: JSONValue?, _ place: [String]) -> JSONValue? {
        if isSame(old, new, place) { return old }
        guard case .object(let before)? = old, case .object(var after)? = new else { return new }
        for name in Set(before.names).union(after.names) { after[name] = kept(before[name], after[name], place + [name]) }
        return .object(after)
    }

    private func isSame(_ old: JSONValue?, _ new: JSONValue?, _ place: [String]) -> Bool {
        let form = form(at: place)
        if case .never = form { return true }
        switch (something(old, place), something(new, place)) {
        case (nil, nil): return true
        case (.object(let old)?, .object(let new)?):
            return Set(old.names).union(new.names).allSatisfy { isSame(old[$0], new[$0], place + [$0]) }
        case (.array(let old)?, .array(let new)?):
            if case .health = form { return HealthEntities(old) == HealthEntities(new) }
            return old.count == new.count && zip(old, new).allSatisfy { isSame($0, $1, place) }
        case (let old?, let new?): return form.isSame(old, new)
        default: return false
        }
    }

    /// The value, unless it says nothing that is compared.
    func something(_ value: JSONValue?, _ place: [String]) -> JSONValue? {
        switch value {
        case nil, .null: nil
        case .array(let elements)? where elements.isEmpty: nil
        case .object(let object)? where object.allSatisfy({ isNothing($0.value, place + [$0.name]) }): nil
        default: value
        }
    }

    private func isNothing(_ value: JSONValue, _ place: [String]) -> Bool {
        if case .never = form(at: place) { return true }
        return something(value, place) == nil
    }

    /// How the values at a place are told apart: by the row of the longest pointer that leads there, else by the member's name.
    func form(at place: [String]) -> Form {
        guard !place.isEmpty else { return .plain }
        if let form = rows[place.joined(separator: "/")] { return form }
        for count in (1..<max(1, place.count)).reversed() {
            let above = place[..<count].joined(separator: "/")
            if let form = rows[above + "/*"] ?? rows[above] { return form }
        }
        return Self.form(named: place[place.count - 1])
    }

    /// A value as a sentence says it: words in capitals, whatever case they came in.
    func worded(_ value: JSONValue?, at pointer: JSONPointer) -> JSONValue? {
        guard case .word = form(at: pointer.names), case .string(let text)? = value else { return value }
        return .string(text.uppercased())
    }
}

extension Sameness.Form {
    /// Whether two values, neither of which is nothing, nor both an object or an array, are the same.
    func isSame(_ old: JSONValue, _ new: JSONValue) -> Bool {
        if old == new { return true }
        switch self {
        case .never: return true
        case .text, .health: return Self.number(old, new)
        case .time:
            if let left = WireTime(old), let right = WireTime(new) { return left.isSame(as: right) }
            return Self.numberOrText(old, new)
        case .word:
            guard case .string(let left) = old, case .string(let right) = new else { return Self.numberOrText(old, new) }
            return left.uppercased().hasSameUTF8(as: right.uppercased())
        case .path:
            guard case .string(let left) = old, case .string(let right) = new else { return false }
            return Self.path(left).hasSameUTF8(as: Self.path(right))
        case .plain:
            guard case .string(let left) = old, case .string(let right) = new else { return Self.numberOrText(old, new) }
            return WireTime.isSame(left, right)
        }
    }

    /// Whether both are one number.
    private static func number(_ old: JSONValue, _ new: JSONValue) -> Bool {
        guard case .number(let left) = old, case .number(let right) = new else { return false }
        return left.canonicalText == right.canonicalText
    }

    /// Whether both are one number, or one is a number and the other the text that says it: `138` and `"138"`, not `7` and `"007"`.
    private static func numberOrText(_ old: JSONValue, _ new: JSONValue) -> Bool {
        switch (old, new) {
        case (.number(let number), .string(let text)), (.string(let text), .number(let number)): number.canonicalText == text
        default: number(old, new)
        }
    }

    /// An address's path. The release before kept host and path.
    static func path(_ address: String) -> String {
        var rest = address[...]
        if let scheme = rest.ranges(of: "://").first { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "?" && $0 != "#" }
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? String(rest)
    }
}
