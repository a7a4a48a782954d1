/// What `fields=` says: `a,b{c,d},edge.limit(2){e}`.
struct FieldSelection: Sendable, Equatable {
    /// One name, what is said to it in parentheses, and what is selected inside it.
    struct Field: Sendable, Equatable {
        var name: String
        var arguments: [String: String] = [:]
        var inner: FieldSelection?
    }

    var fields: [Field]

    /// Reads a selection; error 100 where it is none. Bounded in depth, so that a request cannot cost the stack.
    init(parsing text: String) throws(GraphError) {
        var parser = Parser(rest: Substring(text))
        self.init(fields: try parser.fields(depth: 0))
        guard parser.rest.isEmpty else { throw Self.syntax(parser.rest) }
    }

    init(fields: [Field]) { self.fields = fields }

    static func syntax(_ rest: Substring) -> GraphError {
        GraphError(2500, "Syntax error \"Expected end of string instead of \"\(rest.prefix(20))\".\" at character of fields")
    }

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

    private struct Parser {
        var rest: Substring

        mutating func fields(depth: Int) throws(GraphError) -> [Field] {
            guard depth < 8 else { throw FieldSelection.syntax(rest) }
            var fields: [Field] = []
            repeat {
                skipSpace()
                // A comma too many is forgiven, as Meta does.
                if rest.isEmpty || rest.first == "}" { break }
                fields.append(try field(depth: depth))
                skipSpace()
                guard fields.count <= 500 else { throw FieldSelection.syntax(rest) }
            } while take(",")
            return fields
        }

        mutating func field(depth: Int) throws(GraphError) -> Field {
            var field = Field(name: word())
            guard !field.name.isEmpty else { throw FieldSelection.syntax(rest) }
            while take(".") {
                let name = word()
                guard !name.isEmpty, take("("), let end = rest.firstIndex(of: ")") else { throw FieldSelection.syntax(rest) }
                field.arguments[name] = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
            }
            if take("{") {
                field.inner = FieldSelection(fields: try fields(depth: depth + 1))
                guard take("}") else { throw FieldSelection.syntax(rest) }
            }
            return field
        }

        mutating func word() -> String {
            let end = rest.firstIndex { !($0.isLetter || $0.isNumber || $0 == "_") } ?? rest.endIndex
            defer { rest = rest[end...] }
            return String(rest[..<end])
        }

        mutating func take(_ character: Character) -> Bool {
            skipSpace()
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        mutating func skipSpace() { rest = rest.drop { $0 == " " } }
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
