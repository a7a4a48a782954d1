/// An interface: its text, and what the text declares.
public struct InterfaceDescription: Sendable {
    /// The name, such as `org.varlink.service`.
    public let name: String
    /// The text as it was given.
    public let text: String
    /// The comments before the word `interface`, without the number signs.
    public let documentation: String
    /// The members in the text's order.
    public let members: [InterfaceMember]

    private let types: [String: InterfaceType]
    private let methods: [String: InterfaceMethod]
    private let errors: [String: InterfaceError]

    /// Reads an interface's text. Texts above 1 MiB and types nested deeper than 64 are refused.
    public init(parsing text: String) throws(InterfaceSyntaxError) {
        var parser = try InterfaceParser(text)
        let parsed = try parser.interface()
        self.text = text
        name = parsed.name
        documentation = parsed.documentation
        members = parsed.members
        types = Dictionary(
            uniqueKeysWithValues: parsed.members.compactMap { if case .type(let type) = $0 { (type.name, type) } else { nil } })
        methods = Dictionary(
            uniqueKeysWithValues: parsed.members.compactMap { if case .method(let method) = $0 { (method.name, method) } else { nil } })
        errors = Dictionary(
            uniqueKeysWithValues: parsed.members.compactMap { if case .error(let error) = $0 { (error.name, error) } else { nil } })
    }

    /// The type of that name.
    public func type(_ name: String) -> InterfaceType? { types[name] }
    /// The method of that bare name.
    public func method(_ name: String) -> InterfaceMethod? { methods[name] }
    /// The error of that bare name.
    public func error(_ name: String) -> InterfaceError? { errors[name] }
    /// The bare names of all methods.
    public var methodNames: Set<String> { Set(methods.keys) }
}

/// What an interface declares.
public enum InterfaceMember: Sendable, Equatable {
    case type(InterfaceType)
    case method(InterfaceMethod)
    case error(InterfaceError)

    /// The bare name.
    public var name: String {
        switch self {
        case .type(let type): type.name
        case .method(let method): method.name
        case .error(let error): error.name
        }
    }

    /// The comments before it.
    public var documentation: String {
        switch self {
        case .type(let type): type.documentation
        case .method(let method): method.documentation
        case .error(let error): error.documentation
        }
    }
}

/// A type with a name.
public struct InterfaceType: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The comments before it, without the number signs.
    public let documentation: String
    /// A structure or an enumeration.
    public let definition: TypeExpression
}

/// A method.
public struct InterfaceMethod: Sendable, Equatable {
    /// The bare name.
    public let name: String
    /// The comments before it, without the number signs.
    public let documentation: String
    /// What it takes.
    public let input: [TypeField]
    /// What it answers; with `more`, the union of what its replies hold.
    public let output: [TypeField]
}

/// An error.
public struct InterfaceError: Sendable, Equatable {
    /// The bare name.
    public let name: String
    /// The comments before it, without the number signs.
    public let documentation: String
    /// What it tells.
    public let parameters: [TypeField]
}

/// A type as it is written.
public indirect enum TypeExpression: Sendable, Equatable {
    case bool, int, float, string, object, any
    case array(TypeExpression)
    /// `[string]T`: an object with members of one type.
    case map(TypeExpression)
    case nullable(TypeExpression)
    case structure([TypeField])
    case enumeration([EnumerationValue])
    case named(String)
}

/// A field of a structure.
public struct TypeField: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The comments before it, without the number signs.
    public let documentation: String
    /// The type.
    public let type: TypeExpression
}

/// A value of an enumeration.
public struct EnumerationValue: Sendable, Equatable {
    /// The name, which is also the JSON string.
    public let name: String
    /// The comments before it, without the number signs.
    public let documentation: String
}
