internal import WhatsAppBusiness

/// One entry of a list of fields: a name, perhaps with modifiers, perhaps with fields of its own: `id`, `apps.limit(5){name,link}`.
struct FieldSelection {
    /// Its name.
    let name: String
    /// What stands between the name and the fields of its own: `.limit(5)`.
    private let modifiers: String
    /// The fields of its own; `nil` if none are named.
    private let inner: [FieldSelection]?

    /// Reads an entry. What does not have the form of one is all name, so that nothing of what was configured is lost.
    init(parsing text: String) {
        var rest = Substring(text)
        if let selection = Self.read(&rest, depth: 0), rest.isEmpty {
            self = selection
        } else {
            (name, modifiers, inner) = (text, "", nil)
        }
    }

    private init(_ name: String, _ modifiers: String, _ inner: [FieldSelection]?) {
        (self.name, self.modifiers, self.inner) = (name, modifiers, inner)
    }

    private static func read(_ rest: inout Substring, depth: Int) -> FieldSelection? {
        guard depth < 8 else { return nil }
        let name = String(rest.prefix { !"{},.()".contains($0) })
        rest = rest.dropFirst(name.count)
        var modifiers = ""
        while rest.first == "." {
            guard let end = rest.firstIndex(of: ")") else { return nil }
            modifiers += rest[...end]
            rest = rest[rest.index(after: end)...]
        }
        guard rest.first == "{" else { return name.isEmpty ? nil : FieldSelection(name, modifiers, nil) }
        var inner: [FieldSelection] = []
        repeat {
            rest = rest.dropFirst()
            guard let field = read(&rest, depth: depth + 1) else { return nil }
            inner.append(field)
        } while rest.first == ","
        guard rest.popFirst() == "}" else { return nil }
        return name.isEmpty ? nil : FieldSelection(name, modifiers, inner)
    }

    /// Reads an entry that came from outside: only names, with modifiers such as `.limit(5)`, so that nothing in it ends what it stands in; `nil` for
    /// everything else.
    init?(checking text: String) {
        guard text.utf8.count <= 4096 else { return nil }
        var rest = Substring(text)
        guard let selection = Self.read(&rest, depth: 0), rest.isEmpty, selection.isPlain else { return nil }
        self = selection
    }

    private var isPlain: Bool {
        Self.isName(name) && modifiers.utf8.allSatisfy { Self.isNameByte($0) || ".()".utf8.contains($0) }
            && (inner ?? []).allSatisfy(\.isPlain)
    }

    /// Whether it may be the name of a field.
    static func isName(_ text: String) -> Bool { 1...64 ~= text.utf8.count && text.utf8.allSatisfy(isNameByte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Its name and those of the fields in it.
    var names: [String] { [name] + (inner ?? []).flatMap(\.names) }

    /// The entry without fields of these names, wherever they stand; `nil` if nothing is left of it.
    func without(_ names: Set<String>) -> FieldSelection? {
        guard !names.contains(name) else { return nil }
        guard let inner else { return self }
        let rest = inner.compactMap { $0.without(names) }
        return rest.isEmpty ? nil : FieldSelection(name, modifiers, rest)
    }

    /// The entry as it is asked for.
    var text: String { name + modifiers + (inner.map { "{\($0.map(\.text).joined(separator: ","))}" } ?? "") }
}

extension GraphRequest {
    /// A list of fields without those of some names, at whatever depth they stand.
    public static func fields(_ fields: [String], without names: Set<String>) -> [String] {
        names.isEmpty ? fields : fields.compactMap { FieldSelection(parsing: $0).without(names)?.text }
    }

    /// The names in a list of fields, at whatever depth they stand.
    public static func names(in fields: [String]) -> Set<String> { Set(fields.flatMap { FieldSelection(parsing: $0).names }) }

    /// Whether a field is among those that are asked for, with or without fields of its own, or inside another.
    func asks(_ field: String) -> Bool { names.contains(field) }

    /// The names of all that is asked for, at whatever depth they stand.
    var names: Set<String> { expansions.reduce(into: Self.names(in: fields ?? edge.fields)) { $0.formUnion($1.names) } }

    /// Whether a field is asked for of the node or the things themselves, and not inside another field.
    func asksTheNode(for field: String) -> Bool { (fields ?? edge.fields).contains { FieldSelection(parsing: $0).name == field } }

    /// The same request without a field that Meta does not know.
    public func without(field: String) -> GraphRequest {
        var request = self
        request.fields = Self.fields(fields ?? edge.fields, without: [field])
        return request
    }
}
