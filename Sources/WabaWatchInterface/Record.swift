public import StrictJSON

/// A type of the interface: what it looks like in JSON and back.
///
/// Members that are `nil` are left out, and `null` is read as absent. Members that nobody knows are passed over in replies, so that a newer daemon
/// can be read, and refused in parameters, because what they ask for would not be done. So are the values of lists that grow, such as kinds.
public protocol Record: Sendable, Equatable {
    /// Reads it. Throws the member that is missing, of another type, or a text that its enum does not have.
    init(json: JSONObject) throws(MemberError)
    /// Its members.
    var json: JSONObject { get }
}

/// The parameters of one method.
public protocol Parameters: Record {
    /// What the method answers.
    associatedtype Reply: Record
    /// The method's bare name.
    static var method: String { get }
    /// Whether the method has to be called with `more`.
    static var needsMore: Bool { get }
}

extension Parameters {
    public static var needsMore: Bool { false }
    /// The method with its interface.
    public static var qualifiedMethod: String { "\(Interface.name).\(method)" }
}

extension JSONValue {
    static func list(_ records: [some Record]) -> JSONValue { .array(records.map { .object($0.json) }) }
    static func list(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }
}
