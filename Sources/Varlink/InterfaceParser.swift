/// Reads an interface's text (varlink.org, "Interface Definition"; `any` is of systemd 257 and later).
struct InterfaceParser {
    struct Result {
        var name: String
        var documentation: String
        var members: [InterfaceMember]
    }

    private var lexer: InterfaceLexer
    /// Names of types that are used, with the error to throw should they not be declared.
    private var uses: [(name: String, error: InterfaceSyntaxError)] = []
    private static let deepest = 64

    init(_ text: String) throws(InterfaceSyntaxError) { lexer = try InterfaceLexer(text) }

    mutating func interface() throws(InterfaceSyntaxError) -> Result {
        let documentation = documentation
        try keyword("interface")
        let name = try word("an interface's name", InterfaceNames.isInterface)
        var members: [InterfaceMember] = []
        var kinds: [String: Bool] = [:]
        while lexer.token != .end {
            let member = try member(unlike: kinds)
            if case .type = member { kinds[member.name] = true } else { kinds[member.name] = false }
            members.append(member)
        }
        for use in uses where kinds[use.name] != true { throw use.error }
        return Result(name: name, documentation: documentation, members: members)
    }

    private mutating func member(unlike declared: [String: Bool]) throws(InterfaceSyntaxError) -> InterfaceMember {
        let documentation = documentation
        guard case .word(let kind) = lexer.token, ["type", "method", "error"].contains(kind) else {
            throw lexer.error("\"type\", \"method\" or \"error\" is expected")
        }
        try lexer.advance()
        let duplicate = lexer.error("the name is declared twice")
        let name = try word("a name that begins with a capital letter", InterfaceNames.isMember)
        guard declared[name] == nil else { throw duplicate }
        switch kind {
        case "type": return .type(InterfaceType(name: name, documentation: documentation, definition: try parentheses(depth: 0)))
        case "error": return .error(InterfaceError(name: name, documentation: documentation, parameters: try structure()))
        default:
            let input = try structure()
            try mark("->")
            return .method(InterfaceMethod(name: name, documentation: documentation, input: input, output: try structure()))
        }
    }

    private mutating func structure() throws(InterfaceSyntaxError) -> [TypeField] {
        let wrong = lexer.error("a structure is expected, this is an enumeration")
        guard case .structure(let fields) = try parentheses(depth: 0) else { throw wrong }
        return fields
    }

    /// A structure or an enumeration: the first name tells, by the colon behind it.
    private mutating func parentheses(depth: Int) throws(InterfaceSyntaxError) -> TypeExpression {
        try mark("(")
        var fields: [TypeField] = []
        var values: [EnumerationValue] = []
        var names: Set<String> = []
        if lexer.token != .mark(")") {
            repeat {
                let documentation = documentation
                let here = lexer.error("duplicate name")
                let name = try word("a field's name", InterfaceNames.isField)
                guard names.insert(name).inserted else { throw here }
                if lexer.token == .mark(":"), values.isEmpty {
                    try lexer.advance()
                    fields.append(TypeField(name: name, documentation: documentation, type: try type(depth: depth + 1)))
                } else if fields.isEmpty {
                    values.append(EnumerationValue(name: name, documentation: documentation))
                } else {
                    throw lexer.error("\":\" is expected")
                }
            } while try comma()
        }
        try mark(")")
        return values.isEmpty ? .structure(fields) : .enumeration(values)
    }

    private mutating func type(depth: Int) throws(InterfaceSyntaxError) -> TypeExpression {
        guard depth <= Self.deepest else { throw lexer.error("types are nested deeper than \(Self.deepest)") }
        switch lexer.token {
        case .mark("?"):
            try lexer.advance()
            guard lexer.token != .mark("?") else { throw lexer.error("duplicate \"?\"") }
            return .nullable(try type(depth: depth + 1))
        case .mark("["):
            try lexer.advance()
            if lexer.token == .mark("]") {
                try lexer.advance()
                return .array(try type(depth: depth + 1))
            }
            try keyword("string")
            try mark("]")
            return .map(try type(depth: depth + 1))
        case .mark("("): return try parentheses(depth: depth + 1)
        case .word(let name):
            if let plain = Self.plain[name] {
                try lexer.advance()
                return plain
            }
            let unknown = lexer.error("the type \(name.prefix(80)) is not declared")
            _ = try word("a type", InterfaceNames.isMember)
            uses.append((name, unknown))
            return .named(name)
        default: throw lexer.error("a type is expected")
        }
    }

    private static let plain: [String: TypeExpression] = [
        "bool": .bool, "int": .int, "float": .float, "string": .string, "object": .object, "any": .any,
    ]

    // MARK: Tokens

    private var documentation: String { lexer.comments.joined(separator: "\n") }

    private mutating func comma() throws(InterfaceSyntaxError) -> Bool {
        guard lexer.token == .mark(",") else { return false }
        try lexer.advance()
        return true
    }

    private mutating func mark(_ mark: String) throws(InterfaceSyntaxError) {
        guard lexer.token == .mark(mark) else { throw lexer.error("\"\(mark)\" is expected") }
        try lexer.advance()
    }

    private mutating func keyword(_ keyword: String) throws(InterfaceSyntaxError) {
        guard lexer.token == .word(keyword) else { throw lexer.error("\"\(keyword)\" is expected") }
        try lexer.advance()
    }

    private mutating func word(_ what: String, _ accepts: (String) -> Bool) throws(InterfaceSyntaxError) -> String {
        guard case .word(let name) = lexer.token, accepts(name) else { throw lexer.error("\(what) is expected") }
        try lexer.advance()
        return name
    }
}
