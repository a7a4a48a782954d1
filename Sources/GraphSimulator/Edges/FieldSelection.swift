/// What `fields=` says: `a,b{c,d},edge.limit(2).order(chronological){e},other.fields(f)`.
struct FieldSelection: Sendable, Equatable {
    /// One name, what is said to it in parentheses, and what is selected inside it.
    struct Field: Sendable, Equatable {
        var name: String
        var arguments: [String: String] = [:]
        var inner: FieldSelection?
    }

    /// The longest text in characters, the most names in it, the most arguments of one name, and how deep they may stand: a request costs neither the stack nor
    /// more than a moment.
    static let longest = 16_384
    static let mostNames = 1000
    static let mostArguments = 8
    static let deepest = 8

    var fields: [Field]

    /// Reads a selection. Error 2500 where it is none, in Meta's words and with the place, counted from zero; error 100 where it is too large.
    init(parsing text: String) throws(SimulatedError) {
        guard text.count <= Self.longest else { throw .parameter("The parameter fields is too long") }
        var parser = FieldParser(text)
        self.init(fields: try parser.whole())
    }

    init(fields: [Field]) { self.fields = fields }

    /// Every name in it, at whatever depth.
    var names: Set<String> {
        fields.reduce(into: []) {
            $0.formUnion([$1.name]); $0.formUnion($1.inner?.names ?? [])
        }
    }

    /// Every limit that is said to an edge in it.
    var limits: [Int] {
        fields.flatMap { field in (field.arguments["limit"].flatMap { Int($0) }.map { [$0] } ?? []) + (field.inner?.limits ?? []) }
    }
}

extension FieldSelection: CustomStringConvertible {
    var description: String {
        fields.map { field in
            let arguments = field.arguments.sorted { $0.key < $1.key }.map { ".\($0.key)(\($0.value))" }.joined()
            return field.name + arguments + (field.inner.map { "{\($0)}" } ?? "")
        }.joined(separator: ",")
    }
}
