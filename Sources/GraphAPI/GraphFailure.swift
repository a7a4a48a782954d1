/// Why a request gave no answer that can be used. The sentence holds no secret.
public struct GraphFailure: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, which decides what to do (https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes).
    public enum Code: Sendable, Equatable {
        /// No answer came: try again, later each time.
        case unreachable(TransportError)
        /// The token is refused: no more requests with it.
        case unauthorized
        /// The token may not see this: try again seldom.
        case forbidden
        /// Not there, or not to be seen; Meta does not tell the two apart. Never a deletion.
        case notFound
        /// The budget is used up: no request of the account until then.
        case throttled(regainAfter: Duration?)
        /// Meta's trouble: try again, later each time.
        case transient
        /// The walk over pages broke. Begin again with the first page, unless even that would not help.
        case paging(restart: Bool)
        /// A field that Meta does not know: ask again without it.
        case invalidField(String)
        /// A field that Meta knows and does not give, be it deprecated or for want of a permission: ask again without it.
        case refusedField(String)
        /// The id is that of another kind of node, which does not know what was asked for: nothing to repeat.
        case otherNode(GraphNode, expected: GraphNode, field: String)
        /// Meta wants fewer things to be asked for at once.
        case tooMuchData
        /// Meta does not understand the request: nothing to repeat.
        case invalidRequest
        /// The account is restricted or locked: worth telling, nothing to repeat soon.
        case policy
        /// What came is no answer of the API: why.
        case invalidAnswer(String)
    }

    /// What kind of failure it is.
    public let code: Code
    /// Meta's error, if one came.
    public let graph: GraphError?
    /// The HTTP status, if an answer came.
    public let status: Int?
    /// The usage, if the answer told it.
    public let usage: Usage?

    /// A failure.
    public init(_ code: Code, graph: GraphError? = nil, status: Int? = nil, usage: Usage? = nil) {
        self.code = code
        self.graph = graph
        self.status = status
        self.usage = usage
    }

    public var description: String {
        let sentence =
            switch code {
            case .unreachable(let error): error.description
            case .unauthorized: "Meta refuses the access token"
            case .forbidden: "the access token lacks a permission"
            case .notFound: "there is nothing to be seen under this id"
            case .throttled: "Meta throttles the account"
            case .transient: "Meta cannot answer for the moment"
            case .paging(restart: true): "the list changed while it was read"
            case .paging(restart: false): "the list has more pages than allowed"
            case .invalidField(let field): "Meta does not know the field \(field)"
            case .refusedField(let field): "Meta refuses the field \(field)"
            case .otherNode(let node, let expected, _): "this id is \(node.withArticle), no \(expected)"
            case .tooMuchData: "Meta asks for less at once"
            case .invalidRequest: "Meta does not understand the request"
            case .policy: "Meta has restricted the account"
            case .invalidAnswer(let why): "the answer cannot be used: \(why)"
            }
        return sentence + (graph.map { " (\($0))" } ?? status.map { " (HTTP \($0))" } ?? "")
    }
}

extension GraphError: CustomStringConvertible {
    public var description: String {
        "code \(code)\(subcode.map { "/\($0)" } ?? "")\((details ?? message).map { ": \($0)" } ?? "")\(traceID.map { ", trace \($0)" } ?? "")"
    }
}
