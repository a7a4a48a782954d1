/// Reads the text of `fields`, and says where it does not parse.
struct FieldParser {
    private let text: String
    private var rest: Substring
    private var names = 0

    init(_ text: String) {
        self.text = text
        rest = text[...]
    }

    /// The whole text; nothing selects nothing.
    mutating func whole() throws(SimulatedError) -> [FieldSelection.Field] {
        skipSpace()
        guard !rest.isEmpty else { return [] }
        let fields = try fields(depth: 1)
        guard rest.isEmpty else { throw expected("end of string") }
        return fields
    }

    private mutating func fields(depth: Int) throws(SimulatedError) -> [FieldSelection.Field] {
        guard depth <= FieldSelection.deepest else { throw .parameter("The parameter fields is nested too deep") }
        var fields: [FieldSelection.Field] = []
        repeat {
            skipSpace()
            // A comma behind the last name is forgiven, as Meta does; one before a name is not.
            if !fields.isEmpty, rest.isEmpty || rest.first == "}" || rest.first == ")" { break }
            fields.append(try field(depth: depth))
            skipSpace()
        } while take(",")
        return fields
    }

    private mutating func field(depth: Int) throws(SimulatedError) -> FieldSelection.Field {
        var field = FieldSelection.Field(name: try name())
        names += 1
        guard names <= FieldSelection.mostNames else { throw .parameter("The parameter fields names too much") }
        while take(".") {
            let name = try name()
            guard take("(") else { throw expected("\"(\"") }
            if name == "fields" {
                guard field.inner == nil else { throw expected("name") }
                field.inner = FieldSelection(fields: try fields(depth: depth + 1))
            } else {
                guard field.arguments.count < FieldSelection.mostArguments else {
                    throw .parameter("The parameter fields says too much of a name")
                }
                let end = rest.firstIndex(of: ")") ?? rest.endIndex
                field.arguments[name] = String(rest[..<end])
                rest = rest[end...]
            }
            guard take(")") else { throw expected("\")\"") }
        }
        if field.inner == nil, take("{") {
            field.inner = FieldSelection(fields: try fields(depth: depth + 1))
            guard take("}") else { throw expected("\"}\"") }
        }
        return field
    }

    private mutating func name() throws(SimulatedError) -> String {
        let end = rest.firstIndex { !($0.isLetter || $0.isNumber || $0 == "_") } ?? rest.endIndex
        guard end > rest.startIndex else { throw error("Expected name.") }
        defer { rest = rest[end...] }
        return String(rest[..<end])
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipSpace() { rest = rest.drop { $0 == " " } }

    // MARK: Meta's words, as people show them who got them

    private func expected(_ what: String) -> SimulatedError {
        error(rest.first.map { "Expected \(what) instead of \"\($0)\"." } ?? "Expected \(what), got end of string.")
    }

    private func error(_ complaint: String) -> SimulatedError {
        let place = text.distance(from: text.startIndex, to: rest.startIndex)
        return SimulatedError(2500, "Syntax error \"\(complaint)\" at character \(place): \(text)")
    }
}
